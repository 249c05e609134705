/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON to fields: 0, -EINVAL with the error filled, or -ENOMEM; what was read until then is the object's. */

#include "profile/document/read-value.h"
#include "profile/field/field.h"

/* Reads the members of an object into a zeroed struct, and checks them. Those that no field names are of a newer version
 * and ignored; in a table whose members may be left out they are refused. */
int fields_read(const JsonValue *value, const FieldTable *table, void *object);

/* The value of a field that is no object and no list. */
int field_read_value(const JsonValue *value, const Field *field, void *object);

/* Text without control characters; *ret is the caller's. */
int field_read_line(const JsonValue *value, char **ret);
