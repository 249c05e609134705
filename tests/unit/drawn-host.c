/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "tests/unit/drawn-case.h"

#define G (UINT64_C(1) << 30)
#define KNOWN(value) fact_measured((value), "drawn")

/* Seldom not known. */
static Fact draw_fact(Draw *from, uint64_t value) {
        return draw(from, 48) ? KNOWN(value) : fact_unknown(REASON_PERMISSION, "drawn");
}

static unsigned draw_width(Draw *from) {
        static const uint8_t widths[] = { 36, 39, 39, 40, 42, 43, 44, 46, 46, 48, 48, 52, 52 };

        return widths[draw(from, ELEMENTS(widths))];
}

/* Encryption takes bits of the host's memory and none of a guest's; EPT and NPT map 48 bits with four levels. */
static void draw_widths(Draw *from, DrawnCase *drawn) {
        ProfileWidths *widths = &drawn->profile.widths;
        ProfilePaging *paging = &drawn->profile.paging;
        ProfileEncryption *encryption = &drawn->profile.encryption;
        bool amd = drawn->profile.host.vendor != CPU_VENDOR_INTEL, sme = amd && draw(from, 3) == 0;
        unsigned raw = draw_width(from), taken = sme ? 1 + draw(from, 5) : 0, levels = draw(from, 3) ? 4 : 5,
                 mappable = levels == 4 && raw > 48 ? 48 : raw;

        widths->cpu_physical_bits = draw_fact(from, raw);
        widths->host_physical_bits = draw_fact(from, raw - taken);
        widths->guest_physical_bits = draw_fact(from, raw);
        widths->guest_mappable_bits = draw_fact(from, mappable);
        paging->virtualisation_capable = paging->kvm_loaded = KNOWN(1);
        paging->virtualisation_enabled = KNOWN(draw(from, 64) > 0);
        paging->la57_capable = draw_fact(from, levels == 5);
        paging->page_1g = draw_fact(from, draw(from, 6) > 0);
        paging->kvm_guest_phys_bits_offered = draw_fact(from, draw(from, 2));
        encryption->sme_capable = draw_fact(from, sme);
        encryption->sme_enabled = KNOWN(sme);
        encryption->pa_reduction = KNOWN(taken);
        encryption->c_bit = draw_fact(from, draw(from, 2) ? 47 : 51);
        encryption->sev_enabled = encryption->sev_es_enabled = draw_fact(from, amd);
        encryption->sev_snp_enabled = draw_fact(from, amd);
        encryption->tdx_enabled = draw_fact(from, !amd);
}

static ReservedRegion region(ReservedType type, const char *word, uint64_t start, uint64_t end) {
        ReservedRegion region = { .start = start, .end = end, .type = type };

        snprintf(region.word, sizeof(region.word), "%s", word);
        return region;
}

static void draw_regions(Draw *from, DrawnCase *drawn, size_t group) {
        ReservedRegions *regions = &drawn->groups[group].regions;
        uint64_t at;

        regions->regions = drawn->regions[group];
        regions->regions[regions->n++] = region(RESERVED_MSI, "msi", 0xfee00000, 0xfeefffff);
        if (drawn->profile.host.vendor != CPU_VENDOR_INTEL)
                regions->regions[regions->n++] =
                                region(RESERVED_RESERVED, "reserved", 0xfd00000000, 0xffffffffff);
        at = (UINT64_C(1) << (32 + draw(from, 16))) + draw(from, 64) * G;
        if (draw(from, 12) == 0)
                regions->regions[regions->n++] = region(RESERVED_RESERVED, "reserved", at, at + G - 1);
        at = draw(from, 2) ? 0x7b800000 : at;
        if (draw(from, 12) == 0)
                regions->regions[regions->n++] = region(
                                draw(from, 2) ? RESERVED_DIRECT_RELAXABLE : RESERVED_DIRECT,
                                draw(from, 2) ? "direct-relaxable" : "direct", at, at + 0xffffff);
}

/* From below: whatever no region takes. The regions are few, and may lie in any order or over each other. */
static void cut_usable(DrawnCase *drawn, size_t index) {
        ProfileGroup *group = &drawn->groups[index];
        uint64_t at = 0, end = group->bits < 64 ? (UINT64_C(1) << group->bits) - 1 : UINT64_MAX;

        group->usable.ranges = drawn->usable[index];
        while (at <= end) {
                const ReservedRegion *next = NULL;

                for (size_t i = 0; i < group->regions.n; i++) {
                        const ReservedRegion *other = &group->regions.regions[i];

                        if (other->type != RESERVED_DIRECT_RELAXABLE && other->end >= at &&
                                        (!next || other->start < next->start))
                                next = other;
                }
                if (!next || next->start > end) {
                        group->usable.ranges[group->usable.n++] = (Range){ at, end };
                        return;
                }
                if (next->start > at)
                        group->usable.ranges[group->usable.n++] = (Range){ at, next->start - 1 };
                at = next->end + 1;
        }
}

static bool has_direct(const ProfileGroup *group) {
        for (size_t i = 0; i < group->regions.n; i++)
                if (group->regions.regions[i].type == RESERVED_DIRECT)
                        return true;
        return false;
}

