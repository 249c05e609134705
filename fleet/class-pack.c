/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/class-arm64.h"
#include "fleet/class-parts.h"
#include "fleet/class-text.h"
#include "fleet/class-xen.h"
#include "fleet/class.h"
#include "fleet/copy-text.h"
#include "probe/cleanup.h"
#include "profile/architecture.h"
#include "profile/iommu-width.h"
#include "profile/kernel-policy.h"
#include "profile/memory-limit.h"

/* The distinct ones among a host's groups are few; beyond this many, equal lines are found by sorting. */
#define DISTINCT_MAX 32

/* What check_layout_host() and the rules in guest/rules, guest/answer and profile/change read of a host. The
 * safe widths and bits_taken are what a class is described by. */
#define FACT(member) \
        { .offset = offsetof(Profile, member) }
const ClassFact class_facts[CLASS_FACTS] = {
        FACT(widths.cpu_physical_bits),
        FACT(widths.host_physical_bits),
        FACT(widths.guest_physical_bits),
        FACT(widths.guest_mappable_bits),
        { .offset = offsetof(Profile, widths.iova_bits), .assumed = true },
        FACT(widths.safe_guest_bits),
        FACT(widths.safe_guest_bits_with_devices),
        FACT(paging.virtualisation_capable),
        FACT(paging.virtualisation_enabled),
        FACT(paging.la57_capable),
        FACT(paging.page_1g),
        FACT(paging.second_level_enabled),
        FACT(paging.kvm_guest_phys_bits_offered),
        FACT(encryption.sme_capable),
        FACT(encryption.sev_enabled),
        FACT(encryption.sev_es_enabled),
        FACT(encryption.sev_snp_enabled),
        FACT(encryption.tdx_enabled),
        FACT(encryption.c_bit),
        FACT(encryption.pa_reduction),
        FACT(encryption.bits_taken),
        FACT(host.dma_entry_limit),
};

/* ── text ──────────────────────────────────────────────────────────────────────────────────────────────── */

static void put_line(Text *text, const char *line) {
        text_put(text, line);
        text_put_char(text, CLASS_LINE);
}

static void put_reason(Text *text, Reason reason) {
        text_put(text, reason_to_string(reason));
}

static void put_fact(Text *text, const Fact *fact, bool assumed) {
        if (!fact_known(fact)) {
                text_put_char(text, '?');
                /* Never set: nothing says it of this host. */
                put_reason(text, fact->reason != REASON_NONE ? fact->reason : REASON_NOT_APPLICABLE);
                return;
        }
        if (assumed && fact->provenance == PROVENANCE_ASSUMED)
                text_put_char(text, '~');
        text_put_number(text, fact->value, 10);
}

static void put_range(Text *text, uint64_t start, uint64_t end) {
        text_put_number(text, start, 16);
        text_put_char(text, '-');
        text_put_number(text, end, 16);
}

/* ── units ─────────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_assumed(const ProfileIommu *unit) {
        return unit->bits.provenance == PROVENANCE_ASSUMED;
}

/* "intel-vtd:39", or with the registers that tell what the kernel may choose: "intel-vtd:~39:3f0400". On
 * arm64, where units may differ in it, with whether MSIs are isolated: "arm-smmu-v3:48:1", and with what is certain
 * of an assumed width: "arm-smmu-v3:~48:1:40". A document may have a unit of x86 there, which is written as on x86. */
static void put_unit(Text *text, const ProfileIommu *unit, bool arm64) {
        text_put(text, iommu_kind_to_string(unit->kind));
        text_put_char(text, ':');
        put_fact(text, &unit->bits, true);
        if (arm64 && unit->kind != IOMMU_INTEL_VTD && unit->kind != IOMMU_AMD_VI) {
                text_put_char(text, ':');
                put_fact(text, &unit->interrupt_remapping_enabled, false);
                if (unit->kind == IOMMU_ARM_SMMU_V3 && is_assumed(unit)) {
                        text_put_char(text, ':');
                        text_put_number(text, iommu_bits_at_least(unit), 10);
                }
                return;
        }
        if (!is_assumed(unit))
                return;
        if (unit->kind == IOMMU_INTEL_VTD && fact_known(&unit->cap)) {
                text_put_char(text, ':');
                text_put_number(text, unit->cap.value & CLASS_VTD_CAP_BITS, 16);
        } else if (unit->kind == IOMMU_AMD_VI && fact_known(&unit->efr)) {
                text_put_char(text, ':');
                text_put_number(text, unit->efr.value & CLASS_AMDVI_EFR_BITS, 16);
        }
}

