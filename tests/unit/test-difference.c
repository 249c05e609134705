/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "profile/change/difference.h"

#define FACT(value) "{\"value\":" value ",\"provenance\":\"measured\",\"source\":\"s\",\"reason\":null}"
#define UNKNOWN(reason) \
        "{\"value\":null,\"provenance\":\"unknown\",\"source\":\"s\",\"reason\":\"" reason "\"}"

static json_t *parse(const char *text) {
        json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

        assert_non_null(value);
        return value;
}

static DifferenceList difference(const char *before, const char *after) {
        json_t *x = parse(before), *y = parse(after);
        DifferenceList list = {};

        assert_int_equal(profile_difference(x, y, &list), 0);
        json_decref(x);
        json_decref(y);
        return list;
}

/* One document, the other, and every difference as "KIND PATH" in its order. */
static const struct {
        const char *before, *after, *expect;
} cases[] = {
        { "{}", "{}", "" },
        /* What is about the document itself is left out, at its top only. */
        { "{\"digest\":\"a\",\"schema\":\"x\"}", "{\"digest\":\"b\"}", "" },
        { "{\"host\":{\"digest\":\"a\"}}", "{\"host\":{\"digest\":\"b\"}}", "changed host.digest;" },
        { "{\"host\":{\"kernel\":\"6.1\"}}", "{\"host\":{\"kernel\":\"6.12\"}}", "changed host.kernel;" },
        { "{\"host\":{\"a\":1}}", "{\"host\":{\"b\":1}}", "removed host.a;added host.b;" },
        /* A fact is one thing: its value and its reason count. */
        { "{\"widths\":{\"iovaBits\":" FACT("48") "}}", "{\"widths\":{\"iovaBits\":" FACT("39") "}}",
                        "changed widths.iovaBits;" },
        { "{\"widths\":{\"iovaBits\":" FACT("48") "}}", "{\"widths\":{\"iovaBits\":" UNKNOWN("absent") "}}",
                        "changed widths.iovaBits;" },
        { "{\"widths\":{\"iovaBits\":" UNKNOWN("permission") "}}",
                        "{\"widths\":{\"iovaBits\":" UNKNOWN("absent") "}}", "changed widths.iovaBits;" },
        { "{\"w\":{\"value\":4,\"provenance\":\"measured\",\"source\":\"a\",\"reason\":null}}",
                        "{\"w\":{\"value\":4,\"provenance\":\"assumed\",\"source\":\"b\",\"reason\":null}}",
                        "" },
        /* What merely has a value is no fact. */
        { "{\"w\":{\"value\":4,\"source\":\"a\"}}", "{\"w\":{\"value\":4,\"source\":\"b\"}}",
                        "changed w.source;" },
        { "{\"w\":" FACT("4") "}", "{\"w\":{\"value\":4}}", "changed w;" },
        { "{\"paging\":{\"la57\":{\"enabled\":" FACT("true") "}}}",
                        "{\"paging\":{\"la57\":{\"enabled\":" FACT("false") "}}}",
                        "changed paging.la57.enabled;" },
        /* Keys: numbers in their own order, addresses in theirs, whatever the arrays' order is. */
        { "{\"iommus\":[{\"name\":\"dmar10\",\"bits\":1},{\"name\":\"dmar2\",\"bits\":1}]}",
                        "{\"iommus\":[{\"name\":\"dmar2\",\"bits\":2},{\"name\":\"dmar10\",\"bits\":2}]}",
                        "changed iommus.dmar2.bits;changed iommus.dmar10.bits;" },
        { "{\"groups\":[{\"id\":14,\"usableIova\":[1]},{\"id\":2}]}",
                        "{\"groups\":[{\"id\":3},{\"id\":14,\"usableIova\":[1,2]}]}",
                        "removed groups.2;added groups.3;changed groups.14.usableIova;" },
        { "{\"devices\":[{\"address\":\"0000:00:1f.0\"},{\"address\":\"0000:00:10.0\",\"driver\":null}]}",
                        "{\"devices\":[{\"address\":\"0000:00:10.0\",\"driver\":\"ice\"},"
                        "{\"address\":\"0000:00:0a.0\"}]}",
                        "added devices.0000:00:0a.0;changed devices.0000:00:10.0.driver;"
                        "removed devices.0000:00:1f.0;" },
        { "{\"findings\":[{\"id\":\"iommu-absent\",\"subject\":\"host\",\"detail\":\"a\"},"
          "{\"id\":\"bar-above-iova\",\"subject\":\"0000:01:00.0\"}]}",
                        "{\"findings\":[{\"id\":\"iommu-absent\",\"subject\":\"host\",\"detail\":\"b\"},"
                        "{\"id\":\"bar-above-iova\",\"subject\":\"0000:02:00.0\"}]}",
                        "removed findings.bar-above-iova[0000:01:00.0];"
                        "added findings.bar-above-iova[0000:02:00.0];"
                        "changed findings.iommu-absent[host].detail;" },
        /* Every other array as a whole, also one of those names elsewhere. */
        { "{\"memory\":{\"ranges\":[{\"start\":\"0x0\"}]}}",
                        "{\"memory\":{\"ranges\":[{\"start\":\"0x1\"}]}}", "changed memory.ranges;" },
        { "{\"host\":{\"devices\":[{\"address\":\"a\",\"x\":1}]}}",
                        "{\"host\":{\"devices\":[{\"address\":\"a\",\"x\":2}]}}", "changed host.devices;" },
        /* Hostile: no key, a key twice, another type, no object at all. */
        { "{\"devices\":[{\"address\":1}]}", "{\"devices\":[{\"address\":2}]}", "changed devices;" },
        { "{\"devices\":[{\"address\":\"a\"},{\"address\":\"a\"}]}", "{\"devices\":[{\"address\":\"a\"}]}",
                        "changed devices;" },
        { "{\"groups\":[{\"id\":\"14\"}]}", "{\"groups\":[{\"id\":14}]}", "changed groups;" },
        { "{\"groups\":[{\"id\":\"14\"}]}", "{\"groups\":[{\"id\":\"14\"}]}", "" },
        { "{\"findings\":[{\"id\":\"a\"}]}", "{\"findings\":[{\"id\":\"b\"}]}", "changed findings;" },
        { "{\"iommus\":[]}", "{\"iommus\":{}}", "changed iommus;" },
        { "{\"iommus\":[3]}", "{\"iommus\":[null]}", "changed iommus;" },
        { "{\"widths\":null}", "{\"widths\":{}}", "changed widths;" },
        { "[]", "{}", "changed ;" },
        { "4", "4", "" },
};

