/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A value of a JSON document with its path, for error messages. All functions return 0, -EINVAL with the
 * error filled, or -ENOMEM. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/document/json-parse.h"

/* Default maximum number of array elements; also the maximum that sources read. */
#define JSON_ARRAY_MAX 65536

struct Profile;

/* State for the whole document. */
typedef struct JsonReader {
        JsonError *error;
        json_t *units;                 /* owned: an object, unit name to index */
        const struct Profile *profile; /* the part read so far */
} JsonReader;

/* On the stack of the reader, below its parent. */
typedef struct JsonValue {
        const json_t *json;
        JsonReader *reader;
        const struct JsonValue *parent; /* NULL for the document */
        const char *key;                /* NULL in an array */
        size_t index;                   /* in an array */
} JsonValue;

/* Fills the error with "PATH: text". -EINVAL. */
int json_value_fail(const JsonValue *value, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Gets a required member of an object, with type checks. */
int json_value_member(const JsonValue *object, const char *key, JsonValue *ret);

JsonValue json_value_element(const JsonValue *array, size_t i);

/* Checks for an array of <= max elements. */
int json_value_array(const JsonValue *value, size_t max, size_t *ret);

int json_value_integer(const JsonValue *value, uint64_t min, uint64_t max, uint64_t *ret);
/* "0x…" as in documents: lower case, no padding. */
int json_value_hex(const JsonValue *value, uint64_t *ret);
/* Printable ASCII of less than size bytes; longer text is rejected, not cut. */
int json_value_text(const JsonValue *value, size_t size, char *ret);
int json_value_boolean(const JsonValue *value, bool *ret);
