/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Fields to JSON. New references; NULL if out of memory. */

#include <jansson.h>

#include "profile/document/field.h"

json_t *field_json(const FieldContext *context, const Field *field, const void *object);
json_t *fields_json(const FieldContext *context, const FieldTable *table, const void *object);
