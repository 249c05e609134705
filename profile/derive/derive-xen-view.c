/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-xen.h"

/* The CPU as Xen has it: by its own policy, or by the CPUID instruction, which goes to the hardware in a PV domain
 * whose CPUID instructions Xen does not intercept. */
static void view_cpuid(const Facts *facts, const ProfileXen *xen, CpuFacts *ret) {
        const XenAnswers *answers = &facts->xen.answers;

        if (facts->xen.answers_reason == REASON_NONE &&
                        answers->policies[XEN_POLICY_RAW].reason == REASON_NONE) {
                ret->cpuid = answers->policies[XEN_POLICY_RAW].leaves;
                ret->cpuid_reason = REASON_NONE;
                ret->feature = (CpuidFeature){};
                ret->width = (CpuidWidth){};
                ret->encryption = (CpuidEncryption){};
                cpuid_feature_decode(&ret->cpuid, &ret->feature);
                cpuid_width_decode(&ret->cpuid, &ret->feature, &ret->width);
                cpuid_encryption_decode(&ret->cpuid, &ret->encryption);
        } else if (xen->domain_type != XEN_DOMAIN_PV || facts->xen.cpuid.found)
                ret->cpuid_reason = derive_xen_reason(facts);
}

static void view_kvm(KvmFacts *ret) {
        static const ParameterFact unknown = { .reason = REASON_XEN };

        *ret = (KvmFacts){
                .reason = REASON_XEN,
                .loaded_reason = REASON_XEN,
                .registered_reason = REASON_XEN,
                .ept = unknown,
                .npt = unknown,
                .eptad = unknown,
                .sev = unknown,
                .sev_es = unknown,
                .sev_snp = unknown,
                .tdx = unknown,
                .unsafe_type1 = unknown,
                .unsafe_iommufd = unknown,
                .dma_entries_reason = REASON_XEN,
        };
}

bool derive_xen_view(const Facts *facts, const ProfileXen *xen, Facts *ret) {
        const bool control = xen->role == XEN_ROLE_CONTROL;

        if (!control && (xen->role != XEN_ROLE_GUEST || xen->domain_type != XEN_DOMAIN_PV))
                return false;
        *ret = *facts;
        /* Xen emulates registers. */
        for (MsrName name = 0; name < _MSR_MAX; name++)
                ret->cpu.msrs[name] = (MsrFact){ .reason = REASON_XEN };
        view_kvm(&ret->kvm);
        if (!control)
                return true;
        view_cpuid(facts, xen, &ret->cpu);
        ret->cpu.cpuinfo_reason = REASON_XEN; /* its flags are those of the domain */
        if (facts->iommu.n == 0)
                ret->iommu.reason = REASON_XEN;
        ret->iommu.interrupt_remapping = TRISTATE_UNKNOWN;
        ret->iommu.interrupt_remapping_reason = REASON_XEN;
        if (facts->group.n == 0)
                ret->group.reason = REASON_XEN;
        ret->memory = (MemoryFacts){
                .memmap_reason = REASON_XEN, .iomem_reason = REASON_XEN, .block_size_reason = REASON_XEN
        };
        return true;
}
