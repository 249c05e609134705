/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "profile/change/history.h"

#define FACT(value) "{\"value\":" value ",\"provenance\":\"measured\",\"source\":\"s\",\"reason\":null}"
#define ABSENT "{\"value\":null,\"provenance\":\"unknown\",\"source\":\"s\",\"reason\":\"absent\"}"
#define WIDTHS(value) "{\"widths\":{\"iovaBits\":" value "}}"
#define GROUPS(text) "{\"groupsReason\":null,\"groups\":[" text "]}"
#define REGIONS(text) "{\"groupsReason\":null,\"groups\":[],\"reservedIova\":[" text "]}"
#define MSI "{\"start\":\"0xfee00000\",\"end\":\"0xfeefffff\"}"
#define KVM(value) "\"paging\":{\"kvm\":{\"loaded\":" FACT(value) "}}"
#define A "\"0000:01:00.0\""
#define B "\"0000:01:00.1\""
#define C "\"0000:02:00.0\""

static Finding history(const char *before, const char *after) {
        json_t *x = json_loads(before, JSON_DECODE_ANY, NULL), *y = json_loads(after, JSON_DECODE_ANY, NULL);
        Finding finding = {};

        assert_non_null(x);
        assert_non_null(y);
        assert_int_equal(history_finding(x, y, &finding), 0);
        json_decref(x);
        json_decref(y);
        return finding;
}

/* detail NULL: nothing to find. */
static const struct {
        const char *before, *after;
        Severity severity;
        const char *detail;
} moves[] = {
        { "{}", "{}" },
        { WIDTHS(FACT("48")), WIDTHS(FACT("48")) },
        { WIDTHS(FACT("48")), WIDTHS(FACT("39")), SEVERITY_WARNING, "iovaBits 48 -> 39." },
        { WIDTHS(FACT("39")), WIDTHS(FACT("48")), SEVERITY_INFO, "iovaBits 39 -> 48." },
        { WIDTHS(FACT("39")), WIDTHS(ABSENT), SEVERITY_WARNING, "iovaBits 39 -> unknown (absent)." },
        { WIDTHS(ABSENT), WIDTHS(FACT("39")), SEVERITY_INFO, "iovaBits unknown (absent) -> 39." },
        /* Not known before, nor now: nothing moved. */
        { WIDTHS(ABSENT), "{}" },
        { WIDTHS(FACT("\"\\u001b\"")), "[]" },
        /* One grew, one shrank: a warning. In the order of the document's widths. */
        { "{\"widths\":{\"iovaBits\":" FACT("39") ",\"guestMappableBits\":" FACT("52") "}}",
                        "{\"widths\":{\"iovaBits\":" FACT("48") ",\"guestMappableBits\":" FACT("48") "}}",
                        SEVERITY_WARNING, "guestMappableBits 52 -> 48; iovaBits 39 -> 48." },
        /* KVM's module is not loaded yet: that is no change. The IOMMU's is. */
        { "{\"widths\":{\"guestPhysicalBits\":" ABSENT ",\"safeGuestBits\":" ABSENT "}," KVM("false") "}",
                        "{\"widths\":{\"guestPhysicalBits\":" FACT("46") ",\"safeGuestBits\":" FACT(
                                        "46") "}," KVM("true") "}" },
        { "{\"widths\":{\"guestMappableBits\":" FACT("46") ",\"iovaBits\":" FACT("48") "}," KVM("true") "}",
                        "{\"widths\":{\"guestMappableBits\":" ABSENT
                        ",\"iovaBits\":" FACT("39") "}," KVM("false") "}",
                        SEVERITY_WARNING, "iovaBits 48 -> 39." },
        { "{\"widths\":{\"guestMappableBits\":" FACT("46") "}," KVM("true") "}",
                        "{\"widths\":{\"guestMappableBits\":" ABSENT "}," KVM("true") "}", SEVERITY_WARNING,
                        "guestMappableBits 46 -> unknown (absent)." },
        /* Other members say nothing by themselves. */
        { "{\"host\":{\"kernel\":\"6.1\"}}", "{\"host\":{\"kernel\":\"6.12\"}}" },

        { REGIONS(MSI), REGIONS(MSI) },
        { REGIONS(MSI), REGIONS("{\"start\":\"0xfef00000\",\"end\":\"0xfef0ffff\"}," MSI), SEVERITY_WARNING,
                        "now reserved: 0xfef00000-0xfef0ffff." },
        { REGIONS("{\"start\":\"0xfee00000\",\"end\":\"0xfef0ffff\"}"), REGIONS(MSI), SEVERITY_INFO,
                        "no longer reserved: 0xfef00000-0xfef0ffff." },
        { REGIONS(MSI), "{\"groupsReason\":null,\"groups\":[],\"reservedIova\":[7]}" },
        { REGIONS(MSI), "{\"groupsReason\":\"permission\",\"groups\":[],\"reservedIova\":[]}" },

        { GROUPS("{\"id\":14,\"devices\":[" A "]}"), GROUPS("{\"id\":14,\"devices\":[" A "," B "]}"),
                        SEVERITY_WARNING, "group 14 gained 0000:01:00.1." },
        { GROUPS("{\"id\":14,\"devices\":[" A "," B "]}"), GROUPS("{\"id\":14,\"devices\":[" B "]}"),
                        SEVERITY_WARNING, "group 14 lost 0000:01:00.0." },
        /* The kernel numbered them anew; the same devices are together. */
        { GROUPS("{\"id\":1,\"devices\":[" A "," B "]},{\"id\":2,\"devices\":[" C "]}"),
                        GROUPS("{\"id\":1,\"devices\":[" C "]},{\"id\":2,\"devices\":[" B "," A "]}") },
        { GROUPS("{\"id\":1,\"devices\":[" A "]}"), GROUPS("{\"id\":7,\"devices\":[" A "," C "]}"),
                        SEVERITY_WARNING, "group 7 (1 before) gained 0000:02:00.0." },
        /* Split: told once. */
        { GROUPS("{\"id\":1,\"devices\":[" A "," B "]}"),
                        GROUPS("{\"id\":1,\"devices\":[" A "]},{\"id\":2,\"devices\":[" B "]}"),
                        SEVERITY_WARNING, "group 1 lost 0000:01:00.1." },
        /* Merged: the other way round. */
        { GROUPS("{\"id\":1,\"devices\":[" A "]},{\"id\":2,\"devices\":[" B "]}"),
                        GROUPS("{\"id\":1,\"devices\":[" A "," B "]}"), SEVERITY_WARNING,
                        "group 1 gained 0000:01:00.1." },
        { GROUPS("{\"id\":1,\"devices\":[" A "]}"),
                        GROUPS("{\"id\":1,\"devices\":[" A "]},{\"id\":2,\"devices\":[" C "]}"),
                        SEVERITY_INFO, "group 2 was added with 0000:02:00.0." },
        { GROUPS("{\"id\":1,\"devices\":[" A "]},{\"id\":2,\"devices\":[" C "]}"),
                        GROUPS("{\"id\":1,\"devices\":[" A "]}"), SEVERITY_WARNING,
                        "group 2 was removed with 0000:02:00.0." },
        { GROUPS("{\"id\":1,\"devices\":[" A "]}"), "{\"groupsReason\":\"absent\",\"groups\":[]}",
                        SEVERITY_WARNING, "group 1 was removed with 0000:01:00.0." },
        { GROUPS("{\"id\":1,\"devices\":[" A "]}"), "{\"groupsReason\":\"permission\",\"groups\":[]}" },
        { GROUPS("{\"id\":1,\"devices\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]}"), GROUPS(""),
                        SEVERITY_WARNING, "group 1 was removed with a, b, c, d and 2 more." },
        /* Hostile ones. */
        { GROUPS("7,{\"id\":\"x\",\"devices\":[null," A "]}"), GROUPS("[],{\"devices\":[" A ",9]}") },
        { GROUPS("{\"id\":1,\"devices\":[\"\\u001b[2J\"]}"), GROUPS(""), SEVERITY_WARNING,
                        "group 1 was removed with \\x1b[2J." },
        { "{\"groups\":7,\"reservedIova\":7,\"widths\":7}", "{\"groups\":8}" },
};

