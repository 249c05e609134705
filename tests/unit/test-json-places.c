/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "tests/unit/json-document.h"

/* Each place of the whole document of test-json-read in turn: gone, of a wrong type, with something new beside it. */
static const char *document_path;

static int setup(void **state) {
        *state = json_document_load(document_path);
        return *state ? 0 : -1;
}

static int teardown(void **state) {
        json_decref(*state);
        return 0;
}

#define LONG_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* ── every member in turn ──────────────────────────────────────────────────────────────────────────────── */

typedef struct Walk {
        const json_t *document;
        size_t n;
} Walk;

/* Members are, elements of arrays are not, nor is what a profile that was kept before hawd knew of it lacks. */
static bool is_required(const char *path) {
        static const char *const later[] = { "paging.page1G", "host.unsafeInterruptsType1",
                "host.unsafeInterruptsIommufd", "host.dmaEntryLimit", "mediatedDevicesReason",
                "mediatedDevices", "devices[0].vgpuType", "devices[1].vgpuType", "firmware.iort",
                "firmware.deviceTree", "devices[1].groupReason", "groups[0].missingAcs",
                "groups[1].missingAcs", "iommus[2].features", "iommus[2].oas", "iommus[2].stages",
                "iommus[2].iovaBitsAtLeast" };

        for (size_t i = 0; i < ELEMENTS(later); i++)
                if (strcmp(path, later[i]) == 0)
                        return false;
        return path[strlen(path) - 1] != ']';
}

static bool names(const char *text, const char *path, const char *expected) {
        size_t n = strlen(path);

        return strncmp(text, path, n) == 0 && strncmp(text + n, ": ", 2) == 0 && strstr(text + n, expected);
}

static void without(const char *path, const json_t *value, void *userdata) {
        Walk *walk = userdata;
        JsonError error;

        if (!is_required(path))
                return;
        const char *text = json_document_read_changed(walk->document, path, NULL, &error);
        if (!names(text, path, "missing"))
                fail_msg("without %s: '%s'", path, text);
        walk->n++;
}

static void test_missing(void **state) {
        Walk walk = { .document = *state };

        json_document_walk(*state, without, &walk);
        assert_true(walk.n > 500);
}

/* A value of a type that its place never has. */
static void of_wrong_type(const char *path, const json_t *value, void *userdata) {
        Walk *walk = userdata;
        JsonError error;
        json_t *wrong[] = {
                json_is_object(value) ? json_array() : json_object(),
                json_is_array(value) ? json_string("0x1") : json_array(),
                json_real(1.5),
        };

        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                const char *text = json_document_read_changed(walk->document, path, wrong[i], &error);

                if (!names(text, path, "expected"))
                        fail_msg("%s of a wrong type: '%s'", path, text);
        }
        walk->n++;
}

static void test_types(void **state) {
        Walk walk = { .document = *state };

        json_document_walk(*state, of_wrong_type, &walk);
        assert_true(walk.n > 500);
}

/* ── what is not refused ───────────────────────────────────────────────────────────────────────────────── */

static void with_more(const char *path, const json_t *value, void *userdata) {
        Walk *walk = userdata;
        char below[300];
        JsonError error;

        if (!json_is_object(value))
                return;
        snprintf(below, sizeof(below), "%s.ofTomorrow", path);
        const char *text = json_document_read_changed(walk->document, below, json_integer(-1), &error);
        if (*text)
                fail_msg("%s: %s", below, text);
        walk->n++;
}

/* Members of newer versions are passed over, wherever they stand. */
static void test_more(void **state) {
        Walk walk = { .document = *state };
        JsonError error;

        json_document_walk(*state, with_more, &walk);
        assert_true(walk.n > 100);
        assert_string_equal(json_document_read_changed(*state, "ofTomorrow", json_array(), &error), "");
}

static void test_accepted(void **state) {
        static const struct {
                const char *path, *json;
        } cases[] = {
                { "host.hostname", "null" },
                { "host.hostname", "\"" LONG_64 "\"" },
                { "host.cpuVendor", "\"  Shanghai  \"" },
                { "host.cpus.value", "4294967295" },
                { "widths.linearBits.value", "0" },
                { "widths.iovaBits.value", "64" },
                { "widths.iovaBits.source", "\"\"" },
                { "memory.ramTop.value", "\"0x0\"" },
                { "memory.ramTop.value", "\"0xffffffffffffffff\"" },
                { "memory.blockSize.value", "9223372036854775807" },
                { "memory.ranges[1].start", "\"0x1000\"" }, /* they may overlap, firmware is like that */
                { "memory.ranges", "[]" },
                { "groups[0].iovaBits", "64" },
                { "groups[0].iovaBits", "null" },
                { "groups[0].iovaBits", "1" },
                { "groups[0].type", "\"of-tomorrow\"" },
                { "groups[0].reservedRegions[0].type", "\"of-tomorrow\"" },
                { "groups[0].reservedRegions[1].start", "\"0x0\"" }, /* in the order read */
                { "groups[0].usableIova[2].end", "\"0xffffffffffffffff\"" },
                { "devices[0].address", "\"0000:00:1f.7\"" },
                { "devices[0].bars[0].start", "\"0xffffffffff000000\"" },
                { "devices[0].bars[3].start", "\"0x8000000000000000\"" },
                { "devices[0].bars[3].size", "9223372036854775807" },
                { "devices[0].acs.missing", "[]" },
                { "devices", "[]" },
                { "findings[0].id", "\"x86\"" },
                { "findings[0].summary", "\"\\u00e4 \\u2192 \\u00a0\"" },
                { "findings", "[]" },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                JsonError error;
                const char *text = json_document_read_changed(*state, cases[i].path,
                                json_loads(cases[i].json, JSON_DECODE_ANY, NULL), &error);

                if (*text)
                        fail_msg("%s = %s: %s", cases[i].path, cases[i].json, text);
        }
}

/* One element more than any source reads. */
static void test_long_arrays(void **state) {
        static const struct {
                const char *path, *expected;
                size_t max;
        } cases[] = {
                { "iommus", "iommus: expected at most 65536 elements", 65536 },
                { "groups", "groups: expected at most 65536 elements", 65536 },
                { "devices", "devices: expected at most 65536 elements", 65536 },
                { "findings", "findings: expected at most 65536 elements", 65536 },
                { "usableIova", "usableIova: expected at most 65536 elements", 65536 },
                { "memory.ranges", "memory.ranges: expected at most 65536 elements", 65536 },
                { "groups[0].devices", "groups[0].devices: expected at most 4096 elements", 4096 },
                { "groups[0].reservedRegions", "groups[0].reservedRegions: expected at most 4096 elements",
                                4096 },
                { "devices[0].bars", "devices[0].bars: expected at most 13 elements", 13 },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                json_t *array = json_array();
                JsonError error;

                for (size_t j = 0; j < cases[i].max + 1; j++)
                        json_array_append_new(array, json_null());
                assert_string_equal(json_document_read_changed(*state, cases[i].path, array, &error),
                                cases[i].expected);
        }
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_missing),
                cmocka_unit_test(test_types),
                cmocka_unit_test(test_more),
                cmocka_unit_test(test_accepted),
                cmocka_unit_test(test_long_arrays),
        };

        document_path = argc > 1 ? argv[1] : "";
        return cmocka_run_group_tests(tests, setup, teardown);
}
