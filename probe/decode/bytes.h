/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A view of untrusted bytes. Bounds are checked by subtraction, so offsets cannot wrap. Multi-byte values
 * are little-endian, as in ACPI, PCI and MMIO registers. Bytes are never cast to a struct. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Bytes {
        const uint8_t *data; /* borrowed */
        size_t n;
} Bytes;

/* A string without its NUL. */
static inline Bytes bytes_of(const char *text) {
        return (Bytes){ .data = (const uint8_t *) text, .n = strlen(text) };
}

typedef struct BytesRange {
        size_t offset, n;
} BytesRange;

/* True if `need` bytes exist at `offset`. */
static inline bool bytes_has(Bytes b, size_t offset, size_t need) {
        return offset <= b.n && b.n - offset >= need;
}

/* Call bytes_has() first; out of bounds returns 0. */
uint8_t bytes_u8(Bytes b, size_t offset);
uint16_t bytes_u16(Bytes b, size_t offset);
uint32_t bytes_u32(Bytes b, size_t offset);
uint64_t bytes_u64(Bytes b, size_t offset);

/* The part [offset, offset + n), clipped to the view. */
Bytes bytes_part(Bytes b, size_t offset, size_t n);

/* Sum modulo 256; 0 for an ACPI table with a valid checksum. */
uint8_t bytes_sum(Bytes b);

/* Bits high:low of a register, as in specifications. */
static inline uint64_t bits(uint64_t value, unsigned high, unsigned low) {
        uint64_t mask = high - low == 63 ? UINT64_MAX : (UINT64_C(1) << (high - low + 1)) - 1;

        return value >> low & mask;
}

static inline bool bit(uint64_t value, unsigned n) {
        return value >> n & 1;
}
