/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/cpu-msr.h"

#include "probe/decode/bytes.h"

#define SECONDARY_CONTROLS 31
#define ENABLE_EPT 1

bool feat_ctl_vmx_off(uint64_t feat_ctl) {
        return bit(feat_ctl, 0) && !bit(feat_ctl, 2);
}

bool vm_cr_svm_off(uint64_t vm_cr) {
        return bit(vm_cr, 4);
}

void vmx_ept_decode(uint64_t ept_vpid_cap, bool nested_values, VmxEpt *ret) {
        *ret = (VmxEpt){
                .nested_values = nested_values,
                .page_2m = bit(ept_vpid_cap, 16),
                .page_1g = bit(ept_vpid_cap, 17),
                .accessed_dirty = bit(ept_vpid_cap, 21),
                .levels = bit(ept_vpid_cap, 7)         ? 5
                                : bit(ept_vpid_cap, 6) ? 4
                                                       : 0,
        };
}

/* The high half of a control register holds what may be set to 1. */
static bool allowed(uint64_t control, unsigned n) {
        return bit(control, 32 + n);
}

bool vmx_has_ept(uint64_t procbased_ctls, uint64_t procbased_ctls2) {
        return allowed(procbased_ctls, SECONDARY_CONTROLS) && allowed(procbased_ctls2, ENABLE_EPT);
}

bool syscfg_mem_encrypt(uint64_t syscfg) {
        return bit(syscfg, 23);
}

unsigned syscfg_bits_taken(uint64_t syscfg, const CpuidEncryption *encryption) {
        if (!encryption->sme && !encryption->sev)
                return 0;
        return syscfg_mem_encrypt(syscfg) ? encryption->pa_reduction : 0;
}

void tme_activate_decode(uint64_t value, TmeActivate *ret) {
        *ret = (TmeActivate){
                .locked = bit(value, 0),
                .enabled = bit(value, 1),
                .keyid_bits = (uint8_t) bits(value, 35, 32),
                .tdx_keyid_bits = (uint8_t) bits(value, 39, 36),
        };
}

unsigned tme_bits_taken(const TmeActivate *tme) {
        return tme->locked && tme->enabled ? tme->keyid_bits : 0;
}
