/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "profile/change/comparison.h"
#include "profile/document/json-fact.h"

/* A host of which only what the rules look at is there. Widths: 0 unknown. */
typedef struct Host {
        const char *architecture, *vendor; /* NULL: null */
        unsigned physical, mappable, iova;
        const char *reason;                           /* why a width of 0 is unknown */
        int la57;                                     /* -1 unknown */
        const char *regions, *groups, *groups_reason; /* JSON */
        unsigned part;                                /* arm64 */
} Host;

#define MSI "[{\"start\":\"0xfee00000\",\"end\":\"0xfeefffff\"}]"
#define QUIET                                                                 \
        {                                                                     \
                "x86_64", "GenuineIntel", 46, 46, 48, "permission", 0, MSI,   \
                                "[{\"id\":1,\"regionsReason\":null}]", "null" \
        }

static json_t *number(unsigned value, const char *reason) {
        return value ? json_pack("{s:i,s:s,s:s,s:n}", "value", (int) value, "provenance", "measured",
                                       "source", "s", "reason")
                     : json_pack("{s:n,s:s,s:s,s:s}", "value", "provenance", "unknown", "source", "s",
                                       "reason", reason);
}

static json_t *state_of(int value) {
        return value >= 0 ? json_pack("{s:b,s:s,s:s,s:n}", "value", value, "provenance", "measured",
                                            "source", "s", "reason")
                          : number(0, "hidden");
}

static json_t *document(const Host *host) {
        unsigned safe = host->physical < host->mappable ? host->physical : host->mappable;
        json_t *widths = json_pack("{s:o,s:o,s:o,s:o}", "guestPhysicalBits",
                        number(host->physical, host->reason), "guestMappableBits",
                        number(host->mappable, host->reason), "iovaBits", number(host->iova, host->reason),
                        "safeGuestBits", number(safe, host->reason));
        json_t *value = json_pack("{s:s,s:{s:s?,s:s?,s:o,s:o},s:o,s:{s:{s:o}},s:o,s:o,s:o}", "schema",
                        "hawd-profile/1", "host", "architecture", host->architecture, "cpuVendor",
                        host->vendor, "cpuImplementer", number(host->part ? 0x41 : 0, host->reason),
                        "cpuPart", number(host->part, host->reason), "widths", widths, "paging", "la57",
                        "capable", state_of(host->la57), "reservedIova",
                        json_loads(host->regions, JSON_DECODE_ANY, NULL), "groups",
                        json_loads(host->groups, JSON_DECODE_ANY, NULL), "groupsReason",
                        json_loads(host->groups_reason, JSON_DECODE_ANY, NULL));

        assert_non_null(value);
        return value;
}

static json_t *compare(const Host *here, const Host *there) {
        json_t *x = document(here), *y = document(there), *comparison = profile_comparison(x, y);

        json_decref(x);
        json_decref(y);
        assert_non_null(comparison);
        return comparison;
}

/* What a direction must say: the verdict, and words each of which has to be in the reason of that number. */
static void check(json_t *comparison, const char *direction, const char *verdict, size_t n,
                const char *const words[]) {
        json_t *move = json_object_get(comparison, direction), *reasons = json_object_get(move, "reasons");

        assert_string_equal(json_string_value(json_object_get(move, "verdict")), verdict);
        assert_int_equal(json_array_size(reasons), n);
        for (size_t i = 0; i < n; i++) {
                const char *reason = json_string_value(json_array_get(reasons, i));

                if (!strstr(reason, words[i]))
                        fail_msg("%s: '%s' is not in '%s'", direction, words[i], reason);
        }
}

#define SAFE(direction) check(comparison, direction, "safe", 0, NULL)
#define SAYS(direction, verdict, ...)                                                      \
        check(comparison, direction, verdict, ELEMENTS(((const char *[]){ __VA_ARGS__ })), \
                        (const char *[]){ __VA_ARGS__ })

static void test_equal(void **state) {
        const Host host = QUIET;
        json_t *comparison = compare(&host, &host);

        SAFE("toHere");
        SAFE("toThere");
        assert_int_equal(json_array_size(json_object_get(comparison, "differences")), 0);
        json_decref(comparison);
}

