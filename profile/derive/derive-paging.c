/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-steps.h"

#include <string.h>

#include "probe/decode/cpu/cpu-msr.h"
#include "profile/derive/facts-architecture.h"

#define MSR_EPT_VPID_CAP 0x48c

static Tristate virtualisation(const CpuFacts *cpu) {
        const CpuidFeature *feature = &cpu->feature;

        if (feature->vmx || feature->svm)
                return TRISTATE_YES;
        return feature->leaf_1_known && feature->leaf_80000001_known ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

static bool runs_on(const Facts *facts, const char *backend) {
        return strcmp(derive_kvm_backend(facts), backend) == 0;
}

static SecondLevelKind second_level_kind(const Facts *facts) {
        const CpuFacts *cpu = &facts->cpu;

        if (runs_on(facts, "kvm_intel"))
                return SECOND_LEVEL_EPT;
        if (runs_on(facts, "kvm_amd"))
                return SECOND_LEVEL_NPT;
        if (cpu->cpuid_reason == REASON_NONE && cpu->feature.vmx)
                return SECOND_LEVEL_EPT;
        if (cpu->cpuid_reason == REASON_NONE && cpu->feature.npt)
                return SECOND_LEVEL_NPT;
        return SECOND_LEVEL_NONE;
}

/* EPT's capability register: the CPU's, or KVM's copy for nesting (bits 6 and 7 are valid there). */
static bool read_ept(const Facts *facts, VmxEpt *ret, const char **ret_source) {
        const MsrFact *msr = &facts->cpu.msrs[MSR_VMX_EPT_VPID_CAP];
        uint64_t value;

        if (msr->reason == REASON_NONE) {
                vmx_ept_decode(msr->value, false, ret);
                *ret_source = "MSR 0x48c IA32_VMX_EPT_VPID_CAP";
                return true;
        }
        if (facts->kvm.reason == REASON_NONE &&
                        kvm_answers_msr(&facts->kvm.answers, MSR_EPT_VPID_CAP, &value)) {
                vmx_ept_decode(value, true, ret);
                *ret_source = "KVM feature MSR 0x48c";
                return true;
        }
        return false;
}

/* 4 or 5; unknown if not reported. */
static Fact second_level_levels(const Facts *facts) {
        const CpuFacts *cpu = &facts->cpu;
        bool cpuinfo = cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.has_flags;
        const char *source;
        VmxEpt ept;

        switch (second_level_kind(facts)) {
        case SECOND_LEVEL_EPT:
                if (read_ept(facts, &ept, &source))
                        return ept.levels > 0 ? fact_measured(ept.levels, "%s[7:6]", source)
                                              : fact_unknown(REASON_ABSENT, "%s[7:6]: no page-walk length",
                                                                source);
                if (cpuinfo && cpu->cpuinfo.vmx_ept_5level)
                        return fact_measured(5, "/proc/cpuinfo vmx flags ept_5level");
                return fact_unknown(
                                cpu->msrs[MSR_VMX_EPT_VPID_CAP].reason, "MSR 0x48c IA32_VMX_EPT_VPID_CAP");
        case SECOND_LEVEL_NPT:
                /* Nested tables are as deep as the host's (arch/x86/kvm/svm, get_npt_level). */
                if (cpuinfo)
                        return fact_derived(cpu->cpuinfo.la57 ? 5 : 4,
                                        "the host's depth: /proc/cpuinfo la57 is %s",
                                        cpu->cpuinfo.la57 ? "on" : "off");
                return fact_unknown(cpu->cpuinfo_reason, "/proc/cpuinfo flags");
        default:
                return fact_unknown(REASON_NOT_APPLICABLE, "no EPT or NPT");
        }
}

/* Whether guests use second-level tables, by the module's parameter. For paging and widths. */
static Fact second_level_enabled(const Facts *facts) {
        const KvmFacts *kvm = &facts->kvm;
        const CpuFacts *cpu = &facts->cpu;

        /* If the module did not start, the parameter is only what it would request. */
        if (runs_on(facts, "kvm_intel") && kvm->ept.reason == REASON_NONE)
                return fact_measured(kvm->ept.value, "/sys/module/kvm_intel/parameters/ept is %s",
                                kvm->ept.value ? "Y" : "N");
        if (runs_on(facts, "kvm_amd") && kvm->npt.reason == REASON_NONE)
                return fact_measured(kvm->npt.value, "/sys/module/kvm_amd/parameters/npt is %s",
                                kvm->npt.value ? "Y" : "N");
        if (cpu->cpuid_reason == REASON_NONE && virtualisation(cpu) == TRISTATE_NO)
                return fact_derived(0, "CPUID reports neither VMX nor SVM");
        if (runs_on(facts, "kvm_intel"))
                return fact_unknown(kvm->ept.reason, "/sys/module/kvm_intel/parameters/ept");
        if (runs_on(facts, "kvm_amd"))
                return fact_unknown(kvm->npt.reason, "/sys/module/kvm_amd/parameters/npt");
        return fact_unknown(kvm->registered == TRISTATE_UNKNOWN ? kvm->registered_reason : REASON_ABSENT,
                        "/sys/module/kvm_*/parameters");
}

static Fact second_level_capable(const Facts *facts) {
        const CpuFacts *cpu = &facts->cpu;
        const MsrFact *ctls = &cpu->msrs[MSR_VMX_PROCBASED_CTLS],
                      *ctls2 = &cpu->msrs[MSR_VMX_PROCBASED_CTLS2];

        if (cpu->cpuid_reason != REASON_NONE)
                return fact_unknown(cpu->cpuid_reason, "CPUID");
        if (virtualisation(cpu) == TRISTATE_NO)
                return fact_measured(0, "CPUID reports neither VMX nor SVM");
        if (cpu->feature.svm)
                return fact_state(cpuid_state(cpu->feature.leaf_8000000a_known, cpu->feature.npt),
                                REASON_ABSENT, "CPUID 0x8000000a EDX[0]");
        if (ctls->reason == REASON_NONE && ctls2->reason == REASON_NONE)
                return fact_measured(vmx_has_ept(ctls->value, ctls2->value), "MSR 0x48b[33]");
        if (runs_on(facts, "kvm_intel") && facts->kvm.ept.reason == REASON_NONE && facts->kvm.ept.value)
                return fact_derived(1, "kvm_intel uses EPT");
        if (cpu->cpuinfo_reason == REASON_NONE && (cpu->cpuinfo.ept || cpu->cpuinfo.vmx_ept))
                return fact_measured(1, "/proc/cpuinfo flags");
        return fact_unknown(ctls2->reason, "MSR 0x48b");
}

static void derive_virtualisation(const Facts *facts, ProfilePaging *ret) {
        const CpuFacts *cpu = &facts->cpu;

        ret->virtualisation_capable = cpu->cpuid_reason == REASON_NONE
                        ? fact_state(virtualisation(cpu), REASON_ABSENT, "CPUID VMX or SVM")
                        : fact_unknown(cpu->cpuid_reason, "CPUID VMX or SVM");
        if (cpu->msrs[MSR_FEAT_CTL].reason == REASON_NONE && feat_ctl_vmx_off(cpu->msrs[MSR_FEAT_CTL].value))
                ret->virtualisation_enabled =
                                fact_measured(0, "MSR 0x3a IA32_FEAT_CTL: locked without VMX outside SMX");
        else if (cpu->msrs[MSR_VM_CR].reason == REASON_NONE && vm_cr_svm_off(cpu->msrs[MSR_VM_CR].value))
                ret->virtualisation_enabled = fact_measured(0, "MSR 0xc0010114 VM_CR[4] SVMDIS");
        else if (cpu->cpuinfo_reason != REASON_NONE)
                ret->virtualisation_enabled =
                                fact_unknown(cpu->cpuinfo_reason, "/proc/cpuinfo flags vmx, svm");
        else if (!cpu->cpuinfo.has_flags)
                ret->virtualisation_enabled = fact_unknown(REASON_ABSENT, "/proc/cpuinfo flags vmx, svm");
        else
                ret->virtualisation_enabled = fact_measured(
                                cpu->cpuinfo.vmx || cpu->cpuinfo.svm, "/proc/cpuinfo flags vmx, svm");
}

static void derive_la57(const CpuFacts *cpu, ProfilePaging *ret) {
        ret->la57_capable = cpu->cpuid_reason == REASON_NONE
                        ? fact_state(cpuid_state(cpu->feature.leaf_7_known, cpu->feature.la57),
                                          REASON_ABSENT, "CPUID 0x7 ECX[16]")
                        : fact_unknown(cpu->cpuid_reason, "CPUID 0x7 ECX[16]");
        if (cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.has_flags) {
                ret->la57_enabled = fact_measured(cpu->cpuinfo.la57, "/proc/cpuinfo flags la57");
                ret->host_levels = fact_derived(cpu->cpuinfo.la57 ? 5 : 4, "/proc/cpuinfo flags la57");
                return;
        }
        ret->la57_enabled = fact_unknown(cpu->cpuinfo_reason ? cpu->cpuinfo_reason : REASON_ABSENT,
                        "/proc/cpuinfo flags la57");
        ret->host_levels = ret->la57_enabled;
}

static void derive_gigabyte_pages(const CpuFacts *cpu, ProfilePaging *ret) {
        if (cpu->cpuid_reason == REASON_NONE)
                ret->page_1g = fact_state(
                                cpuid_state(cpu->feature.leaf_80000001_known, cpu->feature.pdpe1gb),
                                REASON_ABSENT, "CPUID 0x80000001 EDX[26]");
        else if (cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.has_flags && cpu->cpuinfo.pdpe1gb)
                ret->page_1g = fact_measured(1, "/proc/cpuinfo flags pdpe1gb");
        else
                ret->page_1g = fact_unknown(cpu->cpuid_reason, "CPUID 0x80000001 EDX[26]");
}

/* Page sizes and accessed/dirty bits of EPT or NPT. KVM's copy of the register always has the page sizes, so
 * it proves nothing. */
static void derive_page_sizes(const Facts *facts, ProfilePaging *ret) {
        Fact unknown = fact_unknown(REASON_NOT_APPLICABLE, "no EPT or NPT");
        const CpuFacts *cpu = &facts->cpu;
        const char *source;
        VmxEpt ept;

        ret->second_level_page_2m = ret->second_level_page_1g = ret->second_level_accessed_dirty = unknown;
        if (ret->second_level == SECOND_LEVEL_NPT && cpu->cpuid_reason == REASON_NONE) {
                ret->second_level_page_2m = fact_derived(1, "nested tables use the long mode format");
                ret->second_level_page_1g = fact_state(
                                cpuid_state(cpu->feature.leaf_80000001_known, cpu->feature.pdpe1gb),
                                REASON_ABSENT, "CPUID 0x80000001 EDX[26]");
                ret->second_level_accessed_dirty = fact_derived(1, "nested tables use the long mode format");
        } else if (ret->second_level == SECOND_LEVEL_EPT) {
                if (!read_ept(facts, &ept, &source)) {
                        ret->second_level_page_2m =
                                        fact_unknown(cpu->msrs[MSR_VMX_EPT_VPID_CAP].reason, "MSR 0x48c");
                        ret->second_level_page_1g = ret->second_level_accessed_dirty =
                                        ret->second_level_page_2m;
                        if (cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.has_vmx_flags) {
                                ret->second_level_page_1g = fact_measured(
                                                cpu->cpuinfo.vmx_ept_1gb, "/proc/cpuinfo vmx flags");
                                ret->second_level_accessed_dirty = fact_measured(
                                                cpu->cpuinfo.vmx_ept_ad, "/proc/cpuinfo vmx flags");
                        }
                        return;
                }
                /* In KVM's copy a clear bit may mean eptad=N only. */
                ret->second_level_accessed_dirty = ept.nested_values && !ept.accessed_dirty
                                ? fact_unknown(REASON_AMBIGUOUS, "%s[21] follows eptad", source)
                                : fact_measured(ept.accessed_dirty, "%s[21]", source);
                if (ept.nested_values)
                        ret->second_level_page_2m = ret->second_level_page_1g =
                                        fact_unknown(REASON_AMBIGUOUS, "%s[17:16] is forced to 1", source);
                else {
                        ret->second_level_page_2m = fact_measured(ept.page_2m, "%s[16]", source);
                        ret->second_level_page_1g = fact_measured(ept.page_1g, "%s[17]", source);
                }
        }
}

void derive_paging(const Facts *facts, ProfilePaging *ret) {
        if (facts_are_arm64(facts)) {
                derive_arm_paging(facts, ret);
                return;
        }
        derive_virtualisation(facts, ret);
        derive_la57(&facts->cpu, ret);
        derive_gigabyte_pages(&facts->cpu, ret);
        ret->second_level = second_level_kind(facts);
        ret->second_level_capable = second_level_capable(facts);
        ret->second_level_enabled = second_level_enabled(facts);
        ret->second_level_levels = second_level_levels(facts);
        derive_page_sizes(facts, ret);
        derive_kvm(facts, ret);
}
