/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/midr.h"
#include "probe/source/facts.h"

/* 8192 logical CPUs with 2 KiB of flags each. */
#define CPUINFO_MAX (32 * 1024 * 1024)
#define MIDR_PATH "sys/devices/system/cpu/cpu0/regs/identification/midr_el1"

static uint32_t msr_index(MsrName name) {
        static const uint32_t msr_indices[_MSR_MAX] = {
                [MSR_FEAT_CTL] = 0x3a,
                [MSR_VMX_PROCBASED_CTLS] = 0x482,
                [MSR_VMX_PROCBASED_CTLS2] = 0x48b,
                [MSR_VMX_EPT_VPID_CAP] = 0x48c,
                [MSR_TME_ACTIVATE] = 0x982,
                [MSR_SYSCFG] = 0xc0010010,
                [MSR_VM_CR] = 0xc0010114,
        };
        return msr_indices[name];
}

/* Only registers that CPUID reports: reading others logs a fault in the kernel's log. */
static bool msr_applies(const CpuidFeature *cpu, const CpuidEncryption *encryption, MsrName name) {
        switch (name) {
        case MSR_FEAT_CTL:
        case MSR_VMX_PROCBASED_CTLS:
        case MSR_VMX_PROCBASED_CTLS2:
        case MSR_VMX_EPT_VPID_CAP:
                return cpu->vmx;
        case MSR_TME_ACTIVATE:
                return cpu->tme;
        case MSR_SYSCFG:
                return encryption->sme || encryption->sev;
        case MSR_VM_CR:
                return cpu->svm;
        default:
                return false;
        }
}

static void read_msrs(Root *root, CpuFacts *facts) {
        for (MsrName name = 0; name < _MSR_MAX; name++) {
                MsrFact *msr = &facts->msrs[name];

                if (facts->cpuid_reason != REASON_NONE ||
                                !msr_applies(&facts->feature, &facts->encryption, name))
                        msr->reason = REASON_NOT_APPLICABLE;
                else
                        msr->reason = root_msr(root, msr_index(name), &msr->value);
        }
}

void source_cpu_read_registers(Root *root, CpuFacts *ret) {
        ret->cpuid_reason = root_cpuid(root, &ret->cpuid, &ret->faults);
        if (ret->cpuid_reason == REASON_NONE) {
                cpuid_feature_decode(&ret->cpuid, &ret->feature);
                cpuid_width_decode(&ret->cpuid, &ret->feature, &ret->width);
                cpuid_encryption_decode(&ret->cpuid, &ret->encryption);
        }
        read_msrs(root, ret);
}

/* An offline CPU has none; /proc/cpuinfo has those of the others. */
static void read_midr(Root *root, Buffer *buffer, CpuFacts *ret) {
        ret->midr_reason = REASON_NOT_APPLICABLE;
        if (ret->cpuid_reason == REASON_NONE || (ret->cpuinfo_reason == REASON_NONE && !ret->cpuinfo.arm))
                return;
        ret->midr_reason = root_read_attribute(root, MIDR_PATH, buffer);
        if (ret->midr_reason == REASON_NONE && !midr_parse(buffer_bytes(buffer), &ret->midr))
                ret->midr_reason = REASON_MALFORMED;
}

int source_cpu_read(Root *root, Buffer *buffer, CpuFacts *ret) {
        int r;

        source_cpu_read_registers(root, ret);
        ret->cpuinfo_reason = root_read(root, "proc/cpuinfo", CPUINFO_MAX, buffer);
        if (ret->cpuinfo_reason == REASON_NONE) {
                r = cpuinfo_decode(buffer_bytes(buffer), &ret->cpuinfo, &ret->faults);
                if (r < 0)
                        return r;
        }
        read_midr(root, buffer, ret);
        return 0;
}

void cpu_facts_done(CpuFacts *facts) {
        cpuid_table_done(&facts->cpuid);
        fault_list_done(&facts->faults);
        *facts = (CpuFacts){};
}