static void test_guest_physical(void **state) {
        Host here = QUIET, there = QUIET;

        there.physical = 39;
        json_t *comparison = compare(&here, &there);
        SAFE("toHere");
        SAYS("toThere", "unsafe", "the guest may have 46 bits, but KVM there offers only 39");
        json_decref(comparison);

        comparison = compare(&there, &here);
        SAYS("toHere", "unsafe", "the guest may have 46 bits, but KVM here offers only 39");
        SAFE("toThere");
        json_decref(comparison);
}

static void test_guest_mappable(void **state) {
        Host here = QUIET, there = QUIET;

        here.physical = there.physical = here.mappable = 52;
        there.mappable = 48;
        json_t *comparison = compare(&here, &there);
        SAFE("toHere");
        SAYS("toThere", "unsafe", "guestMappableBits 52 here, 48 there");
        json_decref(comparison);
}

static void test_la57(void **state) {
        Host here = QUIET, there = QUIET;

        here.la57 = 1;
        json_t *comparison = compare(&here, &there);
        SAFE("toHere");
        SAYS("toThere", "warning", "la57");
        json_decref(comparison);

        /* Of a CPU that never had it nobody can say whether it is on. */
        here.la57 = there.la57 = -1;
        comparison = compare(&here, &there);
        SAYS("toThere", "unknown", "paging.la57.capable is unknown here (hidden)",
                        "paging.la57.capable is unknown there (hidden)");
        json_decref(comparison);

        here.architecture = there.architecture = "aarch64";
        here.vendor = there.vendor = "ARM";
        comparison = compare(&here, &there);
        SAYS("toThere", "unknown", "host.cpuImplementer is unknown here", "host.cpuPart is unknown here",
                        "host.cpuImplementer is unknown there", "host.cpuPart is unknown there");
        json_decref(comparison);

        here.part = there.part = 0xd0c;
        comparison = compare(&here, &there);
        SAFE("toThere");
        json_decref(comparison);

        there.physical = there.mappable = 52;
        comparison = compare(&here, &there);
        SAYS("toThere", "warning", "does not fit into 46 bits differently there");
        json_decref(comparison);

        there = here;
        there.part = 0xd40;
        comparison = compare(&here, &there);
        SAYS("toThere", "warning", "cpuPart 0xd0c here, 0xd40 there");
        json_decref(comparison);
}

static void test_iova(void **state) {
        Host here = QUIET, there = QUIET;

        there.iova = 39;
        json_t *comparison = compare(&here, &there);
        SAFE("toHere");
        SAYS("toThere", "warning", "iovaBits 48 here, 39 there: assigned devices");
        json_decref(comparison);

        there.iova = 0;
        comparison = compare(&here, &there);
        SAYS("toHere", "unknown", "widths.iovaBits is unknown there (permission)");
        SAYS("toThere", "unknown",
                        "widths.iovaBits is unknown there (permission); affects only guests with assigned");
        json_decref(comparison);

        /* No IOMMU is no gap: nothing was assigned there, and nothing can be. */
        there.reason = "absent";
        there.regions = "[]";
        there.groups = "[]";
        there.groups_reason = "\"absent\"";
        comparison = compare(&here, &there);
        SAFE("toHere");
        SAYS("toThere", "warning", "no IOMMU owns a PCI device there");
        json_decref(comparison);
        comparison = compare(&there, &there);
        SAFE("toHere");
        json_decref(comparison);

        /* What one host reserves does not matter where nothing can be assigned. */
        here.groups_reason = "\"io\"";
        comparison = compare(&here, &there);
        SAFE("toHere");
        SAYS("toThere", "warning", "no IOMMU owns a PCI device there");
        json_decref(comparison);
}

