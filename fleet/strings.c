/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/fleet-parts.h"
#include "probe/grow.h"

#define FIRST_SIZE 4096

int fleet_text_add(FleetText *text, const char *bytes, size_t n, uint32_t *ret) {
        size_t size = text->size ? text->size : FIRST_SIZE;

        if (text->n >= UINT32_MAX || n > UINT32_MAX - text->n)
                return -EOVERFLOW;
        while (size - text->n < n)
                size += size / 2;
        if (size != text->size) {
                char *grown = realloc(text->data, size);

                if (!grown)
                        return -ENOMEM;
                text->data = grown;
                text->size = size;
        }
        memcpy(text->data + text->n, bytes, n);
        *ret = (uint32_t) text->n;
        text->n += n;
        return 0;
}

const char *fleet_strings_get(const FleetStrings *strings, uint32_t i) {
        return strings->text.data + strings->places[i];
}

typedef struct Sought {
        const FleetStrings *strings;
        const char *string;
} Sought;

static bool same(const void *userdata, uint32_t item) {
        const Sought *sought = userdata;

        return strcmp(fleet_strings_get(sought->strings, item), sought->string) == 0;
}

int fleet_strings_add(FleetStrings *strings, const char *string, uint32_t *ret) {
        const Sought sought = { strings, string };
        uint32_t hash = index_hash(string, strlen(string)), *grown;
        IndexSlot *slot = index_find(&strings->index, hash, same, &sought);
        int r;

        if (!slot)
                return -ENOMEM;
        if (slot->item != INDEX_NONE) {
                *ret = slot->item;
                return 0;
        }
        grown = grow(strings->places, strings->n, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        strings->places = grown;
        r = fleet_text_add(&strings->text, string, strlen(string) + 1, &grown[strings->n]);
        if (r < 0)
                return r;
        *ret = (uint32_t) strings->n++;
        index_added(&strings->index, slot, hash, *ret);
        return 0;
}

void fleet_strings_done(FleetStrings *strings) {
        free(strings->text.data);
        free(strings->places);
        index_done(&strings->index);
}
