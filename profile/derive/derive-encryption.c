/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-steps.h"
#include "profile/derive/facts-architecture.h"

#include <string.h>

#include "probe/decode/cpu/cpu-msr.h"

static Fact capable(const CpuFacts *cpu, Tristate value, const char *source) {
        if (cpu->cpuid_reason != REASON_NONE)
                return fact_unknown(cpu->cpuid_reason, "%s", source);
        return fact_state(value, REASON_ABSENT, "%s", source);
}

static bool no_encryption(const CpuFacts *cpu) {
        return cpu->encryption.known && !cpu->encryption.sme && !cpu->encryption.sev;
}

/* SME set in firmware (SYSCFG[23]) takes the bits, even if the kernel does not use it. Without the MSR there
 * is only the kernel's flag, whose absence proves nothing. */
static Fact sme_enabled(const CpuFacts *cpu) {
        const MsrFact *syscfg = &cpu->msrs[MSR_SYSCFG];

        if (cpu->cpuid_reason == REASON_NONE && no_encryption(cpu))
                return fact_derived(0, "CPUID 0x8000001f reports no memory encryption");
        if (syscfg->reason == REASON_NONE)
                return fact_measured(syscfg_mem_encrypt(syscfg->value), "MSR 0xc0010010 SYSCFG[23]");
        if (cpu->cpuinfo_reason == REASON_NONE && (cpu->cpuinfo.sme || cpu->cpuinfo.sev))
                return fact_measured(1, "/proc/cpuinfo flags");
        return fact_unknown(syscfg->reason, "MSR 0xc0010010 SYSCFG[23]");
}

/* KVM's parameter decides whether guests can use it; without it, the kernel's flag. */
static Fact sev_enabled(const Fact *can, const ParameterFact *parameter, const char *name,
                const CpuFacts *cpu, bool flag) {
        if (fact_known(can) && !can->value)
                return fact_derived(0, "not supported");
        if (parameter->reason == REASON_NONE)
                return fact_measured(parameter->value, "/sys/module/kvm_amd/parameters/%s", name);
        if (cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.has_flags && !flag)
                return fact_measured(0, "/proc/cpuinfo flags");
        return fact_unknown(parameter->reason, "/sys/module/kvm_amd/parameters/%s", name);
}

static void derive_amd(const Facts *facts, ProfileEncryption *ret) {
        const CpuFacts *cpu = &facts->cpu;
        const CpuidEncryption *e = &cpu->encryption;
        const KvmFacts *kvm = &facts->kvm;
        /* Built-in code has the parameters on any host, with the requested values. */
        const ParameterFact none = { .reason = REASON_ABSENT };
        bool runs = strcmp(derive_kvm_backend(facts), "kvm_amd") == 0;

        ret->sme_capable = capable(cpu, cpuid_state(e->known, e->sme), "CPUID 0x8000001f EAX[0]");
        ret->sev_capable = capable(cpu, cpuid_state(e->known, e->sev), "CPUID 0x8000001f EAX[1]");
        ret->sev_es_capable = capable(cpu, cpuid_state(e->known, e->sev_es), "CPUID 0x8000001f EAX[3]");
        ret->sev_snp_capable = capable(cpu, cpuid_state(e->known, e->sev_snp), "CPUID 0x8000001f EAX[4]");
        ret->sme_enabled = sme_enabled(cpu);
        ret->sev_enabled = sev_enabled(
                        &ret->sev_capable, runs ? &kvm->sev : &none, "sev", cpu, cpu->cpuinfo.sev);
        ret->sev_es_enabled = sev_enabled(&ret->sev_es_capable, runs ? &kvm->sev_es : &none, "sev_es", cpu,
                        cpu->cpuinfo.sev_es);
        ret->sev_snp_enabled = sev_enabled(&ret->sev_snp_capable, runs ? &kvm->sev_snp : &none, "sev_snp",
                        cpu, cpu->cpuinfo.sev_snp);

        if (cpu->cpuid_reason != REASON_NONE)
                ret->c_bit = ret->pa_reduction = fact_unknown(cpu->cpuid_reason, "CPUID 0x8000001f EBX");
        else if (!e->known)
                ret->c_bit = ret->pa_reduction = fact_unknown(REASON_ABSENT, "CPUID 0x8000001f EBX");
        else if (!e->present)
                ret->c_bit = ret->pa_reduction =
                                fact_unknown(REASON_NOT_APPLICABLE, "CPUID has no leaf 0x8000001f");
        else {
                ret->c_bit = fact_measured(e->c_bit, "CPUID 0x8000001f EBX[5:0]");
                ret->pa_reduction = fact_measured(e->pa_reduction, "CPUID 0x8000001f EBX[11:6]");
        }
}

