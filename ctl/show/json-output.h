/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/command/options.h"

/* A JsonSink onto standard output. */
int json_to_stdout(const char *text, size_t n, void *userdata);

/* Prints one value by the options' layout and releases it. The exit status. */
int json_print(const Options *options, json_t *value);