static void test_cases(void **state) {
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(difference_list_done) DifferenceList list =
                                difference(cases[i].before, cases[i].after);
                char text[1024] = "";
                size_t n = 0;

                for (size_t d = 0; d < list.n; d++)
                        n += (size_t) snprintf(text + n, sizeof(text) - n, "%s %s;",
                                        difference_kind_to_string(list.differences[d].kind),
                                        list.differences[d].path);
                assert_string_equal(text, cases[i].expect);
                assert_int_equal(list.dropped, 0);
        }
}

static void test_values(void **state) {
        _cleanup_(difference_list_done) DifferenceList list = difference(
                        "{\"a\":1,\"w\":" FACT("48") "}", "{\"b\":2,\"w\":" UNKNOWN("absent") "}");

        assert_int_equal(list.n, 3);
        assert_int_equal(json_integer_value(list.differences[0].before), 1);
        assert_null(list.differences[0].after);
        assert_int_equal(json_integer_value(json_object_get(list.differences[1].before, "value")), 48);
        assert_string_equal(
                        json_string_value(json_object_get(list.differences[1].after, "reason")), "absent");
        assert_null(list.differences[2].before);
        assert_int_equal(json_integer_value(list.differences[2].after), 2);

        json_t *json = difference_json(&list.differences[2]);
        json_t *expected = parse("{\"path\":\"b\",\"kind\":\"added\",\"before\":null,\"after\":2}");
        assert_true(json_equal(json, expected));
        json_decref(json);
        json_decref(expected);
}

