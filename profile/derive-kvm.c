/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive-steps.h"

#include <stdio.h>

#define CAP_SMALLER_MAXPHYADDR 185

void derive_kvm(const Facts *facts, ProfilePaging *ret) {
        const KvmFacts *kvm = &facts->kvm;
        const CpuidLeaf *leaf;
        int32_t smaller;

        ret->kvm_loaded = kvm->loaded == TRISTATE_UNKNOWN
                        ? fact_unknown(REASON_PERMISSION, "/sys/module/kvm")
                        : fact_measured(kvm->loaded == TRISTATE_YES, "/sys/module/kvm");
        snprintf(ret->kvm_backend, sizeof(ret->kvm_backend), "%s", kvm->backend);
        ret->kvm_guest_phys_bits_offered =
                        fact_unknown(kvm->reason != REASON_NONE ? kvm->reason : REASON_ABSENT,
                                        "KVM_GET_SUPPORTED_CPUID 0x80000008");
        ret->smaller_maxphyaddr =
                        fact_unknown(ret->kvm_guest_phys_bits_offered.reason, "KVM_CAP_SMALLER_MAXPHYADDR");
        if (kvm->reason != REASON_NONE)
                return;
        leaf = cpuid_table_find(&kvm->answers.supported_cpuid, 0x80000008, 0);
        if (leaf)
                ret->kvm_guest_phys_bits_offered = fact_measured(bits(leaf->eax, 23, 16) != 0,
                                "KVM_GET_SUPPORTED_CPUID 0x80000008 EAX[23:16]");
        if (kvm_answers_capability(&kvm->answers, CAP_SMALLER_MAXPHYADDR, &smaller))
                ret->smaller_maxphyaddr = fact_measured(smaller > 0, "KVM_CAP_SMALLER_MAXPHYADDR");
}
