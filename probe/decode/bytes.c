/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/bytes.h"

static uint64_t bytes_le(Bytes b, size_t offset, unsigned width) {
        uint64_t value = 0;

        if (!bytes_has(b, offset, width))
                return 0;
        for (unsigned i = 0; i < width; i++)
                value |= (uint64_t) b.data[offset + i] << 8 * i;
        return value;
}

uint8_t bytes_u8(Bytes b, size_t offset) {
        return (uint8_t) bytes_le(b, offset, 1);
}

uint16_t bytes_u16(Bytes b, size_t offset) {
        return (uint16_t) bytes_le(b, offset, 2);
}

uint32_t bytes_u32(Bytes b, size_t offset) {
        return (uint32_t) bytes_le(b, offset, 4);
}

uint64_t bytes_u64(Bytes b, size_t offset) {
        return bytes_le(b, offset, 8);
}

Bytes bytes_part(Bytes b, size_t offset, size_t n) {
        if (offset > b.n)
                offset = b.n;
        if (n > b.n - offset)
                n = b.n - offset;
        /* NULL + 0 is undefined in C, and an empty view may hold NULL. */
        return (Bytes){ .data = b.data ? b.data + offset : NULL, .n = n };
}

uint8_t bytes_sum(Bytes b) {
        uint8_t sum = 0;

        for (size_t i = 0; i < b.n; i++)
                sum = (uint8_t) (sum + b.data[i]);
        return sum;
}
