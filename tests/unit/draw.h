/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Choices made from bytes: those of a fuzz target, or of a generator. Bytes that are not there are zero. */

#include <stddef.h>
#include <stdint.h>

typedef struct Draw {
        const uint8_t *data;
        size_t n;
} Draw;

static inline unsigned draw(Draw *from, unsigned below) {
        unsigned value = from->n > 0 ? *from->data : 0;

        if (from->n > 0) {
                from->data++;
                from->n--;
        }
        return value % below;
}
