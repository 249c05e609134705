/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The elements of the document's arrays that have names: by what a unit, a group, a device or a finding of one document
 * is found again in another. */

#include <jansson.h>
#include <stddef.h>

typedef struct DifferenceKey {
        json_t *element;     /* borrowed */
        const char *name;    /* borrowed; "" where the key is a number */
        const char *subject; /* borrowed; NULL but for findings */
        json_int_t number;   /* groups, and the order of PCI addresses; else 0 */
} DifferenceKey;

typedef struct DifferenceKeys {
        size_t n;
        DifferenceKey *keys; /* sorted, each there once */
} DifferenceKeys;

void difference_keys_done(DifferenceKeys *keys);

/* 1 and the keys; 0 when the array of that path has none, or one is missing or there twice; -ENOMEM. */
int difference_keys_get(const char *path, json_t *array, DifferenceKeys *ret);

int difference_key_compare(const DifferenceKey *a, const DifferenceKey *b);

/* An upper bound of what difference_key_text() writes. */
size_t difference_key_length(const DifferenceKey *key);
void difference_key_text(const DifferenceKey *key, char *ret, size_t size);
