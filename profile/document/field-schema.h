/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Fields to JSON Schema (draft 2020-12). New references; NULL if out of memory. */

#include <jansson.h>

#include "profile/document/field.h"

/* The schema of a document; facts, reasons and addresses are defined in $defs. */
json_t *fields_schema(const FieldTable *table, const char *id, const char *title);
