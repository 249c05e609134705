/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/root/replay-text.h"

#include <string.h>

#include "probe/decode/kernel/address-bits.h"
#include "probe/decode/text.h"

bool replay_msr_parse(Bytes line, RootMsr *ret) {
        RootMsr msr = { .reason = REASON_NONE };
        Bytes index, value;
        uint64_t number;

        if (!text_word(&line, &index) || !text_u64(index, 16, &number) || number > UINT32_MAX)
                return false;
        msr.index = (uint32_t) number;
        if (!text_word(&line, &value) || !text_u64(value, 16, &msr.value) || text_trim(line).n > 0)
                msr.reason = REASON_MALFORMED;
        *ret = msr;
        return true;
}

/* The three granules of arm64 (D8, "Translation granules"). */
static bool take_page_size(Bytes word, uint64_t *ret) {
        uint64_t size;

        if (!text_u64(word, 10, &size) || (size != 4096 && size != 16384 && size != 65536))
                return false;
        *ret = size;
        return true;
}

static bool take_address_bits(Bytes word, uint8_t *ret) {
        uint64_t bits;

        if (!text_u64(word, 10, &bits) || !kernel_has_address_bits(bits))
                return false;
        *ret = (uint8_t) bits;
        return true;
}

static bool is_id(Bytes word) {
        if (word.n != 32)
                return false;
        for (size_t i = 0; i < word.n; i++)
                if (!memchr("0123456789abcdef", word.data[i], 16))
                        return false;
        return true;
}

void replay_host_parse(Bytes text, HostIdentity *ret) {
        Bytes line, key, value;
        size_t cursor = 0;

        *ret = (HostIdentity){};
        while (text_line(text, &cursor, &line)) {
                if (!text_word(&line, &key) || !text_word(&line, &value))
                        continue;
                if (text_equal(key, "architecture"))
                        text_printable(value, ret->architecture, sizeof(ret->architecture));
                else if (text_equal(key, "machine-id") && is_id(value))
                        text_printable(value, ret->machine_id, sizeof(ret->machine_id));
                else if (text_equal(key, "page-size"))
                        (void) take_page_size(value, &ret->page_size);
                else if (text_equal(key, "address-bits"))
                        (void) take_address_bits(value, &ret->address_bits);
        }
}
