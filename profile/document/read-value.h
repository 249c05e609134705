/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A value of a JSON document together with where it stands, so that whoever refuses it can say so. All functions: 0, -EINVAL
 * with the error filled, or -ENOMEM. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/document/json-parse.h"

/* Elements of any array but those bounded closer, as many as the sources read at most. */
#define JSON_ARRAY_MAX 65536

struct Profile;

/* What holds for the whole document. */
typedef struct JsonReader {
        JsonError *error;
        json_t *units;                 /* owned: an object, each unit's name with its index */
        const struct Profile *profile; /* as far as it was read */
} JsonReader;

/* Lives on the stack of whoever reads it, below its parent. */
typedef struct JsonValue {
        const json_t *json;
        JsonReader *reader;
        const struct JsonValue *parent; /* NULL for the document */
        const char *key;                /* NULL in an array */
        size_t index;                   /* in an array */
} JsonValue;

/* Fills the error with "PATH: text". -EINVAL. */
int json_value_fail(const JsonValue *value, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A member that must be there, of what must be an object. */
int json_value_member(const JsonValue *object, const char *key, JsonValue *ret);

JsonValue json_value_element(const JsonValue *array, size_t i);

/* Is it an array of at most max elements. */
int json_value_array(const JsonValue *value, size_t max, size_t *ret);

int json_value_integer(const JsonValue *value, uint64_t min, uint64_t max, uint64_t *ret);
/* "0x…" as the document writes addresses: lower case, no padding. */
int json_value_hex(const JsonValue *value, uint64_t *ret);
/* Printable ASCII of less than size bytes; what does not fit is refused, not cut. */
int json_value_text(const JsonValue *value, size_t size, char *ret);
int json_value_boolean(const JsonValue *value, bool *ret);
