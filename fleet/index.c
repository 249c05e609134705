/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/index.h"

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 64

void index_done(Index *index) {
        free(index->slots);
        *index = (Index){};
}

uint32_t index_hash(const void *bytes, size_t n) {
        uint8_t digest[SHA256_DIGEST_LENGTH];
        SHA2_CTX context;
        uint32_t hash;

        SHA256Init(&context);
        SHA256Update(&context, bytes, n);
        SHA256Final(digest, &context);
        memcpy(&hash, digest, sizeof(hash));
        return hash;
}

/* The first empty place from the hash's on. */
static IndexSlot *room_for(IndexSlot *slots, size_t size, uint32_t hash) {
        size_t i = hash & (size - 1);

        while (slots[i].item != INDEX_NONE)
                i = (i + 1) & (size - 1);
        return &slots[i];
}

static bool index_grow(Index *index) {
        size_t size = index->size ? 2 * index->size : FIRST_SIZE;
        IndexSlot *slots = reallocarray(NULL, size, sizeof(*slots));

        if (!slots)
                return false;
        for (size_t i = 0; i < size; i++)
                slots[i] = (IndexSlot){ .item = INDEX_NONE };
        for (size_t i = 0; i < index->size; i++)
                if (index->slots[i].item != INDEX_NONE)
                        *room_for(slots, size, index->slots[i].hash) = index->slots[i];
        free(index->slots);
        index->slots = slots;
        index->size = size;
        return true;
}

IndexSlot *index_find(Index *index, uint32_t hash, bool (*same)(const void *userdata, uint32_t item),
                const void *userdata) {
        size_t i;

        if (8 * (index->n + 1) > 7 * index->size && !index_grow(index))
                return NULL;
        for (i = hash & (index->size - 1); index->slots[i].item != INDEX_NONE;
                        i = (i + 1) & (index->size - 1))
                if (index->slots[i].hash == hash && same(userdata, index->slots[i].item))
                        break;
        return &index->slots[i];
}

void index_added(Index *index, IndexSlot *slot, uint32_t hash, uint32_t item) {
        *slot = (IndexSlot){ hash, item };
        index->n++;
}