static void test_moves(void **state) {
        for (size_t i = 0; i < ELEMENTS(moves); i++) {
                _cleanup_(finding_done) Finding finding = history(moves[i].before, moves[i].after);

                if (!moves[i].detail) {
                        if (finding.detail)
                                fail_msg("case %zu: %s", i, finding.detail);
                        assert_null(finding.id);
                        continue;
                }
                assert_string_equal(finding.id, "changed-since-last-boot");
                assert_string_equal(finding.subject, "host");
                assert_string_equal(finding.detail, moves[i].detail);
                assert_int_equal(finding.severity, moves[i].severity);
                assert_true(*finding.summary);
        }
}

#define MOVED(rest) "{\"widths\":{\"iovaBits\":" FACT("39") "}," rest "}"
#define WAS(rest) "{\"widths\":{\"iovaBits\":" FACT("48") "}," rest "}"
#define TABLE(reason, table) "\"firmware\":{\"dmar\":{\"reason\":" reason ",\"table\":" table "}}"
#define PARAMETERS(text) "\"host\":{\"kernelParameters\":" text "}"

/* What has to be in the remedy. */
static const struct {
        const char *before, *after, *cause;
} causes[] = {
        { WAS("\"x\":1"), MOVED("\"x\":2"), "No cause found: " },
        { WAS("\"host\":{\"kernel\":\"6.1.0\"}"), MOVED("\"host\":{\"kernel\":\"6.12.0\"}"),
                        "Likely cause: kernel 6.1.0 -> 6.12.0." },
        { WAS(PARAMETERS("\"intel_iommu=on iommu=pt\"")),
                        MOVED(PARAMETERS("\"iommu=pt intel_iommu=on,sm_on\"")),
                        "Likely cause: kernel parameters added intel_iommu=on,sm_on, removed "
                        "intel_iommu=on." },
        { WAS(PARAMETERS("\"\"")), MOVED(PARAMETERS("\"no5lvl\"")), "kernel parameters added no5lvl." },
        { WAS(PARAMETERS("\"no5lvl\"")), MOVED(PARAMETERS("\"\"")), "kernel parameters removed no5lvl." },
        { WAS(PARAMETERS("\"a b\"")), MOVED(PARAMETERS("\"b a\"")),
                        "kernel parameters in a different order." },
        /* A document of an older hawd has none, or they could not be read: no reason to suspect them. */
        { WAS(PARAMETERS("null")), MOVED(PARAMETERS("\"no5lvl\"")), "No cause found" },
        { WAS(TABLE("null", "{\"flags\":1}")), MOVED(TABLE("null", "{\"flags\":5}")),
                        "ACPI DMAR table of the firmware changed." },
        { WAS(TABLE("null", "{\"flags\":1}")), MOVED(TABLE("\"absent\"", "null")),
                        "ACPI DMAR table of the firmware changed." },
        { WAS(TABLE("null", "{\"flags\":1}")), MOVED(TABLE("\"permission\"", "null")), "No cause found" },
        { WAS("\"firmware\":{\"ivrs\":{\"reason\":null,\"table\":{\"a\":1}}}"),
                        MOVED("\"firmware\":{\"ivrs\":{\"reason\":null,\"table\":{\"a\":2}}}"),
                        "ACPI IVRS table of the firmware changed." },
        { WAS("\"firmware\":{\"iort\":{\"reason\":null,\"table\":{\"a\":1}}}"),
                        MOVED("\"firmware\":{\"iort\":{\"reason\":null,\"table\":{\"a\":2}}}"),
                        "ACPI IORT table of the firmware changed." },
        { WAS("\"host\":{\"cpuModelName\":\"Xeon A\"}"), MOVED("\"host\":{\"cpuModelName\":\"Xeon B\"}"),
                        "CPU Xeon A -> Xeon B." },
        { WAS("\"encryption\":{\"sme\":{\"enabled\":" FACT("false") "}}"),
                        MOVED("\"encryption\":{\"sme\":{\"enabled\":" FACT("true") "}}"),
                        "memory encryption in firmware setup (encryption.sme.enabled)." },
        { "{\"widths\":{\"cpuPhysicalBits\":" FACT("46") "}}",
                        "{\"widths\":{\"cpuPhysicalBits\":" FACT("39") "}}",
                        "microcode or firmware setup (cpuPhysicalBits 46 -> 39)." },
        /* All that changed is named. */
        { WAS("\"host\":{\"kernel\":\"6.1.0\",\"cpuModelName\":\"A\"}"),
                        MOVED("\"host\":{\"kernel\":\"6.12.0\",\"cpuModelName\":\"B\"}"),
                        "Likely cause: kernel 6.1.0 -> 6.12.0; CPU A -> B." },
};

