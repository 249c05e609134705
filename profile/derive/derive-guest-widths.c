/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-steps.h"

#include <inttypes.h>
#include <string.h>

#include "profile/iommu-width.h"
#include "profile/memory-limit.h"

#define EPT_4_LEVEL_BITS 48
#define EPT_5_LEVEL_BITS 52
#define ADDRESS_BITS_MAX 64

/* A width from KVM, at most 64 bits. */
static Fact answered(uint64_t bits, const char *source) {
        return bits <= ADDRESS_BITS_MAX ? fact_measured(bits, "%s", source)
                                        : fact_unknown(REASON_MALFORMED, "%s", source);
}

/* The lower of two widths; unknown if either is unknown. */
static Fact narrower(const Fact *a, const char *name_a, const Fact *b, const char *name_b, const char *why) {
        if (!fact_known(a))
                return fact_unknown(a->reason, "%s", a->source);
        if (!fact_known(b))
                return fact_unknown(b->reason, "%s", b->source);
        return fact_derived(a->value < b->value ? a->value : b->value,
                        "min(%s %" PRIu64 ", %s %" PRIu64 ")%s", name_a, a->value, name_b, b->value, why);
}

/* The leaf with the widths KVM supports (arch/x86/kvm/cpuid.c). */
static const CpuidLeaf *supported_address_sizes(const KvmFacts *kvm) {
        if (kvm->reason != REASON_NONE || kvm->answers.supported_cpuid_reason != REASON_NONE)
                return NULL;
        return cpuid_table_find(&kvm->answers.supported_cpuid, 0x80000008, 0);
}

static Reason kvm_reason(const KvmFacts *kvm) {
        if (kvm->reason != REASON_NONE)
                return kvm->reason;
        if (kvm->answers.supported_cpuid_reason != REASON_NONE)
                return kvm->answers.supported_cpuid_reason;
        return REASON_ABSENT;
}

/* If /dev/kvm is not readable but its driver is loaded, its rule is known: the CPU's width with second-level
 * paging, the host's reduced width without. */
static Fact guest_physical_by_rule(
                const Facts *facts, const ProfilePaging *paging, const ProfileWidths *widths) {
        const Fact *from = paging->second_level_enabled.value ? &widths->cpu_physical_bits
                                                              : &widths->host_physical_bits;
        Reason reason = kvm_reason(&facts->kvm);

        if (facts->kvm.registered != TRISTATE_YES || !fact_known(&paging->second_level_enabled) ||
                        !fact_known(from))
                return fact_unknown(reason, "KVM_GET_SUPPORTED_CPUID");
        return fact_derived(from->value, "%s; /dev/kvm: %s",
                        paging->second_level_enabled.value
                                        ? "cpuPhysicalBits, KVM's rule with second-level paging"
                                        : "hostPhysicalBits, KVM's rule for shadow paging",
                        reason_to_string(reason));
}

/* The range of the hardware's walk, if KVM does not report it: before 6.10, or no access to /dev/kvm. */
static Fact mappable_by_levels(const ProfilePaging *paging, const ProfileWidths *widths) {
        const Fact *raw = &widths->guest_physical_bits, *levels = &paging->second_level_levels;

        if (!fact_known(raw))
                return fact_unknown(raw->reason, "%s", raw->source);
        if (raw->value <= EPT_4_LEVEL_BITS)
                return fact_derived(
                                raw->value, "guestPhysicalBits, limited to 48 by four levels of EPT or NPT");
        if (!fact_known(levels))
                return fact_assumed(EPT_4_LEVEL_BITS, "48, assumed: the depth of EPT or NPT is unknown (%s)",
                                reason_to_string(levels->reason));

        uint64_t reach = levels->value >= 5 ? EPT_5_LEVEL_BITS : EPT_4_LEVEL_BITS;
        return fact_derived(raw->value < reach ? raw->value : reach,
                        "min(guestPhysicalBits, %" PRIu64 ": %" PRIu64 " levels, %s)", reach, levels->value,
                        levels->source);
}

static Fact guest_mappable(const CpuidLeaf *leaf, const ProfilePaging *paging, const ProfileWidths *widths) {
        const Fact *enabled = &paging->second_level_enabled;
        uint64_t offered = leaf ? bits(leaf->eax, 23, 16) : 0;

        if (offered != 0)
                return answered(offered, "KVM_GET_SUPPORTED_CPUID 0x80000008 EAX[23:16]");
        if (!fact_known(&widths->guest_physical_bits))
                return fact_unknown(widths->guest_physical_bits.reason, "%s",
                                widths->guest_physical_bits.source);
        if (fact_known(enabled) && !enabled->value)
                return narrower(&widths->guest_physical_bits, "guestPhysicalBits",
                                &widths->host_physical_bits, "hostPhysicalBits", ": shadow paging");
        return mappable_by_levels(paging, widths);
}

