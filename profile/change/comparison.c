/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/comparison.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/change/comparison-move.h"
#include "profile/change/difference.h"
#include "profile/document/field-write.h"
#include "profile/document/member.h"
#include "profile/field/tables.h"

#define BITS_MAX 64

typedef struct ComparisonWidth {
        const char *name;
        uint8_t here, there; /* 0: unknown */
} ComparisonWidth;

/* 0 when either host does not know. */
typedef struct ComparisonCommon {
        uint8_t guest_physical, guest_mappable, iova, safe, safe_with_devices;
} ComparisonCommon;

typedef struct Comparison {
        size_t n_widths;
        ComparisonWidth *widths; /* owned */
        bool same_digest, reserved_known;
        ComparisonCommon common;
        RangeSet reserved;
        ComparisonMove to_here, to_there;
        DifferenceList differences;
} Comparison;

static void comparison_done(Comparison *comparison) {
        free(comparison->widths);
        range_set_done(&comparison->reserved);
        comparison_move_done(&comparison->to_here);
        comparison_move_done(&comparison->to_there);
        difference_list_done(&comparison->differences);
}

/* ── rules ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* 0: unknown. */
static uint8_t get_width(json_t *document, const char *name) {
        char path[64];
        unsigned bits;

        snprintf(path, sizeof(path), "widths.%s", name);
        return member_bits(member_at(document, path), &bits) ? (uint8_t) bits : 0;
}

/* Those that a host publishes. */
static int compare_widths(json_t *here, json_t *there, Comparison *ret) {
        ret->widths = calloc(widths_table.n, sizeof(ComparisonWidth));
        if (!ret->widths)
                return -ENOMEM;
        for (size_t i = 0; i < widths_table.n; i++) {
                const Field *width = &widths_table.fields[i];

                if (width->flags & FIELD_BUS)
                        ret->widths[ret->n_widths++] = (ComparisonWidth){ width->key,
                                get_width(here, width->key), get_width(there, width->key) };
        }
        return 0;
}

/* 0 when either is unknown. */
static uint8_t smaller(uint8_t a, uint8_t b) {
        return a < b ? a : b;
}

static uint8_t both_have(json_t *here, json_t *there, const char *name) {
        return smaller(get_width(here, name), get_width(there, name));
}

/* The derived two follow from the others, whatever the documents say of them. */
static ComparisonCommon shared(json_t *here, json_t *there) {
        ComparisonCommon common = { .guest_physical = both_have(here, there, "guestPhysicalBits"),
                .guest_mappable = both_have(here, there, "guestMappableBits"),
                .iova = both_have(here, there, "iovaBits") };

        common.safe = smaller(common.guest_physical, common.guest_mappable);
        common.safe_with_devices = smaller(common.safe, common.iova);
        return common;
}

/* What either host reserves; nothing when one does not say. */
static int unite_reserved(json_t *here, json_t *there, Comparison *ret) {
        _cleanup_(range_set_done) RangeSet other = {};
        int r = member_ranges(member_at(here, "reservedIova"), &ret->reserved);

        if (r > 0)
                r = member_ranges(member_at(there, "reservedIova"), &other);
        if (r <= 0)
                return r;
        ret->reserved_known = true;
        for (size_t i = 0; i < other.n && r >= 0; i++)
                r = range_set_add(&ret->reserved, other.ranges[i].start, other.ranges[i].end);
        range_set_normalise(&ret->reserved);
        return r;
}

static bool same_digest(json_t *here, json_t *there) {
        json_t *a = member_at(here, "digest"), *b = member_at(there, "digest");

        return json_is_string(a) && json_equal(a, b);
}

/* ── document ──────────────────────────────────────────────────────────────────────────────────────────── */

#define WIDTH(member) FIELD_MEMBER(ComparisonWidth, member)
#define COMMON(member) FIELD_MEMBER(ComparisonCommon, member)
#define BITS(key, place, sentence) \
        { key, FIELD_INTEGER, FIELD_OR_NONE, place, .min = 1, .max = BITS_MAX, .text = sentence, }