static void test_causes(void **state) {
        for (size_t i = 0; i < ELEMENTS(causes); i++) {
                _cleanup_(finding_done) Finding finding = history(causes[i].before, causes[i].after);

                assert_non_null(finding.remedy);
                if (!strstr(finding.remedy, causes[i].cause))
                        fail_msg("'%s' is not in '%s'", causes[i].cause, finding.remedy);
        }
}

/* Every second device changed places with its neighbour's group, n of them in all. */
static double time_groups(int n, Finding *ret) {
        json_t *before = json_pack("{s:[],s:n}", "groups", "groupsReason");
        json_t *after = json_pack("{s:[],s:n}", "groups", "groupsReason"), *list[] = { before, after };
        struct timespec start, end;

        for (int i = 0; i < n; i++)
                for (int k = 0; k < 2; k++) {
                        char own[32], moved[32];

                        snprintf(own, sizeof(own), "0000:%d.0", i);
                        snprintf(moved, sizeof(moved), "0000:%d.1", k ? n - 1 - i : i);
                        json_array_append_new(json_object_get(list[k], "groups"),
                                        json_pack("{s:i,s:[s,s]}", "id", i, "devices", own, moved));
                }
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
        assert_int_equal(history_finding(before, after, ret), 0);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        json_decref(before);
        json_decref(after);
        return (double) (end.tv_sec - start.tv_sec) + (double) (end.tv_nsec - start.tv_nsec) / 1e9;
}

static void test_bounds(void **state) {
        _cleanup_(finding_done) Finding few = {}, many = {};
        double seconds = time_groups(2048, &few);

        /* 16 times the groups, far from 256 times the time. */
        assert_true(time_groups(32768, &many) < 64 * seconds);
        assert_true(strlen(many.detail) < 1100);
        /* Each group gained one and lost one. What is named and what is counted is all of them. */
        size_t named = 1;
        unsigned more = 0;
        const char *tail = strstr(many.detail, "; and ");
        assert_non_null(tail);
        assert_int_equal(sscanf(tail, "; and %u more.", &more), 1);
        for (const char *c = strstr(many.detail, "; "); c < tail; c = strstr(c + 1, "; "))
                named++;
        assert_int_equal(named + more, 2 * 32768);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_moves),
                cmocka_unit_test(test_causes),
                cmocka_unit_test(test_bounds),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