static void draw_group(Draw *from, DrawnCase *drawn, size_t index) {
        static const uint8_t widths[] = { 36, 39, 39, 42, 46, 47, 48, 48, 48, 52, 57, 64, 64 };
        ProfileGroup *group = &drawn->groups[index];

        *group = (ProfileGroup){ .id = (uint32_t) index + 1,
                .n_members = 1,
                .members = &drawn->members[index],
                .bits = widths[draw(from, ELEMENTS(widths))],
                .assignable = TRISTATE_YES,
                .isolated = TRISTATE_YES };
        draw_regions(from, drawn, index);
        cut_usable(drawn, index);
        if (has_direct(group)) {
                group->assignable = TRISTATE_NO;
                group->why = ASSIGNABLE_WHY_DIRECT_REGION;
        } else if (draw(from, 32) == 0) {
                group->assignable = draw(from, 2) ? TRISTATE_NO : TRISTATE_UNKNOWN;
                group->why = group->assignable == TRISTATE_NO ? ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING
                                                              : ASSIGNABLE_WHY_UNREADABLE;
        }
        if (draw(from, 48) == 0) {
                group->bits = 0;
                group->bits_reason = REASON_PERMISSION;
                group->usable.n = 0;
        }
}

static void draw_device(Draw *from, DrawnCase *drawn, size_t index) {
        ProfileDevice *device = &drawn->host_devices[index];

        *device = (ProfileDevice){ .address = { .bus = (uint8_t) (index + 1) },
                .class_code = draw(from, 2) ? 0x030200 : 0x020000,
                .header_type_known = true,
                .group = (int) index,
                .iommu = 0,
                .port_type = -1,
                .n_bars = (uint8_t) draw(from, DRAWN_BARS_MAX + 1),
                .bars = drawn->bars[index] };
        for (unsigned i = 0; i < device->n_bars; i++) {
                uint64_t size = drawn_bar(from);
                bool is_64bit = size > 2 * G || draw(from, 4);

                device->bars[i] = (ProfileBar){ .index = (uint8_t) (2 * i),
                        .is_64bit = is_64bit,
                        .prefetchable = is_64bit && draw(from, 8),
                        .assigned = true,
                        .start = size,
                        .end = 2 * size - 1,
                        .resizable_max = draw(from, 16) ? 0 : size << draw(from, 3) };
        }
        snprintf(drawn->names[index], sizeof(drawn->names[index]), "0000:%02x:00.0",
                        (unsigned) (index + 1) & 0xff);
        drawn->members[index] = drawn->names[index];
}

/* What devices without an address reach: what the narrowest unit does. */
static void put_iommu(Draw *from, DrawnCase *drawn) {
        Profile *profile = &drawn->profile;
        unsigned least = 0;

        for (size_t i = 0; i < profile->n_groups; i++)
                if (drawn->groups[i].bits && (!least || drawn->groups[i].bits < least))
                        least = drawn->groups[i].bits;
        profile->widths.iova_bits = least ? KNOWN(least) : fact_unknown(REASON_PERMISSION, "drawn");
        drawn->iommus[0] = (ProfileIommu){ .name = "dmar0",
                .kind = profile->host.vendor == CPU_VENDOR_INTEL ? IOMMU_INTEL_VTD : IOMMU_AMD_VI,
                .second_stage_bits = KNOWN(least),
                .first_stage_bits = fact_unknown(REASON_NOT_APPLICABLE, "drawn"),
                .bits = profile->widths.iova_bits,
                .interrupt_remapping_enabled = KNOWN(1),
                .n_devices = (uint32_t) profile->n_devices,
                .n_pci_devices = (uint32_t) profile->n_devices,
                .firmware_unit = -1 };
        /* A unit whose kernel may give 47 bits or the register's 48. */
        if (least == 47 && draw(from, 2)) {
                profile->widths.iova_bits = drawn->iommus[0].bits = fact_assumed(least, "drawn");
                drawn->iommus[0].cap = KNOWN(UINT64_C(0x8d2078c106f0466));
        }
        profile->iommus = drawn->iommus;
        profile->n_iommus = 1;
        if (draw(from, 64) == 0) {
                profile->n_iommus = profile->n_groups = 0;
                profile->widths.iova_bits = fact_unknown(REASON_ABSENT, "drawn");
                for (size_t i = 0; i < profile->n_devices; i++)
                        drawn->host_devices[i].group = drawn->host_devices[i].iommu = -1;
        }
}

void drawn_host(Draw *from, DrawnCase *ret) {
        static const CpuVendor vendors[] = { CPU_VENDOR_INTEL, CPU_VENDOR_INTEL, CPU_VENDOR_AMD,
                CPU_VENDOR_AMD, CPU_VENDOR_HYGON };
        static const char *const kernels[] = { "6.1.0", "6.12.5", "6.19.0", "" };
        Profile *profile = &ret->profile;

        profile->host.vendor = vendors[draw(from, ELEMENTS(vendors))];
        snprintf(profile->host.kernel, sizeof(profile->host.kernel), "%s",
                        kernels[draw(from, ELEMENTS(kernels))]);
        snprintf(profile->host.architecture, sizeof(profile->host.architecture), "x86_64");
        draw_widths(from, ret);
        profile->n_groups = profile->n_devices = 1 + draw(from, DRAWN_GROUPS_MAX);
        profile->groups = ret->groups;
        profile->devices = ret->host_devices;
        for (size_t i = 0; i < profile->n_groups; i++) {
                draw_group(from, ret, i);
                draw_device(from, ret, i);
        }
        put_iommu(from, ret);
        profile->regions.regions = ret->all_regions;
        for (size_t i = 0; i < profile->n_groups; i++)
                for (size_t j = 0; j < ret->groups[i].regions.n; j++)
                        profile->regions.regions[profile->regions.n++] =
                                        (HostRegion){ ret->groups[i].regions.regions[j], 1, (uint32_t) i };
}
