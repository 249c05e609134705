/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/vmx-ept.h"

#include "probe/decode/bytes.h"

#define SECONDARY_CONTROLS 31

void vmx_ept_decode(uint64_t ept_vpid_cap, bool nested_values, VmxEpt *ret) {
        *ret = (VmxEpt){
                .nested_values = nested_values,
                .execute_only = bit(ept_vpid_cap, 0),
                .walk_length_4 = bit(ept_vpid_cap, 6),
                .walk_length_5 = bit(ept_vpid_cap, 7),
                .uc = bit(ept_vpid_cap, 8),
                .wb = bit(ept_vpid_cap, 14),
                .page_2m = bit(ept_vpid_cap, 16),
                .page_1g = bit(ept_vpid_cap, 17),
                .invept = bit(ept_vpid_cap, 20),
                .accessed_dirty = bit(ept_vpid_cap, 21),
                .advanced_exit_info = bit(ept_vpid_cap, 22),
                .invept_single = bit(ept_vpid_cap, 25),
                .invept_global = bit(ept_vpid_cap, 26),
                .invvpid = bit(ept_vpid_cap, 32),
        };
        ret->levels = ret->walk_length_5 ? 5 : ret->walk_length_4 ? 4 : 0;
}

bool vmx_ept_usable(const VmxEpt *ept) {
        return ept->walk_length_4 && ept->wb && ept->invept_global;
}

/* The high half of a control register holds what may be set to 1. */
static bool allowed(uint64_t control, unsigned n) {
        return bit(control, 32 + n);
}

static bool secondary_allowed(uint64_t procbased_ctls, uint64_t procbased_ctls2, unsigned n) {
        return allowed(procbased_ctls, SECONDARY_CONTROLS) && allowed(procbased_ctls2, n);
}

bool vmx_has_ept(uint64_t procbased_ctls, uint64_t procbased_ctls2) {
        return secondary_allowed(procbased_ctls, procbased_ctls2, 1);
}

bool vmx_has_vpid(uint64_t procbased_ctls, uint64_t procbased_ctls2) {
        return secondary_allowed(procbased_ctls, procbased_ctls2, 5);
}

bool vmx_has_unrestricted_guest(uint64_t procbased_ctls, uint64_t procbased_ctls2) {
        return secondary_allowed(procbased_ctls, procbased_ctls2, 7);
}
