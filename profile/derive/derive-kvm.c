/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-steps.h"

#include <stdio.h>
#include <string.h>

#define CAP_SMALLER_MAXPHYADDR 185

static CpuVendor vendor(const CpuFacts *cpu) {
        if (cpu->cpuid_reason == REASON_NONE)
                return cpu->feature.vendor;
        return cpu->cpuinfo_reason == REASON_NONE ? cpu->cpuinfo.vendor : CPU_VENDOR_OTHER;
}

static bool lacks_virtualisation(const CpuFacts *cpu) {
        const CpuidFeature *feature = &cpu->feature;

        return cpu->cpuid_reason == REASON_NONE && feature->leaf_1_known && feature->leaf_80000001_known &&
                        !feature->vmx && !feature->svm;
}

/* If kvm is built in, both vendors' parts are in sys/module, started or not: the CPU decides. */
const char *derive_kvm_backend(const Facts *facts) {
        const KvmFacts *kvm = &facts->kvm;
        CpuVendor cpu = vendor(&facts->cpu);
        bool amd = cpu == CPU_VENDOR_AMD || cpu == CPU_VENDOR_HYGON;
        bool intel = cpu == CPU_VENDOR_INTEL || cpu == CPU_VENDOR_CENTAUR || cpu == CPU_VENDOR_ZHAOXIN;

        if (*kvm->holder)
                return kvm->holder;
        if (kvm->registered != TRISTATE_YES)
                return "";
        if (*kvm->other_backend && (lacks_virtualisation(&facts->cpu) || (!intel && !amd)))
                return kvm->other_backend;
        if (intel && kvm->has_kvm_intel)
                return "kvm_intel";
        if (amd && kvm->has_kvm_amd)
                return "kvm_amd";
        return kvm->other_backend;
}

/* Whether KVM can run guests; kvm.ko alone cannot. */
static Fact kvm_runs(const KvmFacts *kvm) {
        if (kvm->loaded == TRISTATE_UNKNOWN)
                return fact_unknown(kvm->loaded_reason ? kvm->loaded_reason : REASON_PERMISSION,
                                "/sys/module/kvm");
        if (kvm->loaded == TRISTATE_NO)
                return fact_measured(0, "/sys/module/kvm");
        if (kvm->registered == TRISTATE_UNKNOWN)
                return fact_unknown(kvm->registered_reason, "/sys/class/misc/kvm");
        return fact_measured(kvm->registered == TRISTATE_YES, "%s",
                        kvm->registered == TRISTATE_YES
                                        ? "/sys/module/kvm"
                                        : "/sys/module/kvm exists, but /sys/class/misc/kvm does not: "
                                          "neither kvm_intel nor kvm_amd started");
}

void derive_kvm(const Facts *facts, ProfilePaging *ret) {
        const KvmFacts *kvm = &facts->kvm;
        const CpuidLeaf *leaf;
        int32_t smaller;

        ret->kvm_loaded = kvm_runs(kvm);
        snprintf(ret->kvm_backend, sizeof(ret->kvm_backend), "%s", derive_kvm_backend(facts));
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