static void test_regions(void **state) {
        Host here = QUIET, there = QUIET;

        /* Beside the MSI window, two pieces of which one touches what the other host reserves as well. */
        there.regions = "[{\"start\":\"0xfee00000\",\"end\":\"0xfef00fff\"},"
                        "{\"start\":\"0xfd00000000\",\"end\":\"0xffffffffff\"}]";
        json_t *comparison = compare(&here, &there);
        SAFE("toHere");
        SAYS("toThere", "warning",
                        "0xfef00000-0xfef00fff, 0xfd00000000-0xffffffffff; assigned devices cannot");
        json_decref(comparison);

        there.regions = "[{\"start\":\"0xfee00000\",\"end\":16}]";
        comparison = compare(&here, &there);
        SAYS("toHere", "unknown", "reserved regions are not all known there");
        assert_true(json_is_null(json_object_get(comparison, "reservedIova")));
        json_decref(comparison);

        /* A group that hides its regions. */
        there.regions = MSI;
        there.groups = "[{\"id\":1,\"regionsReason\":null},{\"id\":2,\"regionsReason\":\"permission\"}]";
        comparison = compare(&here, &there);
        SAYS("toThere", "unknown", "reserved regions are not all known there");
        json_decref(comparison);
        there.groups = "[]";
        there.groups_reason = "\"io\"";
        comparison = compare(&here, &there);
        SAYS("toThere", "unknown", "reserved regions are not all known there");
        json_decref(comparison);
}

static void test_many_regions(void **state) {
        Host here = QUIET, there = QUIET;

        there.regions = "[{\"start\":\"0x0\",\"end\":\"0x0\"},{\"start\":\"0x2\",\"end\":\"0x2\"},"
                        "{\"start\":\"0x4\",\"end\":\"0x4\"},{\"start\":\"0x6\",\"end\":\"0x6\"},"
                        "{\"start\":\"0x8\",\"end\":\"0x8\"},{\"start\":\"0xa\",\"end\":\"0xa\"}]";
        json_t *comparison = compare(&here, &there);
        SAYS("toThere", "warning", "0x0-0x0, 0x2-0x2, 0x4-0x4, 0x6-0x6 and 2 more;");
        SAYS("toHere", "warning", "0xfee00000-0xfeefffff;");
        json_decref(comparison);
}

static void test_vendor(void **state) {
        Host here = QUIET, there = QUIET;

        there.vendor = "AuthenticAMD";
        json_t *comparison = compare(&here, &there);
        SAYS("toHere", "unsafe", "AuthenticAMD there, GenuineIntel here");
        SAYS("toThere", "unsafe", "GenuineIntel here, AuthenticAMD there");
        json_decref(comparison);

        there.vendor = NULL;
        comparison = compare(&here, &there);
        SAYS("toHere", "unknown", "host.cpuVendor is unknown there");
        json_decref(comparison);

        there.vendor = "\x1b[31m";
        comparison = compare(&here, &there);
        SAYS("toThere", "unsafe", "\\x1b[31m there");
        json_decref(comparison);

        there.vendor = here.vendor;
        there.architecture = "aarch64";
        comparison = compare(&here, &there);
        SAYS("toThere", "unsafe", "x86_64 here, aarch64 there");
        json_decref(comparison);
}

/* What is known to be unsafe stays so; what is missing outweighs a warning. */
static void test_precedence(void **state) {
        Host here = QUIET, there = QUIET;

        there.physical = 39;
        there.iova = 0;
        json_t *comparison = compare(&here, &there);
        SAYS("toThere", "unsafe", "KVM there offers only 39", "widths.iovaBits is unknown there");
        SAYS("toHere", "unknown", "widths.iovaBits is unknown there");
        json_decref(comparison);

        there.physical = 46;
        here.la57 = 1;
        comparison = compare(&here, &there);
        SAYS("toThere", "unknown", "la57", "widths.iovaBits is unknown there");
        json_decref(comparison);

        there = (Host) QUIET;
        there.physical = there.mappable = 0;
        comparison = compare(&here, &there);
        SAYS("toHere", "unknown", "widths.guestPhysicalBits is unknown there (permission)",
                        "widths.guestMappableBits is unknown there (permission)");
        json_decref(comparison);
}