static void put_units(Text *text, const Profile *host) {
        _cleanup_(text_lines_done) TextLines lines = {};
        const bool arm64 = profile_is_arm64(host);

        for (size_t i = 0; i < host->n_iommus; i++) {
                if (host->iommus[i].n_pci_devices == 0)
                        continue;
                put_unit(&lines.text, &host->iommus[i], arm64);
                text_lines_end(&lines);
        }
        text_put_lines(text, "U ", &lines);
}

/* ── groups ────────────────────────────────────────────────────────────────────────────────────────────── */

/* Of a group that can be assigned; the others have nothing that a guest could reach. */
static bool counts(const ProfileGroup *group) {
        return group->assignable != TRISTATE_NO;
}

/* As in guest/rules/reach.c: others do not limit what is assigned. */
static bool bounds(const ReservedRegion *region) {
        return region->type != RESERVED_DIRECT && region->type != RESERVED_DIRECT_RELAXABLE;
}

static bool same_regions(const ReservedRegions *a, const ReservedRegions *b) {
        if (a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++) {
                const ReservedRegion *x = &a->regions[i], *y = &b->regions[i];

                if (x->start != y->start || x->end != y->end || x->type != y->type)
                        return false;
        }
        return true;
}

static bool same_group(const ProfileGroup *a, const ProfileGroup *b) {
        if (a->assignable != b->assignable || a->why != b->why || a->regions_reason != b->regions_reason)
                return false;
        return !counts(a) ||
                        (a->bits == b->bits && a->bits_reason == b->bits_reason && a->iommu == b->iommu &&
                                        same_regions(&a->regions, &b->regions));
}

static char type_letter(ReservedType type) {
        return CLASS_REGION_LETTERS[type];
}

static int compare_regions(const void *a, const void *b) {
        const ReservedRegion *x = a, *y = b;

        if (x->start != y->start)
                return x->start < y->start ? -1 : 1;
        if (x->end != y->end)
                return x->end < y->end ? -1 : 1;
        return (int) x->type - (int) y->type;
}

static void put_regions(Text *text, const ReservedRegions *regions) {
        _cleanup_free_ ReservedRegion *sorted = calloc(regions->n + 1, sizeof(*sorted));
        size_t n = 0;

        if (!sorted) {
                text->error = -ENOMEM;
                return;
        }
        for (size_t i = 0; i < regions->n; i++)
                if (bounds(&regions->regions[i]))
                        sorted[n++] = regions->regions[i];
        qsort(sorted, n, sizeof(*sorted), compare_regions);
        for (size_t i = 0; i < n; i++) {
                if (i > 0 && compare_regions(&sorted[i], &sorted[i - 1]) == 0)
                        continue;
                text_put_char(text, CLASS_WORD);
                put_range(text, sorted[i].start, sorted[i].end);
                text_put_char(text, type_letter(sorted[i].type));
        }
}

/* "yes - none 39 none - fee00000-feefffffM": assignable, why, reason of the regions; width, its reason, unit if
 * its width is assumed, the root complex is narrower, or the host is arm64, regions. */
static void put_group(Text *text, const Profile *host, const ProfileGroup *group) {
        const ProfileIommu *unit = group->iommu >= 0 ? &host->iommus[group->iommu] : NULL;
        const bool arm64 = profile_is_arm64(host);

        text_put(text, tristate_to_string(group->assignable));
        text_put_char(text, CLASS_WORD);
        text_put(text, group->why == ASSIGNABLE_WHY_NONE ? "-" : assignable_why_to_string(group->why));
        text_put_char(text, CLASS_WORD);
        put_reason(text, group->regions_reason);
        if (!counts(group))
                return;
        text_put_char(text, CLASS_WORD);
        text_put_number(text, group->bits, 10);
        text_put_char(text, CLASS_WORD);
        put_reason(text, group->bits ? REASON_NONE : group->bits_reason);
        text_put_char(text, CLASS_WORD);
        if (unit && (arm64 || is_assumed(unit) || memory_limit_bounds(host, group)))
                put_unit(text, unit, arm64);
        else
                text_put_char(text, '-');
        put_regions(text, &group->regions);
}

/* A slot that holds nothing has only a bridge: it says nothing to guests, unless the host has no other. */
static bool is_empty_slot(const ProfileGroup *group) {
        return group->assignable == TRISTATE_NO && group->why == ASSIGNABLE_WHY_BRIDGES_ONLY &&
                        group->regions_reason == REASON_NONE;
}

