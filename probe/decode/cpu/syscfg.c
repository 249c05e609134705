/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/syscfg.h"

#include "probe/decode/bytes.h"

bool syscfg_mfdm(uint64_t syscfg) {
        return bit(syscfg, 19);
}

bool syscfg_mem_encrypt(uint64_t syscfg) {
        return bit(syscfg, 23);
}

bool syscfg_snp(uint64_t syscfg) {
        return bit(syscfg, 24);
}

bool syscfg_vmpl(uint64_t syscfg) {
        return bit(syscfg, 25);
}

bool hwcr_smm_lock(uint64_t hwcr) {
        return bit(hwcr, 0);
}

unsigned syscfg_bits_taken(uint64_t syscfg, const CpuidEncryption *encryption) {
        if (!encryption->sme && !encryption->sev)
                return 0;
        return syscfg_mem_encrypt(syscfg) ? encryption->pa_reduction : 0;
}
