/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Keys of the elements of the document's arrays: they find a unit, group, device or finding in another
 * one. */

#include <jansson.h>
#include <stddef.h>

typedef struct DifferenceKey {
        json_t *element;     /* borrowed */
        const char *name;    /* borrowed; "" if the key is a number */
        const char *subject; /* borrowed; NULL but for findings */
        json_int_t number;   /* groups, and order of PCI addresses; else 0 */
} DifferenceKey;

typedef struct DifferenceKeys {
        size_t n;
        DifferenceKey *keys; /* sorted, unique */
} DifferenceKeys;

void difference_keys_done(DifferenceKeys *keys);

/* 1 and the keys; 0 if the array of that path has none, or one is missing or duplicate; -ENOMEM. */
int difference_keys_get(const char *path, json_t *array, DifferenceKeys *ret);

int difference_key_compare(const DifferenceKey *a, const DifferenceKey *b);

/* Upper limit for the length of difference_key_text(). */
size_t difference_key_length(const DifferenceKey *key);
void difference_key_text(const DifferenceKey *key, char *ret, size_t size);