static void put_groups(Text *text, const Profile *host) {
        const ProfileGroup *seen[DISTINCT_MAX], *slot = NULL;
        _cleanup_(text_lines_done) TextLines lines = {};
        size_t n = 0;

        for (size_t i = 0; i < host->n_groups; i++) {
                const ProfileGroup *group = &host->groups[i];
                size_t j = 0;

                if (is_empty_slot(group)) {
                        slot = group;
                        continue;
                }
                while (j < n && !same_group(seen[j], group))
                        j++;
                if (j < n)
                        continue;
                if (n < DISTINCT_MAX)
                        seen[n++] = group;
                put_group(&lines.text, host, group);
                text_lines_end(&lines);
        }
        if (lines.n == 0 && slot) {
                put_group(&lines.text, host, slot);
                text_lines_end(&lines);
        }
        text_put_lines(text, "G ", &lines);
}

/* ── all of it ─────────────────────────────────────────────────────────────────────────────────────────── */

/* A release to which the rules answer as to the host's: whether KVM tells the mappable width, where that is not
 * known otherwise, and whether iommufd maps BARs. */
static const char *kernel_of(const Profile *host) {
        static const char *const releases[] = { "6.19", "6.10", "6.1", "6.2", "6.1-nvidia", "6.19.el", "" };
        const Fact *second_level = &host->paging.second_level_enabled;
        const bool asked = !fact_known(&host->paging.kvm_guest_phys_bits_offered) &&
                        (!fact_known(second_level) || second_level->value);
        const char *own = host->host.kernel;

        for (size_t i = 0; i < ELEMENTS(releases); i++) {
                const KernelWay way = KERNEL_KVM_TELLS_GUEST_BITS;

                if (kernel_maps_bars(own) == kernel_maps_bars(releases[i]) &&
                                (!asked || kernel_goes(own, way) == kernel_goes(releases[i], way)))
                        return releases[i];
        }
        return own;
}

static void put_host(Text *text, const Profile *host) {
        put_line(text, CLASS_FORM);
        put_line(text, host->host.architecture);
        put_line(text, host->host.vendor_name);
        put_line(text, kernel_of(host));
        put_line(text, *host->paging.kvm_backend ? "kvm" : "");
        put_line(text, second_level_to_string(host->paging.second_level));
        put_line(text, reason_to_string(host->groups_reason));
        for (size_t i = 0; i < CLASS_FACTS; i++) {
                if (i > 0)
                        text_put_char(text, CLASS_WORD);
                put_fact(text, class_fact(host, &class_facts[i]), class_facts[i].assumed);
        }
        text_put_char(text, CLASS_LINE);
}

/* Sorted by their addresses; words of newer kernels count as one. */
static void put_reserved(Text *text, const Profile *host) {
        const ReservedRegion *last = NULL;

        for (size_t i = 0; i < host->regions.n; i++) {
                const ReservedRegion *region = &host->regions.regions[i].region;

                if (region->type == RESERVED_DIRECT_RELAXABLE ||
                                (last && compare_regions(last, region) == 0))
                        continue;
                text_put(text, "R ");
                put_range(text, region->start, region->end);
                text_put_char(text, type_letter(region->type));
                text_put_char(text, CLASS_LINE);
                last = region;
        }
        for (size_t i = 0; i < host->reserved.n; i++) {
                text_put(text, "V ");
                put_range(text, host->reserved.ranges[i].start, host->reserved.ranges[i].end);
                text_put_char(text, CLASS_LINE);
        }
}

static int text_finish(Text *text, char **ret, size_t *ret_n) {
        if (text->error < 0) {
                free(text->data);
                return text->error;
        }
        *ret = text->data;
        *ret_n = text->n;
        return 0;
}

int host_class_pack(const Profile *host, char **ret, size_t *ret_n) {
        Text text = {};

        put_host(&text, host);
        put_units(&text, host);
        put_groups(&text, host);
        class_put_arm64(&text, host);
        class_put_xen(&text, host);
        put_reserved(&text, host);
        return text_finish(&text, ret, ret_n);
}

/* All else is unknown. */
int host_class_pack_summary(const Summary *summary, char **ret, size_t *ret_n) {
        Profile host = { .widths = summary->widths, .groups_reason = REASON_NOT_APPLICABLE };
        Text text = {};

        COPY_TEXT(host.host.architecture, summary->architecture);
        COPY_TEXT(host.host.vendor_name, summary->vendor_name);
        put_host(&text, &host);
        if (*summary->pool_key) {
                text_put(&text, "P ");
                put_line(&text, summary->pool_key);
        }
        return text_finish(&text, ret, ret_n);
}

void host_class_key(const char *text, size_t n, char ret[static CLASS_KEY_SIZE]) {
        SHA2_CTX context;

        SHA256Init(&context);
        SHA256Update(&context, (const uint8_t *) text, n);
        SHA256End(&context, ret);
}