static void test_shared(void **state) {
        Host here = QUIET, there = QUIET;

        here.physical = there.physical = there.mappable = 52;
        here.mappable = 48;
        there.iova = 39;
        there.regions = "[{\"start\":\"0xfef00000\",\"end\":\"0xfef00fff\"}]";
        json_t *comparison = compare(&here, &there);
        json_t *expected = json_pack("{s:i,s:i,s:i,s:i,s:i}", "guestPhysicalBits", 52, "guestMappableBits",
                        48, "iovaBits", 39, "safeGuestBits", 48, "safeGuestBitsWithDevices", 39);
        assert_true(json_equal(json_object_get(comparison, "common"), expected));
        json_decref(expected);

        /* The two regions touch. */
        expected = json_pack("[{s:s,s:s}]", "start", "0xfee00000", "end", "0xfef00fff");
        assert_true(json_equal(json_object_get(comparison, "reservedIova"), expected));
        json_decref(expected);

        json_t *width = json_array_get(json_object_get(comparison, "widths"), 3);
        expected = json_pack("{s:s,s:i,s:i}", "name", "guestMappableBits", "here", 48, "there", 52);
        assert_true(json_equal(width, expected));
        assert_int_equal(json_array_size(json_object_get(comparison, "widths")), 8);
        json_decref(expected);
        json_decref(comparison);

        there.mappable = 0;
        comparison = compare(&here, &there);
        expected = json_pack("{s:i,s:n,s:i,s:n,s:n}", "guestPhysicalBits", 52, "guestMappableBits",
                        "iovaBits", 39, "safeGuestBits", "safeGuestBitsWithDevices");
        assert_true(json_equal(json_object_get(comparison, "common"), expected));
        json_decref(expected);
        json_decref(comparison);
}

/* Whatever somebody sends: never safe, never a width that is none. */
static void test_hostile(void **state) {
        static const char *const texts[] = { "[]", "4", "{}", "{\"widths\":[]}",
                "{\"widths\":{\"iovaBits\":48}}",
                "{\"widths\":{\"guestPhysicalBits\":{\"value\":0,\"provenance\":\"\",\"source\":\"\",\"reason\":null}}}",
                "{\"widths\":{\"guestPhysicalBits\":{\"value\":65}}}",
                "{\"groups\":{},\"reservedIova\":[[]]}", "{\"host\":{\"cpuVendor\":7},\"digest\":7}" };
        const Host quiet = QUIET;

        for (size_t i = 0; i < ELEMENTS(texts); i++) {
                json_t *here = json_loads(texts[i], JSON_DECODE_ANY, NULL), *there = document(&quiet);
                json_t *comparison = profile_comparison(here, there);
                json_t *twice = profile_comparison(here, here), *width;
                size_t w;

                assert_string_equal(json_string_value(json_object_get(
                                                    json_object_get(comparison, "toHere"), "verdict")),
                                "unknown");
                assert_string_equal(json_string_value(json_object_get(
                                                    json_object_get(twice, "toThere"), "verdict")),
                                "unknown");
                assert_true(json_is_false(json_object_get(twice, "sameDigest")));
                json_array_foreach(json_object_get(comparison, "widths"), w, width) {
                        assert_true(json_is_null(json_object_get(width, "here")));
                }
                json_decref(here);
                json_decref(there);
                json_decref(comparison);
                json_decref(twice);
        }
}

static void test_digest(void **state) {
        json_t *a = json_pack("{s:s}", "digest", "aa"), *b = json_pack("{s:s}", "digest", "bb");
        json_t *same = profile_comparison(a, a), *other = profile_comparison(a, b);

        assert_true(json_is_true(json_object_get(same, "sameDigest")));
        assert_true(json_is_false(json_object_get(other, "sameDigest")));
        assert_int_equal(json_array_size(json_object_get(other, "differences")), 0);
        json_decref(a);
        json_decref(b);
        json_decref(same);
        json_decref(other);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_equal),
                cmocka_unit_test(test_guest_physical),
                cmocka_unit_test(test_guest_mappable),
                cmocka_unit_test(test_la57),
                cmocka_unit_test(test_iova),
                cmocka_unit_test(test_regions),
                cmocka_unit_test(test_many_regions),
                cmocka_unit_test(test_vendor),
                cmocka_unit_test(test_precedence),
                cmocka_unit_test(test_shared),
                cmocka_unit_test(test_hostile),
                cmocka_unit_test(test_digest),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
