/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A value of a JSON document together with where it stands, so that whoever refuses it can say so; and tables that lead
 * from an object's members to a struct's. All functions: 0, -EINVAL with the error filled, or -ENOMEM. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/document/json-parse.h"

/* Elements of any array but those bounded closer, as many as the sources read at most. */
#define JSON_ARRAY_MAX 65536

/* What holds for the whole document. */
struct Profile;

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

typedef struct JsonField JsonField;

typedef struct JsonFields {
        size_t n;
        const JsonField *fields;
} JsonFields;

/* One member of an object, and how it comes into the struct. */
struct JsonField {
        const char *key;
        int (*read)(const JsonValue *value, const JsonField *field, void *ret);
        size_t offset, size;           /* of the struct's member */
        uint64_t max;                  /* of numbers; 0: the largest integer of JSON libraries, 2^63 - 1 */
        int (*word)(const char *word); /* of words: the value, or negative */
        const char *expected;          /* of words: which there are */
        const JsonFields *fields;      /* of objects */
        void (*missing)(void *ret); /* of members that older documents lack: fills the struct's; else it must be there */
};

#define JSON_FIELD(type, member) .offset = offsetof(type, member), .size = sizeof(((type *) NULL)->member)

/* Fills the error with "PATH: text". -EINVAL. */
int json_value_fail(const JsonValue *value, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A member that must be there, of what must be an object. */
int json_value_member(const JsonValue *object, const char *key, JsonValue *ret);

JsonValue json_value_element(const JsonValue *array, size_t i);

/* Is it an array of at most max elements. */
int json_value_array(const JsonValue *value, size_t max, size_t *ret);

/* Zeroed room of that size for each element of an array, JSON_ARRAY_MAX at most; the caller's. NULL for an empty one. */
int json_value_new_elements(const JsonValue *value, size_t size, void **ret, size_t *ret_n);

/* Reads the members of an object one after the other; those that no field names are passed over. */
int json_read_fields(const JsonValue *object, const JsonFields *fields, void *ret);

/* The same where every member may be left out, and then leaves what is in the struct; one that no field names is refused. */
int json_read_given(const JsonValue *object, const JsonFields *fields, void *ret);

int json_value_integer(const JsonValue *value, uint64_t min, uint64_t max, uint64_t *ret);
/* "0x…" as the document writes addresses: lower case, no padding. */
int json_value_hex(const JsonValue *value, uint64_t *ret);
/* Printable ASCII of less than size bytes; what does not fit is refused, not cut. */
int json_value_text(const JsonValue *value, size_t size, char *ret);
int json_value_boolean(const JsonValue *value, bool *ret);

/* A member that is an integer up to max, or null: *ret_known is false and *ret 0. */
int json_member_integer_or_null(const JsonValue *object, const char *key, uint64_t min, uint64_t max,
                bool *ret_known, uint64_t *ret);
/* A member that is an integer up to max when `known`, and null (*ret 0) otherwise. */
int json_member_integer_when(
                const JsonValue *object, const char *key, bool known, uint64_t max, uint64_t *ret);
