/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/standing.h"

#include <fnmatch.h>
#include <string.h>

static const char *const limit_table[_LIMIT_MAX] = {
        [LIMIT_CPU] = "cpu",
        [LIMIT_FIRMWARE] = "firmware",
        [LIMIT_ENCRYPTION] = "encryption",
        [LIMIT_KVM] = "kvm",
        [LIMIT_SECOND_LEVEL] = "second-level-paging",
        [LIMIT_IOMMU] = "iommu",
};
WORDS_DEFINE(Limit, limit);

/* Keys of the profile's document. */
static const char *const gap_table[_GAP_MAX] = {
        [GAP_ARCHITECTURE] = "architecture",
        [GAP_CPU_VENDOR] = "cpuVendor",
        [GAP_GUEST_PHYSICAL] = "guestPhysicalBits",
        [GAP_GUEST_MAPPABLE] = "guestMappableBits",
        [GAP_IOVA] = "iovaBits",
        [GAP_LA57] = "la57",
        [GAP_RESERVED] = "reservedIova",
        [GAP_PROFILE] = "profile",
};
WORDS_DEFINE(Gap, gap);

static uint8_t set_of(unsigned value) {
        return (uint8_t) (1U << value);
}

/* No host has a width of 0 bits. */
static uint8_t width(const Fact *fact) {
        return fact_known(fact) && fact->value <= 64 ? (uint8_t) fact->value : 0;
}

static uint8_t reason_of(const Fact *fact) {
        return (uint8_t) (width(fact) > 0                  ? REASON_NONE
                                        : fact_known(fact) ? REASON_MALFORMED
                                                           : fact->reason);
}

static uint8_t smaller(uint8_t a, uint8_t b) {
        return a < b ? a : b;
}

/* As in the rules of compare: no unit owns a PCI device, which is a fact and not a gap. */
static bool without_iommu(const Profile *profile) {
        return !fact_known(&profile->widths.iova_bits) && profile->widths.iova_bits.reason == REASON_ABSENT;
}

static bool not_x86(const char *architecture) {
        return *architecture && strcmp(architecture, "x86_64") != 0 && fnmatch("i?86", architecture, 0) != 0;
}

/* ── devices ───────────────────────────────────────────────────────────────────────────────────────────── */

static void find_obstacles(const Profile *profile, Standing *standing) {
        const Assignment assignment = assignment_of(profile);

        standing->impossible = assignment.possible == TRISTATE_NO;
        if (standing->impossible)
                standing->obstacles = assignment.obstacles;
}

/* ── what is unknown ───────────────────────────────────────────────────────────────────────────────────── */

/* The alphabetically first reason, so that the order of groups does not matter. In dom0, Xen tells. */
static Reason regions_gap(const Profile *profile) {
        Reason first = profile->groups_reason;

        if (profile->xen.role == XEN_ROLE_CONTROL)
                return profile->xen.reserved_reason;
        for (size_t i = 0; i < profile->n_groups; i++) {
                Reason reason = profile->groups[i].regions_reason;

                if (reason != REASON_NONE &&
                                (first == REASON_NONE ||
                                                strcmp(reason_to_string(reason), reason_to_string(first)) <
                                                                0))
                        first = reason;
        }
        return first;
}

static bool is_disabled(const ProfilePaging *paging) {
        return fact_known(&paging->virtualisation_capable) && paging->virtualisation_capable.value &&
                        fact_known(&paging->virtualisation_enabled) && !paging->virtualisation_enabled.value;
}

static void find_gaps(const Profile *profile, Standing *standing) {
        const ProfileHost *host = &profile->host;
        const Fact *la57 = &profile->paging.la57_capable;
        uint8_t *gaps = standing->gaps;

        gaps[GAP_ARCHITECTURE] = *host->architecture ? REASON_NONE : REASON_ABSENT;
        gaps[GAP_CPU_VENDOR] = *host->vendor_name ? REASON_NONE : REASON_ABSENT;
        gaps[GAP_GUEST_PHYSICAL] = reason_of(&profile->widths.guest_physical_bits);
        gaps[GAP_GUEST_MAPPABLE] = reason_of(&profile->widths.guest_mappable_bits);
        if (!without_iommu(profile))
                gaps[GAP_IOVA] = reason_of(&profile->widths.iova_bits);
        if (standing->summary) {
                gaps[GAP_PROFILE] = REASON_ABSENT;
                return;
        }
        if (!fact_known(la57) && !not_x86(host->architecture))
                gaps[GAP_LA57] = (uint8_t) la57->reason;
        if (!without_iommu(profile))
                gaps[GAP_RESERVED] = (uint8_t) regions_gap(profile);
}

/* ── limits ────────────────────────────────────────────────────────────────────────────────────────────── */

static bool encryption_limits(const Standing *standing, uint8_t bits) {
        return standing->host_physical == bits && standing->cpu_physical > bits && standing->encryption > 0;
}

static Limit guest_physical_limit(const Standing *standing, uint8_t bits) {
        if (standing->cpu_physical == bits)
                return LIMIT_CPU;
        if (standing->xen)
                return LIMIT_SECOND_LEVEL;
        return encryption_limits(standing, bits) ? LIMIT_ENCRYPTION : LIMIT_KVM;
}

/* Without EPT or NPT, KVM maps guests as the host maps itself: with what encryption leaves. */
static Limit guest_mappable_limit(const Standing *standing, uint8_t bits) {
        return standing->second_level_off && encryption_limits(standing, bits) ? LIMIT_ENCRYPTION
                                                                               : LIMIT_SECOND_LEVEL;
}

/* Limits of `bits`, which is a width of this host. The CPU stands for the firmware setting as well: only the finding
 * cpu-narrower-than-usual tells them apart. */
static uint8_t limits_of(const Standing *standing, uint8_t bits, bool devices) {
        uint8_t set = 0;

        if (bits == 0)
                return 0;
        if (devices && standing->iova == bits)
                set |= set_of(LIMIT_IOMMU);
        if (standing->guest == bits && standing->guest_physical == bits)
                set |= set_of(guest_physical_limit(standing, bits));
        if (standing->guest == bits && standing->guest_mappable < standing->guest_physical)
                set |= set_of(guest_mappable_limit(standing, bits));
        return set;
}

Standing standing_of(const Profile *profile, bool summary) {
        const ProfileWidths *widths = &profile->widths;
        const Fact *enabled = &profile->paging.second_level_enabled;
        Standing standing = {
                .cpu_physical = width(&widths->cpu_physical_bits),
                .host_physical = width(&widths->host_physical_bits),
                .guest_physical = width(&widths->guest_physical_bits),
                .guest_mappable = width(&widths->guest_mappable_bits),
                .iova = width(&widths->iova_bits),
                .encryption = width(&profile->encryption.bits_taken),
                .encryption_known = fact_known(&profile->encryption.bits_taken),
                .second_level_off = fact_known(enabled) && !enabled->value,
                .xen = profile->xen.role == XEN_ROLE_CONTROL,
                .disabled = is_disabled(&profile->paging),
                .summary = summary,
        };

        standing.guest = smaller(standing.guest_physical, standing.guest_mappable);
        standing.with_devices = smaller(standing.guest, standing.iova);
        /* Whether devices can be assigned is told by this member alone. */
        if (summary && !fact_known(&widths->safe_guest_bits_with_devices))
                standing.with_devices = 0;
        find_obstacles(profile, &standing);
        find_gaps(profile, &standing);
        standing.limits = limits_of(&standing, standing.guest, false);
        standing.device_limits = limits_of(&standing, standing.with_devices, true);
        return standing;
}
