/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-steps.h"

#include <inttypes.h>

#include "profile/derive/facts-architecture.h"

static Fact by_leaf(const CpuFacts *cpu, uint8_t bits, const char *source) {
        if (cpu->cpuid_reason != REASON_NONE)
                return fact_unknown(cpu->cpuid_reason, "%s", source);
        if (cpu->width.rule == CPUID_WIDTH_UNKNOWN)
                return fact_unknown(cpu->width.reason, "%s", source);
        if (cpu->width.rule == CPUID_WIDTH_LEAF)
                return fact_measured(bits, "%s", source);
        return fact_assumed(bits, "%s", cpuid_width_rule_text(cpu->width.rule));
}

static bool cpuinfo_has_sizes(const CpuFacts *cpu) {
        return cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.has_address_sizes;
}

static Reason cpuinfo_reason(const CpuFacts *cpu) {
        if (cpu->cpuinfo_reason != REASON_NONE)
                return cpu->cpuinfo_reason;
        return cpu->faults.n > 0 ? REASON_MALFORMED : REASON_ABSENT;
}

/* Hygon's setup code (arch/x86/kernel/cpu/hygon.c) subtracts nothing, so cpuinfo has the full width even if
 * encryption takes bits. */
static bool hygon_unreduced(const CpuFacts *cpu, uint64_t kernel_bits) {
        return cpu->cpuid_reason == REASON_NONE && cpu->feature.vendor == CPU_VENDOR_HYGON &&
                        (cpu->encryption.sme || cpu->encryption.sev) && cpu->encryption.pa_reduction > 0 &&
                        cpu->encryption.pa_reduction < cpu->width.physical_bits &&
                        kernel_bits == cpu->width.physical_bits;
}

static Fact host_physical(const CpuFacts *cpu, const ProfileEncryption *encryption, const Fact *cpu_bits) {
        const Fact *taken = &encryption->bits_taken;

        if (cpuinfo_has_sizes(cpu)) {
                uint64_t kernel_bits = cpu->cpuinfo.min_physical_bits;

                if (!hygon_unreduced(cpu, kernel_bits))
                        return fact_measured(kernel_bits, "/proc/cpuinfo address sizes");
                if (cpu->msrs[MSR_SYSCFG].reason != REASON_NONE)
                        return fact_assumed(kernel_bits - cpu->encryption.pa_reduction,
                                        "/proc/cpuinfo %" PRIu64
                                        " - %u encryption bits from CPUID (Hygon kernels do not subtract "
                                        "them; cannot read SYSCFG)",
                                        kernel_bits, cpu->encryption.pa_reduction);
                return fact_derived(kernel_bits - taken->value,
                                "/proc/cpuinfo %" PRIu64 " - bitsTaken %" PRIu64, kernel_bits, taken->value);
        }
        if (fact_known(cpu_bits) && fact_known(taken) && taken->value <= cpu_bits->value)
                return fact_derived(cpu_bits->value - taken->value,
                                "cpuPhysicalBits %" PRIu64 " - bitsTaken %" PRIu64, cpu_bits->value,
                                taken->value);
        return fact_unknown(cpuinfo_reason(cpu), "/proc/cpuinfo address sizes");
}

void derive_cpu_widths(const Facts *facts, const ProfileEncryption *encryption, ProfileWidths *ret) {
        const CpuFacts *cpu = &facts->cpu;

        if (facts_are_arm64(facts)) {
                derive_arm_cpu_widths(facts, ret);
                return;
        }
        ret->cpu_physical_bits = by_leaf(cpu, cpu->width.physical_bits, "CPUID 0x80000008 EAX[7:0]");
        ret->linear_bits = by_leaf(cpu, cpu->width.linear_bits, "CPUID 0x80000008 EAX[15:8]");
        if (cpuinfo_has_sizes(cpu)) {
                ret->cpuinfo_min_bits = fact_measured(
                                cpu->cpuinfo.min_physical_bits, "/proc/cpuinfo address sizes, lowest");
                ret->cpuinfo_max_bits = fact_measured(
                                cpu->cpuinfo.max_physical_bits, "/proc/cpuinfo address sizes, highest");
        } else {
                ret->cpuinfo_min_bits = fact_unknown(cpuinfo_reason(cpu), "/proc/cpuinfo address sizes");
                ret->cpuinfo_max_bits = ret->cpuinfo_min_bits;
        }
        ret->host_physical_bits = host_physical(cpu, encryption, &ret->cpu_physical_bits);
}
