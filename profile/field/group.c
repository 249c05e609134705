/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "profile/document/read-value.h"
#include "profile/field/tables.h"

#define MEMBERS_MAX 4096

/* ── ranges ────────────────────────────────────────────────────────────────────────────────────────────── */

int range_check(const JsonValue *value, uint64_t start, uint64_t end) {
        JsonValue member;
        int r;

        if (start <= end)
                return 0;
        r = json_value_member(value, "end", &member);
        return r < 0 ? r : json_value_fail(&member, "expected no less than start");
}

/* Sets are normalised. */
static int check_range(const JsonValue *value, void *object, const void *before) {
        const Range *range = object, *former = before;
        int r = range_check(value, range->start, range->end);

        if (r >= 0 && former && (range->start <= former->end || range->start - 1 == former->end))
                return json_value_fail(value, "expected a range above the one before, and apart from it");
        return r;
}

static const Field range_fields[] = {
        { "start", FIELD_HEX, FIELD_EMITS, FIELD_MEMBER(Range, start), .text = "First address." },
        { "end", FIELD_HEX, FIELD_EMITS, FIELD_MEMBER(Range, end), .text = "Last address." },
};
const FieldTable range_table = { FIELD_TABLE(range_fields), .check = check_range };

static int check_region(const JsonValue *value, void *object, const void *before) {
        ReservedRegion *region = object;

        region->type = reserved_type_decode(
                        (Bytes){ .data = (const uint8_t *) region->word, .n = strlen(region->word) });
        return range_check(value, region->start, region->end);
}

static const Field region_fields[] = {
        { "start", FIELD_HEX, FIELD_EMITS, FIELD_MEMBER(ReservedRegion, start), .text = "First address." },
        { "end", FIELD_HEX, FIELD_EMITS, FIELD_MEMBER(ReservedRegion, end), .text = "Last address." },
        { "type", FIELD_STRING, FIELD_EMITS, FIELD_MEMBER(ReservedRegion, word),
                        .text = "The kernel's word: direct, direct-relaxable, reserved, msi." },
};
static const FieldTable region_table = { FIELD_TABLE(region_fields), .check = check_region };

/* ── groups ────────────────────────────────────────────────────────────────────────────────────────────── */

/* Sorted, so that devices find their group by number. */
static int check_group(const JsonValue *value, void *object, const void *before) {
        ProfileGroup *group = object;
        const ProfileGroup *former = before;
        JsonValue id;
        int r;

        group->type = group_type_decode(group->type_word);
        if (!former || former->id < group->id)
                return 0;
        r = json_value_member(value, "id", &id);
        return r < 0 ? r : json_value_fail(&id, "expected a number above that of the group before");
}

#define GROUP(member) FIELD_MEMBER(ProfileGroup, member)

static const Field group_fields[] = {
        { "id", FIELD_INTEGER, FIELD_KEY | FIELD_CONST, GROUP(id), .max = INT32_MAX,
                        .text = "Number in /sys/kernel/iommu_groups." },
        { "name", FIELD_TEXT, FIELD_EMITS, GROUP(name), .text = "Name that a driver gave it, mostly none." },
        { "type", FIELD_TEXT, FIELD_EMITS, GROUP(type_word),
                        .text = "The kernel's word for its default domain: DMA, DMA-FQ, identity." },
        { "typeReason", FIELD_REASON, 0, GROUP(type_reason), .reason_of = "type",
                        .text = "Why the type is unknown." },
        { "devices", FIELD_NAMES, FIELD_EMITS, FIELD_ELEMENTS(ProfileGroup, members, n_members),
                        .max = MEMBERS_MAX, .text = "PCI addresses, and names of other devices." },
        { "reservedRegions", FIELD_LIST, FIELD_EMITS,
                        FIELD_ELEMENTS(ProfileGroup, regions.regions, regions.n),
                        .max = RESERVED_REGIONS_COUNT_MAX, .table = &region_table,
                        .text = "Reserved regions of the group." },
        { "regionsReason", FIELD_REASON, 0, GROUP(regions_reason), .reason_of = "reservedRegions",
                        .text = "Why the reserved regions are unknown." },
        { "iommu", FIELD_UNIT, FIELD_EMITS, GROUP(iommu),
                        .text = "Name of the IOMMU unit with the fewest address bits before its devices." },
        { "iovaBits", FIELD_INTEGER, FIELD_EMITS | FIELD_OR_NONE, GROUP(bits), .min = 1, .max = 64,
                        .text = "I/O virtual address bits of that unit, or fewer if the root complex passes on fewer (arm64)." },
        { "bitsReason", FIELD_REASON, 0, GROUP(bits_reason), .reason_of = "iovaBits",
                        .text = "Why iovaBits is unknown." },
        { "usableIova", FIELD_LIST, FIELD_EMITS, FIELD_ELEMENTS(ProfileGroup, usable.ranges, usable.n),
                        .table = &range_table,
                        .text = "I/O virtual addresses below 2^iovaBits less the reserved regions, as VFIO computes them where no root complex has a lower limit." },
        { "assignable", FIELD_STATE3, FIELD_EMITS, GROUP(assignable),
                        .text = "Whether VFIO can assign its devices to a guest." },
        { "assignableReason", FIELD_WORD, FIELD_EMITS, GROUP(why), .words = &assignable_why_words,
                        .text = "Why they cannot be assigned, or why that is unknown." },
        { "isolated", FIELD_STATE3, FIELD_EMITS, GROUP(isolated),
                        .text = "Whether it holds one card only, besides bridges." },
        { "missingAcs", FIELD_PCI, FIELD_LATER | FIELD_EMITS, GROUP(missing_acs),
                        .present = offsetof(ProfileGroup, lacks_acs),
                        .text = "The bridge or function whose missing ACS keeps the group together." },
};
const FieldTable group_table = {
        FIELD_TABLE(group_fields),
        .text = "One IOMMU group: its devices are assigned to a guest together.",
        .check = check_group,
};
