/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON to fields. Returns 0, -EINVAL with the error filled, or -ENOMEM; the object owns what was read. */

#include "profile/document/field.h"
#include "profile/document/read-value.h"

/* Reads the members of an object into a zeroed struct and checks them. Unknown members are ignored, as newer
 * versions add some, but rejected in a table whose members are optional. */
int fields_read(const JsonValue *value, const FieldTable *table, void *object);

/* Reads a field that is not an object or list. */
int field_read_value(const JsonValue *value, const Field *field, void *object);

/* Text without control characters; the caller owns *ret. */
int field_read_line(const JsonValue *value, char **ret);
