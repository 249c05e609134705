/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the parts of a layout. Sizes are untrusted: every sum saturates at the last address, which no
 * width reaches. Sizes that are too large do not fit and never wrap. */

#include "guest/layout/layout.h"

#define KIB UINT64_C(0x400)
#define MIB UINT64_C(0x100000)
#define GIB UINT64_C(0x40000000)
#define TIB UINT64_C(0x10000000000)

/* AMD's HyperTransport range. AMD's IOMMUs do not map it. */
#define HT_START UINT64_C(0xFD00000000)
#define HT_END UINT64_C(0x10000000000) /* exclusive */

/* HyperTransport and SGX. */
#define RESERVED_MAX 2

#define ECAM_SIZE (256 * MIB)

typedef struct LayoutCpu {
        CpuVendor vendor;
        Tristate long_mode, pae, pse36, pdpe1gb, la57;
} LayoutCpu;

/* A layout being built. All ends are exclusive. */
struct Space {
        const Guest *guest;
        const LayoutHost *host;
        Layout *layout;
        LayoutCpu cpu;
        bool guest_bits_open; /* KVM may report GuestPhysBits: readers must ask */
        uint64_t below_4g;    /* RAM from zero */
        uint64_t above_start, above_size;
        uint64_t ram_end;      /* end of the highest RAM; at least 4 GiB */
        uint64_t reserved_end; /* fw_cfg etc/reserved-memory-end; 0 none */
        uint64_t hole64_start, hole64_size;
        size_t n_reserved; /* e820 entries that are not memory */
        struct {
                uint64_t start, end;
        } reserved[RESERVED_MAX];
        uint64_t window32_start, window32_end;
        int error; /* -ENOMEM of an append, kept until the end */
};

static inline uint64_t sum_of(uint64_t a, uint64_t b) {
        uint64_t sum;

        return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline uint64_t product_of(uint64_t a, uint64_t b) {
        uint64_t product;

        return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* `to`: power of two. */
static inline uint64_t round_up(uint64_t value, uint64_t to) {
        uint64_t sum;

        return __builtin_add_overflow(value, to - 1, &sum) ? UINT64_MAX : sum & ~(to - 1);
}

static inline uint64_t max_of(uint64_t a, uint64_t b) {
        return a > b ? a : b;
}

static inline uint64_t min_of(uint64_t a, uint64_t b) {
        return a < b ? a : b;
}

/* 2^bits; 64 and more: the last address. */
static inline uint64_t space_of(unsigned bits) {
        return bits < 64 ? UINT64_C(1) << bits : UINT64_MAX;
}

/* Reserves [start, end) in the e820 table. */
void layout_reserve(Space *space, uint64_t start, uint64_t end);

/* Returns the first reserved entry that overlaps [start, end), or n_reserved. */
size_t layout_reserved(const Space *space, uint64_t start, uint64_t end);

/* Appends [start, end) unless empty. */
void layout_add(Space *space, LayoutKind kind, uint64_t start, uint64_t end, const char *label);
void layout_add_bar(Space *space, int device, int bar, uint64_t start, uint64_t end);

/* Records the first missing input; later ones are ignored. */
void layout_unknown(Space *space, Reason reason, const char *missing);
/* Same, for an input with a few answers to try. */
void layout_ask(Space *space, LayoutQuestion question);

/* A cause not to start. */
void layout_refuse(Space *space, StartCauseKind kind, uint64_t value, uint64_t min, uint64_t max);
/* Reserved device memory that is left out. */
void layout_lose_region(Space *space, uint64_t start, uint64_t end, int device);
/* Whether firmware trusts this width. QEMU's default of 40 bits is a guess, so OVMF and SeaBIOS accept only
 * widths that CPUs of that vendor have, and larger ones. */
bool layout_width_trusted(Space *space, unsigned bits);
