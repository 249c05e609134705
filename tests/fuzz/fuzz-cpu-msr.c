/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "probe/decode/bytes.h"
#include "probe/decode/cpu/firmware-lock.h"
#include "probe/decode/cpu/syscfg.h"
#include "probe/decode/cpu/tme.h"
#include "probe/decode/cpu/vmx-ept.h"

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
                TmePartitioning partitioning;
                TmeCapability capability;
                TmeActivate activate;
                VmxEpt ept;

                tme_capability_decode(value, &capability);
                tme_activate_decode(value, &activate);
                tme_partitioning_decode(value, &partitioning);
                require(tme_bits_taken(&activate) <= 15);
                require(((uint64_t) partitioning.tdx_keyids << 32 | partitioning.mktme_keyids) == value);
                require(syscfg_bits_taken(value, &encryption) <= 63);
                vmx_ept_decode(value, value & 1, &ept);
                require(ept.levels == 0 || ept.levels == 4 || ept.levels == 5);
                require(!vmx_ept_usable(&ept) || ept.levels >= 4);
                require(!vmx_has_ept(before, value) || (before >> 63 && value >> 33 & 1));
                require(!feat_ctl_vmx_off(value) || feat_ctl_locked(value));
                before = value;
        }
        return 0;
}
