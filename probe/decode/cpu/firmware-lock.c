/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/firmware-lock.h"

#include "probe/decode/bytes.h"

bool feat_ctl_locked(uint64_t feat_ctl) {
        return bit(feat_ctl, 0);
}

bool feat_ctl_vmx_inside_smx(uint64_t feat_ctl) {
        return bit(feat_ctl, 1);
}

bool feat_ctl_vmx_outside_smx(uint64_t feat_ctl) {
        return bit(feat_ctl, 2);
}

bool feat_ctl_vmx_off(uint64_t feat_ctl) {
        return feat_ctl_locked(feat_ctl) && !feat_ctl_vmx_outside_smx(feat_ctl);
}

bool vm_cr_locked(uint64_t vm_cr) {
        return bit(vm_cr, 3);
}

bool vm_cr_svm_off(uint64_t vm_cr) {
        return bit(vm_cr, 4);
}
