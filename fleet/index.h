/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds items by what they are called: a hash table of numbers. The caller keeps the items and compares them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_NONE UINT32_MAX

typedef struct IndexSlot {
        uint32_t hash, item; /* INDEX_NONE: empty */
} IndexSlot;

typedef struct Index {
        size_t n, size; /* a power of two, or 0 */
        IndexSlot *slots;
} Index;

void index_done(Index *index);

/* Of bytes that others choose: by SHA-256, so that many with one hash are not made by chance. */
uint32_t index_hash(const void *bytes, size_t n);

/* The place of an item with this hash for which same() holds; its item is INDEX_NONE if there is none, and may
 * then be set once, or later to another item with the same name. NULL: out of memory. */
IndexSlot *index_find(Index *index, uint32_t hash, bool (*same)(const void *userdata, uint32_t item),
                const void *userdata);
/* Counts an item that was set in an empty place. */
void index_added(Index *index, IndexSlot *slot, uint32_t hash, uint32_t item);
