/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/kernel/address-bits.h"

#include "probe/decode/text.h"

#define PAGE_16K (16 * 1024)
#define KIB 1024

bool kernel_has_address_bits(uint64_t bits) {
        return bits == 36 || bits == 39 || bits == 42 || bits == 47 || bits == 48 || bits == 52;
}

uint8_t kernel_address_bits_at_least(uint64_t page_size) {
        switch (page_size) {
        case 4 * KIB:
                return 39;
        case 64 * KIB:
                return 42;
        default: /* with 16 KiB */
                return 36;
        }
}

static unsigned bit_length(uint64_t value) {
        return value ? 64 - (unsigned) __builtin_clzll(value) : 0;
}

bool kernel_address_bits_hidden(uint64_t page_size, uint64_t top) {
        return page_size == PAGE_16K && bit_length(top) == 47;
}

/* "VmallocTotal:   135290159040 kB", in bytes; 0 without it. */
static uint64_t vmalloc_total(Bytes meminfo) {
        Bytes line, key, value;
        size_t cursor = 0;
        uint64_t kib;

        while (text_line(meminfo, &cursor, &line))
                if (text_word(&line, &key) && text_equal(key, "VmallocTotal:"))
                        return text_word(&line, &value) && text_u64(value, 10, &kib) &&
                                                        kib <= UINT64_MAX / KIB
                                        ? kib * KIB
                                        : 0;
        return 0;
}

/* vmalloc has the upper half of 2^47 less the array of struct page, 64 bytes for each page of 2^VA_BITS: 2^38 or
 * 2^39 bytes of 2^46 for 47, 2^44 for 52. */
static bool is_52(Bytes meminfo) {
        uint64_t total = vmalloc_total(meminfo), half = UINT64_C(1) << 46;

        return total >= half / 2 && total <= half - (half >> 3);
}

uint8_t kernel_address_bits(uint64_t page_size, uint64_t top, Bytes meminfo) {
        unsigned bits = bit_length(top);

        if (!kernel_has_address_bits(bits))
                return 0;
        if (kernel_address_bits_hidden(page_size, top) && is_52(meminfo))
                return 52;
        return (uint8_t) bits;
}
