/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/comparison.h"

#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/change/comparison-move.h"
#include "profile/change/difference.h"
#include "profile/document/json-fact.h"
#include "profile/document/member.h"

static bool get_width(json_t *document, const char *name, unsigned *ret) {
        char path[64];

        snprintf(path, sizeof(path), "widths.%s", name);
        return member_bits(member_at(document, path), ret);
}

static json_t *json_bits(unsigned bits) {
        return bits ? json_integer(bits) : json_null();
}

static json_t *width(json_t *here, json_t *there, const char *name) {
        json_t *object = json_object();
        unsigned bits;
        bool ok = true;

        ok &= json_put(object, "name", json_string(name));
        ok &= json_put(object, "here", json_bits(get_width(here, name, &bits) ? bits : 0));
        ok &= json_put(object, "there", json_bits(get_width(there, name, &bits) ? bits : 0));
        return json_finish(object, ok);
}

static json_t *widths(json_t *here, json_t *there) {
        static const char *const names[] = { "cpuPhysicalBits", "hostPhysicalBits", "guestPhysicalBits",
                "guestMappableBits", "iovaBits", "linearBits", "safeGuestBits", "safeGuestBitsWithDevices" };
        json_t *array = json_array();

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (json_array_append_new(array, width(here, there, names[i])) < 0)
                        return json_finish(array, false);
        return array;
}

/* 0 when either is unknown. */
static unsigned smaller(unsigned a, unsigned b) {
        return a < b ? a : b;
}

static unsigned both_have(json_t *here, json_t *there, const char *name) {
        unsigned a, b;

        return get_width(here, name, &a) && get_width(there, name, &b) ? smaller(a, b) : 0;
}

/* The derived two follow from the others, whatever the documents say of them. */
static json_t *shared(json_t *here, json_t *there) {
        unsigned physical = both_have(here, there, "guestPhysicalBits");
        unsigned mappable = both_have(here, there, "guestMappableBits");
        unsigned iova = both_have(here, there, "iovaBits"), safe = smaller(physical, mappable);
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "guestPhysicalBits", json_bits(physical));
        ok &= json_put(object, "guestMappableBits", json_bits(mappable));
        ok &= json_put(object, "iovaBits", json_bits(iova));
        ok &= json_put(object, "safeGuestBits", json_bits(safe));
        ok &= json_put(object, "safeGuestBitsWithDevices", json_bits(smaller(safe, iova)));
        return json_finish(object, ok);
}

/* What either host reserves. null when one does not say. */
static json_t *reserved(json_t *here, json_t *there) {
        _cleanup_(range_set_done) RangeSet a = {}, b = {};
        int r = member_ranges(member_at(here, "reservedIova"), &a);

        if (r > 0)
                r = member_ranges(member_at(there, "reservedIova"), &b);
        for (size_t i = 0; r > 0 && i < b.n; i++) {
                int q = range_set_add(&a, b.ranges[i].start, b.ranges[i].end);

                r = q < 0 ? q : r;
        }
        if (r <= 0)
                return r < 0 ? NULL : json_null();
        range_set_normalise(&a);
        return json_ranges(&a);
}

static bool put_differences(json_t *object, json_t *here, json_t *there) {
        _cleanup_(difference_list_done) DifferenceList list = {};
        json_t *array = json_array();
        bool ok = profile_difference(here, there, &list) == 0;

        for (size_t i = 0; ok && i < list.n; i++)
                ok = json_array_append_new(array, difference_json(&list.differences[i], "here", "there")) ==
                                0;
        ok &= json_put(object, "differences", array);
        return json_put(object, "differencesDropped", json_integer((json_int_t) list.dropped)) && ok;
}

static bool same_digest(json_t *here, json_t *there) {
        json_t *a = member_at(here, "digest"), *b = member_at(there, "digest");

        return json_is_string(a) && json_equal(a, b);
}

json_t *profile_comparison(json_t *here, json_t *there) {
        const MoveHost a = { here, "here" }, b = { there, "there" };
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "schema", json_string("hawd-comparison/1"));
        ok &= json_put(object, "sameDigest", json_boolean(same_digest(here, there)));
        ok &= json_put(object, "widths", widths(here, there));
        ok &= json_put(object, "common", shared(here, there));
        ok &= json_put(object, "reservedIova", reserved(here, there));
        ok &= json_put(object, "toHere", comparison_move(&b, &a));
        ok &= json_put(object, "toThere", comparison_move(&a, &b));
        ok &= put_differences(object, here, there);
        return json_finish(object, ok);
}