static const Field width_fields[] = {
        { "name", FIELD_LINE, 0, WIDTH(name) },
        BITS("here", WIDTH(here), "Bits here; null: unknown."),
        BITS("there", WIDTH(there), "Bits there; null: unknown."),
};
static const FieldTable width_table = { FIELD_TABLE(width_fields) };

static const Field common_fields[] = {
        BITS("guestPhysicalBits", COMMON(guest_physical), "Smaller of both hosts'."),
        BITS("guestMappableBits", COMMON(guest_mappable), "Smaller of both hosts'."),
        BITS("iovaBits", COMMON(iova), "Smaller of both hosts'."),
        BITS("safeGuestBits", COMMON(safe), "Smaller of guestPhysicalBits and guestMappableBits."),
        BITS("safeGuestBitsWithDevices", COMMON(safe_with_devices),
                        "Smaller of safeGuestBits and iovaBits."),
};
static const FieldTable common_table = { FIELD_TABLE(common_fields) };

#define COMPARISON(member) FIELD_MEMBER(Comparison, member)

static const Field comparison_fields[] = {
        { "schema", FIELD_FIXED, 0, .fixed = "hawd-comparison/1", .text = "Form of the document." },
        { "sameDigest", FIELD_BOOLEAN, 0, COMPARISON(same_digest),
                        .text = "Both documents have a digest and it is the same." },
        { "widths", FIELD_LIST, 0, FIELD_ELEMENTS(Comparison, widths, n_widths), .table = &width_table,
                        .rows = &widths_table, .text = "The address widths of both." },
        { "common", FIELD_OBJECT, 0, COMPARISON(common), .table = &common_table,
                        .text = "What both hosts have; null when one of them does not know." },
        { "reservedIova", FIELD_LIST, 0, FIELD_ELEMENTS(Comparison, reserved.ranges, reserved.n),
                        .present = offsetof(Comparison, reserved_known), .table = &range_table,
                        .text = "I/O virtual addresses that either host reserves; null when one of them does not say." },
        { "toHere", FIELD_OBJECT, 0, COMPARISON(to_here), .table = &comparison_move_table,
                        .text = "A guest of the other host that moves here." },
        { "toThere", FIELD_OBJECT, 0, COMPARISON(to_there), .table = &comparison_move_table,
                        .text = "A guest of this host that moves there." },
        { "differences", FIELD_LIST, 0, FIELD_ELEMENTS(Comparison, differences.differences, differences.n),
                        .max = DIFFERENCES_MAX, .table = &difference_hosts_table,
                        .text = "Members of the two profiles that differ." },
        { "differencesDropped", FIELD_INTEGER, 0, COMPARISON(differences.dropped),
                        .text = "How many more there are." },
};
const FieldTable comparison_table = {
        FIELD_TABLE(comparison_fields),
        .text = "What two hosts have in common, and what a guest may meet that moves from one to the other (docs/comparison.md). Unknown is null, never zero.",
};

json_t *profile_comparison(json_t *here, json_t *there) {
        _cleanup_(comparison_done) Comparison comparison = {};
        const MoveHost a = { here, "here" }, b = { there, "there" };
        int r = compare_widths(here, there, &comparison);

        if (r >= 0)
                r = unite_reserved(here, there, &comparison);
        if (r >= 0)
                r = comparison_move(&b, &a, &comparison.to_here);
        if (r >= 0)
                r = comparison_move(&a, &b, &comparison.to_there);
        if (r >= 0)
                r = profile_difference(here, there, &comparison.differences);
        if (r < 0)
                return NULL;
        comparison.same_digest = same_digest(here, there);
        comparison.common = shared(here, there);
        return fields_json(&(FieldContext){}, &comparison_table, &comparison);
}
