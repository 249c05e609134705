/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

/* Prints a JSON value as text: one "key: value" a line, nested ones indented, lists with dashes. */
void json_text_print(const json_t *value);
