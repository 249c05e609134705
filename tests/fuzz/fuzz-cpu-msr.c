/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "probe/decode/bytes.h"
#include "probe/decode/cpu/cpu-msr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool b) {
        if (!b)
                abort();
}

/* Registers of eight bytes, each taken for every one of those that are decoded. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Bytes all = { .data = data, .n = size };
        uint64_t before = 0;

        for (size_t offset = 0; bytes_has(all, offset, 8); offset += 8) {
                uint64_t value = bytes_u64(all, offset);
                CpuidEncryption encryption = { .sme = value & 1,
                        .pa_reduction = (uint8_t) bits(before, 11, 6) };
                TmeActivate activate;
                VmxEpt ept;

                tme_activate_decode(value, &activate);
                require(tme_bits_taken(&activate) <= 15);
                require(syscfg_bits_taken(value, &encryption) <= 63);
                vmx_ept_decode(value, value & 1, &ept);
                require(ept.levels == 0 || ept.levels == 4 || ept.levels == 5);
                require(!vmx_has_ept(before, value) || (before >> 63 && value >> 33 & 1));
                before = value;
        }
        return 0;
}