void derive_guest_widths(const Facts *facts, const ProfilePaging *paging, ProfileWidths *ret) {
        const CpuidLeaf *leaf = supported_address_sizes(&facts->kvm);

        if (paging->second_level == SECOND_LEVEL_STAGE2) {
                derive_arm_guest_widths(facts, ret);
                return;
        }
        if (leaf && bits(leaf->eax, 7, 0) != 0)
                ret->guest_physical_bits = answered(
                                bits(leaf->eax, 7, 0), "KVM_GET_SUPPORTED_CPUID 0x80000008 EAX[7:0]");
        else
                ret->guest_physical_bits = guest_physical_by_rule(facts, paging, ret);
        ret->guest_mappable_bits = guest_mappable(leaf, paging, ret);
}

/* On arm64 an assumed width is often all that is known of a unit. */
void derive_safe_widths(bool arm64, ProfileWidths *widths) {
        widths->safe_guest_bits = narrower(&widths->guest_physical_bits, "guestPhysicalBits",
                        &widths->guest_mappable_bits, "guestMappableBits", "");
        widths->safe_guest_bits_with_devices = narrower(
                        &widths->safe_guest_bits, "safeGuestBits", &widths->iova_bits, "iovaBits", "");
        if (fact_known(&widths->safe_guest_bits_with_devices) && arm64 &&
                        widths->iova_bits.provenance == PROVENANCE_ASSUMED)
                widths->safe_guest_bits_with_devices.provenance = PROVENANCE_ASSUMED;
}

/* Of all units that have PCI devices. */
static unsigned certain_bits(const Profile *profile) {
        unsigned least = 64, own;

        for (size_t i = 0; i < profile->n_iommus; i++) {
                own = profile->iommus[i].n_pci_devices > 0 ? iommu_bits_at_least(&profile->iommus[i]) : 0;
                least = own > 0 && own < least ? own : least;
        }
        return least;
}

/* VFIO maps above it; devices do not reach that. */
static void apply_memory_limit(const Profile *profile, Fact *ret) {
        uint32_t domain = 0;
        MemoryLimit limit = memory_limit_lowest(profile, &domain);

        if (limit.reason != REASON_NONE)
                *ret = fact_unknown(limit.reason, "memory address limits: %s", memory_limit_source(profile));
        else if (limit.bits > 0 && limit.bits < ret->value) {
                bool certain = limit.bits <= certain_bits(profile), told = strlen(ret->source) <= 90;
                Fact limited = fact_derived(limit.bits,
                                "memory address limit of PCI segment %04" PRIx32 " (%s)%s%s", domain,
                                memory_limit_source(profile), told ? "; " : "", told ? ret->source : "");

                limited.provenance = certain ? PROVENANCE_DERIVED : PROVENANCE_ASSUMED;
                *ret = limited;
        }
}

void derive_iova_width(const Profile *profile, ProfileWidths *ret) {
        const ProfileIommu *narrowest = NULL;

        if (profile->n_iommus == 0) {
                /* Without /sys/class, the kernel may use units or not. */
                if (profile->iommus_reason == REASON_ABSENT)
                        ret->iova_bits = fact_unknown(REASON_AMBIGUOUS, "/sys/class does not exist");
                else
                        ret->iova_bits = fact_unknown(profile->iommus_reason == REASON_NONE
                                                        ? REASON_ABSENT
                                                        : profile->iommus_reason,
                                        "/sys/class/iommu: no unit");
                return;
        }
        if (profile->iommus_reason != REASON_NONE) {
                ret->iova_bits = fact_unknown(
                                profile->iommus_reason, "/sys/class/iommu: not all units were read");
                return;
        }
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];

                /* A unit whose devices cannot be listed may own some. */
                if (iommu->n_pci_devices == 0 && iommu->devices_reason == REASON_NONE)
                        continue;
                if (!fact_known(&iommu->bits)) {
                        ret->iova_bits = fact_unknown(
                                        iommu->bits.reason, "%s: %.120s", iommu->name, iommu->bits.source);
                        return;
                }
                if (!narrowest || iommu->bits.value < narrowest->bits.value)
                        narrowest = iommu;
        }
        if (!narrowest) {
                ret->iova_bits = fact_unknown(REASON_ABSENT, "no IOMMU unit owns a PCI device");
                return;
        }
        ret->iova_bits = fact_derived(
                        narrowest->bits.value, "%s: %.120s", narrowest->name, narrowest->bits.source);
        /* If the unit's width is assumed, so is the host's. */
        if (narrowest->bits.provenance == PROVENANCE_ASSUMED)
                ret->iova_bits.provenance = PROVENANCE_ASSUMED;
        apply_memory_limit(profile, &ret->iova_bits);
}
