/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/midr.h"

#include "probe/decode/text.h"

void midr_decode(uint64_t value, Midr *ret) {
        *ret = (Midr){
                .implementer = (uint8_t) bits(value, 31, 24),
                .variant = (uint8_t) bits(value, 23, 20),
                .architecture = (uint8_t) bits(value, 19, 16),
                .part = (uint16_t) bits(value, 15, 4),
                .revision = (uint8_t) bits(value, 3, 0),
        };
}

uint64_t midr_encode(const Midr *midr) {
        return (uint64_t) midr->implementer << 24 | (uint64_t) (midr->variant & 0xf) << 20 |
                        (uint64_t) (midr->architecture & 0xf) << 16 | (uint64_t) (midr->part & 0xfff) << 4 |
                        (midr->revision & 0xf);
}

bool midr_parse(Bytes text, uint64_t *ret) {
        uint64_t value;
        size_t cursor = 0;
        Bytes line;

        if (!text_line(text, &cursor, &line) || !text_u64(line, 16, &value) || value == 0 ||
                        value > UINT32_MAX || cursor < text.n)
                return false;
        *ret = value;
        return true;
}
