/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The value of a QEMU option: "q35,accel=kvm,smm=off", or the same as a JSON object. */

#include <stdbool.h>
#include <stddef.h>

typedef struct KeyValue {
        char *key, *value; /* both owned */
        bool bare;         /* a name without "=" */
} KeyValue;

typedef struct KeyValues {
        size_t n;
        KeyValue *items; /* owned */
        bool json;       /* read from JSON */
} KeyValues;

void key_values_done(KeyValues *values);

#define KEY_VALUES_MAX 4096

/* -EINVAL beyond this limit, -ENOMEM. */
int key_values_add(KeyValues *values, const char *key, const char *value);

/* A first part without "=" is the value of the implied key (NULL: none); later ones are "on". In values ",,"
 * is a comma. Text that starts with "{" is JSON: nested members become "a.b", elements "a.0". -EINVAL,
 * -ENOMEM; the caller releases *ret on errors, too. */
int key_values_parse(const char *text, const char *implied, KeyValues *ret);

struct json_t;

/* Nested members become "a.b", elements "a.0", null an empty value. -EINVAL beyond the limit, -ENOMEM. */
int key_values_add_json(KeyValues *values, struct json_t *json);

/* The last value of that key, as in QEMU, or NULL. */
const char *key_values_get(const KeyValues *values, const char *key);
