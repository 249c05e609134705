/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* "q35,accel=kvm,smm=off", or the same as a JSON object: what stands behind an option of QEMU. */

#include <stdbool.h>
#include <stddef.h>

typedef struct KeyValue {
        char *key, *value; /* both owned */
} KeyValue;

typedef struct KeyValues {
        size_t n;
        KeyValue *items; /* owned */
        bool json;       /* that is what it was read from */
} KeyValues;

void key_values_done(KeyValues *values);

#define KEY_VALUES_MAX 4096

/* -EINVAL beyond that many, -ENOMEM. */
int key_values_add(KeyValues *values, const char *key, const char *value);

/* A first part without "=" is the value of the implied key (NULL: there is none); later ones are "on". In values ",,"
 * stands for a comma. A text that starts with "{" is JSON: members of members become "a.b", elements "a.0". -EINVAL,
 * -ENOMEM; what there is until then stays to be released. */
int key_values_parse(const char *text, const char *implied, KeyValues *ret);

struct json_t;

/* Members of members become "a.b", elements "a.0", null an empty value. -EINVAL beyond the bound, -ENOMEM. */
int key_values_add_json(KeyValues *values, struct json_t *json);

/* The last of that key, as QEMU takes it; NULL when there is none. */
const char *key_values_get(const KeyValues *values, const char *key);
