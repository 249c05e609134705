/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "profile/derive/derive-steps.h"

#define CAP_ARM_VM_IPA_SIZE 165
#define DEFAULT_IPA_BITS 40
#define IPA_BITS_MAX 56
#define PAGE_64K 65536

/* ID_AA64MMFR0_EL1.PARange, and with it KVM's limit, has these values only (D24). */
static const uint8_t pa_ranges[] = { 32, 36, 40, 42, 44, 48, 52, 56 };

/* ── KVM's limit ───────────────────────────────────────────────────────────────────────────────────────── */

/* /dev/kvm needs permission; the kernel also puts the number into its log. */
Fact derive_ipa_limit(const Facts *facts) {
        const KvmFacts *kvm = &facts->kvm;
        const RegisterFact *log = &facts->log.kvm_ipa_bits;
        int32_t ipa = 0;

        if (kvm->reason == REASON_NONE && kvm_answers_capability(&kvm->answers, CAP_ARM_VM_IPA_SIZE, &ipa)) {
                if (ipa == 0)
                        return fact_assumed(DEFAULT_IPA_BITS,
                                        "40: KVM_CAP_ARM_VM_IPA_SIZE is 0, the size is not configurable");
                return ipa <= IPA_BITS_MAX ? fact_measured((uint64_t) ipa, "KVM_CAP_ARM_VM_IPA_SIZE")
                                           : fact_unknown(REASON_MALFORMED, "KVM_CAP_ARM_VM_IPA_SIZE");
        }
        if (kvm->registered == TRISTATE_YES && log->reason == REASON_NONE && log->value <= IPA_BITS_MAX)
                return fact_measured(log->value, "kernel log: kvm: IPA Size Limit");
        return fact_unknown(
                        kvm->reason != REASON_NONE ? kvm->reason : REASON_ABSENT, "KVM_CAP_ARM_VM_IPA_SIZE");
}

void derive_arm_guest_widths(const Facts *facts, ProfileWidths *ret) {
        ret->guest_physical_bits = derive_ipa_limit(facts);
        ret->guest_mappable_bits = fact_known(&ret->guest_physical_bits)
                        ? fact_derived(ret->guest_physical_bits.value,
                                          "guestPhysicalBits: stage 2 maps the whole IPA space")
                        : ret->guest_physical_bits;
}

/* ── the CPU's width ───────────────────────────────────────────────────────────────────────────────────── */

/* The limit is PARange, cut to 48 bits unless the kernel's tables of stage 2 reach 52: with 64 KiB pages, or with
 * LPA2 (arch/arm64/kvm/reset.c, kvm_set_ipa_limit()). So only 48 leaves the CPU's width open. */
static Fact physical_by_limit(const Fact *limit) {
        if (limit->value == 48)
                return fact_unknown(REASON_AMBIGUOUS, "KVM's limit is 48 bits: the CPU has 48 or more");
        for (size_t i = 0; i < ELEMENTS(pa_ranges); i++)
                if (limit->value == pa_ranges[i])
                        return fact_derived(
                                        limit->value, "KVM's IPA limit, which is PARange unless it is 48");
        return fact_unknown(REASON_MALFORMED, "KVM's limit of %" PRIu64 " bits is no PARange", limit->value);
}

static Fact cpu_physical(const Facts *facts, const Fact *limit) {
        const KvmFacts *kvm = &facts->kvm;
        uint64_t mmfr0, range;

        if (kvm->reason == REASON_NONE &&
                        kvm_answers_register(&kvm->answers, KVM_REGISTER_ID_AA64MMFR0_EL1, &mmfr0)) {
                range = bits(mmfr0, 3, 0);
                if (range >= ELEMENTS(pa_ranges))
                        return fact_unknown(REASON_MALFORMED,
                                        "ID_AA64MMFR0_EL1.PARange of a virtual CPU is %" PRIu64 ", reserved",
                                        range);
                return fact_measured(pa_ranges[range], "ID_AA64MMFR0_EL1.PARange of a virtual CPU");
        }
        if (limit->provenance == PROVENANCE_MEASURED)
                return physical_by_limit(limit);
        if (kvm->reason != REASON_NONE)
                return fact_unknown(kvm->reason, "ID_AA64MMFR0_EL1.PARange, which only KVM tells");
        return fact_unknown(
                        kvm->answers.vcpu_reason != REASON_NONE ? kvm->answers.vcpu_reason : REASON_ABSENT,
                        "ID_AA64MMFR0_EL1.PARange of a virtual CPU");
}

static Fact linear(const KvmFacts *kvm) {
        static const uint8_t va_ranges[] = { 48, 52, 56 };
        uint64_t mmfr2, range;

        if (kvm->reason != REASON_NONE)
                return fact_unknown(kvm->reason, "ID_AA64MMFR2_EL1.VARange, which only KVM tells");
        if (!kvm_answers_register(&kvm->answers, KVM_REGISTER_ID_AA64MMFR2_EL1, &mmfr2))
                return fact_unknown(kvm->answers.vcpu_reason != REASON_NONE ? kvm->answers.vcpu_reason
                                                                            : REASON_ABSENT,
                                "ID_AA64MMFR2_EL1.VARange of a virtual CPU");
        range = bits(mmfr2, 19, 16);
        if (range >= ELEMENTS(va_ranges))
                return fact_unknown(REASON_MALFORMED,
                                "ID_AA64MMFR2_EL1.VARange of a virtual CPU is %" PRIu64 ", reserved", range);
        return fact_measured(va_ranges[range], "ID_AA64MMFR2_EL1.VARange of a virtual CPU");
}

/* The kernel uses 48 bits, or 52 if it is built for them: with 4 and 16 KiB pages its LPA2 then shows in KVM's
 * limit. With 64 KiB pages nothing tells. */
static Fact host_physical(const Fact *cpu, const Fact *limit, uint64_t page_size) {
        if (!fact_known(cpu))
                return fact_unknown(cpu->reason, "%s", cpu->source);
        if (cpu->value <= 48)
                return fact_derived(cpu->value, "cpuPhysicalBits: any arm64 kernel uses up to 48");
        if (page_size == 0 || page_size == PAGE_64K || limit->provenance != PROVENANCE_MEASURED)
                return fact_unknown(REASON_AMBIGUOUS, "48 or 52 bits, as the kernel was built");
        if (limit->value >= 52)
                return fact_derived(
                                52, "the kernel uses LPA2: KVM's limit is %" PRIu64 " bits", limit->value);
        return fact_derived(
                        48, "the kernel does not use LPA2: KVM's limit is %" PRIu64 " bits", limit->value);
}

void derive_arm_cpu_widths(const Facts *facts, ProfileWidths *ret) {
        const Fact limit = derive_ipa_limit(facts);

        ret->cpu_physical_bits = cpu_physical(facts, &limit);
        ret->linear_bits = linear(&facts->kvm);
        ret->cpuinfo_min_bits = ret->cpuinfo_max_bits =
                        fact_unknown(REASON_NOT_APPLICABLE, "/proc/cpuinfo has no address sizes on arm64");
        ret->host_physical_bits =
                        host_physical(&ret->cpu_physical_bits, &limit, facts->host.identity.page_size);
}
