/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the layout's parts hand to each other. Sizes come from outside and may be anything: every sum saturates at the
 * last address, which no width reaches, so that too much is always "does not fit" and never wraps. */

#include "guest/layout/layout.h"

#define KIB UINT64_C(0x400)
#define MIB UINT64_C(0x100000)
#define GIB UINT64_C(0x40000000)
#define TIB UINT64_C(0x10000000000)

/* AMD's HyperTransport range: no IOMMU of theirs maps it. */
#define HT_START UINT64_C(0xFD00000000)
#define HT_END UINT64_C(0x10000000000) /* exclusive */

/* HyperTransport and SGX. */
#define RESERVED_MAX 2

#define ECAM_SIZE (256 * MIB)

typedef struct LayoutCpu {
        CpuVendor vendor;
        Tristate long_mode, pae, pse36, pdpe1gb, la57;
} LayoutCpu;

/* A layout in the making. All ends are exclusive. */
struct Space {
        const Guest *guest;
        const LayoutHost *host;
        Layout *layout;
        LayoutCpu cpu;
        bool guest_bits_open; /* KVM may tell GuestPhysBits: what reads them asks */
        uint64_t below_4g;    /* RAM from zero */
        uint64_t above_start, above_size;
        uint64_t ram_end;      /* of the highest RAM; 4 GiB when none is above */
        uint64_t reserved_end; /* fw_cfg etc/reserved-memory-end; 0 none */
        uint64_t hole64_start, hole64_size;
        size_t n_reserved; /* entries of the e820 table that are no memory */
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

/* To a power of two. */
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

/* [start, end) is reserved in the e820 table. */
void layout_reserve(Space *space, uint64_t start, uint64_t end);

/* The first reserved entry that shares addresses with [start, end); its index, or n_reserved. */
size_t layout_reserved(const Space *space, uint64_t start, uint64_t end);

/* Appends [start, end); nothing when empty. */
void layout_add(Space *space, LayoutKind kind, uint64_t start, uint64_t end, const char *label);
void layout_add_bar(Space *space, int device, int bar, uint64_t start, uint64_t end);

/* The first thing that is missing names itself; later ones don't matter any more. */
void layout_unknown(Space *space, Reason reason, const char *missing);
/* The same for what has a few answers that can each be tried. */
void layout_ask(Space *space, LayoutQuestion question);

/* It does not start, and why. */
void layout_refuse(Space *space, StartCauseKind kind, uint64_t value, uint64_t min, uint64_t max);
/* The width that firmware believes: QEMU's default of 40 bits is a guess, so only values that a CPU of that vendor has,
 * or larger ones, count (OVMF and SeaBIOS alike). */
bool layout_width_trusted(Space *space, unsigned bits);