static void test_bound(void **state) {
        json_t *before = json_object(), *after = json_object();
        _cleanup_(difference_list_done) DifferenceList list = {};

        for (int i = 0; i < 5000; i++) {
                char name[16];

                snprintf(name, sizeof(name), "m%d", i);
                json_object_set_new(before, name, json_integer(1));
                json_object_set_new(after, name, json_integer(2));
        }
        assert_int_equal(profile_difference(before, after, &list), 0);
        assert_int_equal(list.n, 4096);
        assert_int_equal(list.dropped, 904);
        assert_string_equal(list.differences[4095].path, "m4095");
        json_decref(before);
        json_decref(after);
}

/* Names that no path can hold, and depths that none should: what is above them differs as a whole. */
static void test_long_and_deep(void **state) {
        json_t *before = json_pack("{s:{}}", "host"), *after = json_pack("{s:{}}", "host");
        _cleanup_(difference_list_done) DifferenceList list = {}, keyed = {}, deep = {};
        char name[2000];

        memset(name, 'x', sizeof(name));
        name[sizeof(name) - 1] = 0;
        json_object_set_new(json_object_get(before, "host"), name, json_integer(1));
        assert_int_equal(profile_difference(before, after, &list), 0);
        assert_int_equal(list.n, 1);
        assert_string_equal(list.differences[0].path, "host");
        assert_int_equal(list.differences[0].kind, DIFFERENCE_CHANGED);
        json_decref(before);
        json_decref(after);

        before = json_pack("{s:[{s:s,s:i}]}", "devices", "address", name, "x", 1);
        after = json_pack("{s:[{s:s,s:i}]}", "devices", "address", name, "x", 2);
        assert_int_equal(profile_difference(before, after, &keyed), 0);
        assert_int_equal(keyed.n, 1);
        assert_string_equal(keyed.differences[0].path, "devices");
        json_decref(before);
        json_decref(after);

        before = json_integer(1);
        after = json_integer(2);
        for (int i = 0; i < 1500; i++) {
                before = json_pack("{s:o}", "d", before);
                after = json_pack("{s:o}", "d", after);
        }
        assert_int_equal(profile_difference(before, after, &deep), 0);
        assert_int_equal(deep.n, 1);
        assert_string_equal(deep.differences[0].path, "d.d.d.d.d.d.d.d.d.d.d.d.d.d.d.d");
        json_decref(before);
        json_decref(after);
}

static double seconds(void) {
        struct timespec now;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* n devices, of which every one moved to another driver, in the opposite order. */
static double time_devices(unsigned n) {
        json_t *before = json_pack("{s:[]}", "devices"), *after = json_pack("{s:[]}", "devices");
        DifferenceList list = {};
        double start;

        for (unsigned i = 0; i < n; i++) {
                char x[32], y[32];

                snprintf(x, sizeof(x), "%04x:%02x:%02x.%u", i >> 16, i >> 8 & 255, i >> 3 & 31, i & 7);
                snprintf(y, sizeof(y), "%04x:%02x:%02x.%u", (n - 1 - i) >> 16, (n - 1 - i) >> 8 & 255,
                                (n - 1 - i) >> 3 & 31, (n - 1 - i) & 7);
                json_array_append_new(json_object_get(before, "devices"),
                                json_pack("{s:s,s:s}", "address", x, "driver", "ice"));
                json_array_append_new(json_object_get(after, "devices"),
                                json_pack("{s:s,s:s}", "address", y, "driver", "vfio-pci"));
        }
        start = seconds();
        assert_int_equal(profile_difference(before, after, &list), 0);
        start = seconds() - start;
        assert_int_equal(list.n + list.dropped, n);
        difference_list_done(&list);
        json_decref(before);
        json_decref(after);
        return start;
}

/* Sixteen times the devices take sixteen times the time, and some for the sort; the square would be 256 times. */
static void test_many(void **state) {
        double few = time_devices(4096), many = time_devices(65536);

        assert_true(many < 64 * few);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_cases),
                cmocka_unit_test(test_values),
                cmocka_unit_test(test_bound),
                cmocka_unit_test(test_long_and_deep),
                cmocka_unit_test(test_many),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