static void derive_intel(const Facts *facts, ProfileEncryption *ret) {
        const CpuFacts *cpu = &facts->cpu;
        const MsrFact *activate = &cpu->msrs[MSR_TME_ACTIVATE];
        bool absent = cpu->cpuid_reason == REASON_NONE && cpu->feature.leaf_7_known && !cpu->feature.tme;
        TmeActivate tme;

        ret->tme_capable = capable(
                        cpu, cpuid_state(cpu->feature.leaf_7_known, cpu->feature.tme), "CPUID 0x7 ECX[13]");
        if (absent) {
                ret->tme_enabled = ret->tdx_enabled = fact_derived(0, "CPUID 0x7 ECX[13] is clear");
                ret->mktme_keyid_bits = ret->tdx_keyid_bits = fact_derived(0, "CPUID 0x7 ECX[13] is clear");
                return;
        }
        if (activate->reason != REASON_NONE) {
                Reason reason = cpu->cpuid_reason != REASON_NONE ? cpu->cpuid_reason : activate->reason;

                ret->tme_enabled = fact_unknown(reason, "MSR 0x982 IA32_TME_ACTIVATE");
                ret->mktme_keyid_bits = ret->tdx_keyid_bits = ret->tme_enabled;
        } else {
                tme_activate_decode(activate->value, &tme);
                ret->tme_enabled =
                                fact_measured(tme.locked && tme.enabled, "MSR 0x982 IA32_TME_ACTIVATE[1:0]");
                ret->mktme_keyid_bits = fact_measured(tme.keyid_bits, "MSR 0x982 IA32_TME_ACTIVATE[35:32]");
                ret->tdx_keyid_bits =
                                fact_measured(tme.tdx_keyid_bits, "MSR 0x982 IA32_TME_ACTIVATE[39:36]");
        }
        const ParameterFact *tdx = &facts->kvm.tdx;
        bool runs = strcmp(derive_kvm_backend(facts), "kvm_intel") == 0;
        ret->tdx_enabled = runs && tdx->reason == REASON_NONE
                        ? fact_measured(tdx->value, "/sys/module/kvm_intel/parameters/tdx")
                        : fact_unknown(runs || tdx->reason ? tdx->reason : REASON_ABSENT,
                                          "/sys/module/kvm_intel/parameters/tdx");
}

/* Bits that encryption takes now: from the register if readable (the kernel's rule), else the difference
 * between CPUID and the kernel's value, which are both readable by all. */
static Fact bits_taken(const Facts *facts) {
        const CpuFacts *cpu = &facts->cpu;
        const MsrFact *syscfg = &cpu->msrs[MSR_SYSCFG], *activate = &cpu->msrs[MSR_TME_ACTIVATE];
        TmeActivate tme;

        if (cpu->cpuid_reason != REASON_NONE)
                return fact_unknown(cpu->cpuid_reason, "CPUID 0x8000001f, 0x7");
        if (no_encryption(cpu) && cpu->feature.leaf_7_known && !cpu->feature.tme)
                return fact_measured(0, "CPUID reports no memory encryption");
        if (syscfg->reason == REASON_NONE)
                return fact_measured(syscfg_bits_taken(syscfg->value, &cpu->encryption),
                                "SYSCFG[23] is %s: CPUID 0x8000001f EBX[11:6]",
                                syscfg_mem_encrypt(syscfg->value) ? "set" : "clear");
        if (activate->reason == REASON_NONE) {
                tme_activate_decode(activate->value, &tme);
                return fact_measured(tme_bits_taken(&tme), "IA32_TME_ACTIVATE[35:32], locked and enabled");
        }
        if (cpu->feature.vendor == CPU_VENDOR_HYGON)
                return fact_unknown(syscfg->reason, "MSR 0xc0010010 SYSCFG[23]");
        if (cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.has_address_sizes &&
                        cpu->width.rule != CPUID_WIDTH_UNKNOWN &&
                        cpu->cpuinfo.min_physical_bits <= cpu->width.physical_bits)
                return fact_derived(cpu->width.physical_bits - cpu->cpuinfo.min_physical_bits,
                                "CPUID width %u - /proc/cpuinfo %u", cpu->width.physical_bits,
                                cpu->cpuinfo.min_physical_bits);
        return fact_unknown(syscfg->reason != REASON_NOT_APPLICABLE ? syscfg->reason : activate->reason,
                        "MSR 0xc0010010 or 0x982");
}

static void not_applicable(ProfileEncryption *ret) {
        Fact none = fact_unknown(REASON_NOT_APPLICABLE, "arm64");

        ret->sme_capable = ret->sme_enabled = ret->sev_capable = ret->sev_enabled = none;
        ret->sev_es_capable = ret->sev_es_enabled = ret->sev_snp_capable = ret->sev_snp_enabled = none;
        ret->c_bit = ret->pa_reduction = ret->tme_capable = ret->tme_enabled = none;
        ret->mktme_keyid_bits = ret->tdx_enabled = ret->tdx_keyid_bits = ret->bits_taken = none;
}

void derive_encryption(const Facts *facts, ProfileEncryption *ret) {
        if (facts_are_arm64(facts)) {
                not_applicable(ret);
                return;
        }
        derive_amd(facts, ret);
        derive_intel(facts, ret);
        ret->bits_taken = bits_taken(facts);
}
