/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "fleet/class.h"
#include "fleet/summary.h"
#include "profile/field/tables.h"
#include "tests/unit/quiet-host.h"

#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* As docs/fleet.md describes it; made by hand. */
static const char whole[] =
                "{\"schema\": \"hawd-summary/1\","
                " \"host\": {\"machineId\": \"0123456789abcdef0123456789abcdef\", \"hostname\": \"node\", \"kernel\": null,"
                "  \"architecture\": \"x86_64\", \"virtualised\": \"none\", \"cpuVendor\": \"GenuineIntel\","
                "  \"cpuModelName\": null},"
                " \"widths\": {\"cpuPhysicalBits\": {\"value\": 46, \"reason\": null},"
                "  \"hostPhysicalBits\": {\"value\": 46, \"reason\": null},"
                "  \"guestPhysicalBits\": {\"value\": 46, \"reason\": null},"
                "  \"guestMappableBits\": {\"value\": 0, \"reason\": null},"
                "  \"iovaBits\": {\"value\": null, \"reason\": \"absent\"},"
                "  \"linearBits\": {\"value\": 64, \"reason\": null},"
                "  \"safeGuestBits\": {\"value\": 0, \"reason\": null},"
                "  \"safeGuestBitsWithDevices\": {\"value\": null, \"reason\": \"permission\"}},"
                " \"class\": \"" KEY "\", \"pool\": null, \"digest\": \"" KEY "\","
                " \"findings\": [\"iommu-absent\", \"of-a-newer-version\"], \"newer\": {\"member\": 1}}";

static json_t *document(void) {
        json_t *json = json_loads(whole, 0, NULL);

        assert_non_null(json);
        return json;
}

static void test_read(void **state) {
        json_t *json = document(), *again;
        Summary summary = {};
        JsonError error;

        assert_int_equal(summary_read(json, &summary, &error), 0);
        assert_string_equal(summary.hostname, "node");
        assert_string_equal(summary.kernel, "");
        assert_string_equal(summary.class_key, KEY);
        assert_string_equal(summary.pool_key, "");
        assert_true(fact_known(&summary.widths.safe_guest_bits));
        assert_int_equal(summary.widths.safe_guest_bits.value, 0);
        /* Zero is a value, unknown is none. */
        assert_true(fact_known(&summary.widths.guest_mappable_bits));
        assert_false(fact_known(&summary.widths.iova_bits));
        assert_int_equal(summary.widths.iova_bits.reason, REASON_ABSENT);
        assert_int_equal(summary.widths.safe_guest_bits_with_devices.reason, REASON_PERMISSION);
        assert_int_equal(summary.n_findings, 2);
        assert_string_equal(summary.findings[1], "of-a-newer-version");
        /* And written again, but for what this version does not know. */
        again = summary_json(&summary);
        json_object_del(json, "newer");
        assert_true(json_equal(json, again));
        json_decref(again);
        json_decref(json);
        summary_done(&summary);
}

/* One thing wrong at a time: MEMBER (of PARENT, if any) is replaced by JSON, or removed if that is NULL. */
static void test_refused(void **state) {
        static const struct {
                const char *parent, *member, *json, *expected;
        } cases[] = {
                { NULL, "schema", "\"hawd-summary/2\"", "schema: expected \"hawd-summary/1\"" },
                { NULL, "schema", "\"hawd-profile/1\"", "schema: expected \"hawd-summary/1\"" },
                { NULL, "widths", NULL, "widths: missing" },
                { NULL, "widths", "[]", "widths: expected an object" },
                { NULL, "class", "null", "class: expected 64 lower-case hexadecimal digits" },
                { NULL, "class", "\"0123\"", "class: expected 64 lower-case hexadecimal digits" },
                { NULL, "pool", "\"" KEY "0\"", "pool: expected 64 lower-case hexadecimal digits" },
                { NULL, "pool", "1", "pool: expected 64 lower-case hexadecimal digits" },
                { NULL, "pool", NULL, "pool: missing" },
                { NULL, "digest", "null", "digest: expected 64 lower-case hexadecimal digits" },
                { NULL, "findings", "{}", "findings: expected an array" },
                { "host", "hostname", "\"a\\u001bb\"",
                                "host.hostname: expected a string of at most 64 bytes, without control characters" },
                { "host", "machineId", "\"" KEY "\"",
                                "host.machineId: expected a string of at most 32 bytes, without control characters" },
                { "widths", "iovaBits", NULL, "widths.iovaBits: missing" },
                { "widths", "iovaBits", "39", "widths.iovaBits: expected an object" },
                { "widths", "iovaBits", "{\"value\": 39}", "widths.iovaBits.reason: missing" },
                { "widths", "iovaBits", "{\"value\": 65, \"reason\": null}",
                                "widths.iovaBits.value: expected an integer from 0 to 64" },
                { "widths", "iovaBits", "{\"value\": -1, \"reason\": null}",
                                "widths.iovaBits.value: expected an integer from 0 to 64" },
                { "widths", "safeGuestBits", "{\"value\": 46, \"reason\": null}",
                                "widths: safeGuestBits is not the smaller of guestPhysicalBits and guestMappableBits" },
                { "widths", "guestPhysicalBits", "{\"value\": null, \"reason\": \"permission\"}",
                                "widths: safeGuestBits is not the smaller of guestPhysicalBits and guestMappableBits" },
                { "widths", "safeGuestBitsWithDevices", "{\"value\": 0, \"reason\": null}",
                                "widths: safeGuestBitsWithDevices is not the smaller of safeGuestBits and iovaBits" },
                /* Known with a reason, and unknown without one. */
                { "widths", "iovaBits", "{\"value\": 39, \"reason\": \"absent\"}",
                                "widths.iovaBits.value: expected null" },
                { "widths", "iovaBits", "{\"value\": null, \"reason\": null}",
                                "widths.iovaBits.value: expected an integer from 0 to 64" },
                { "widths", "iovaBits", "{\"value\": null, \"reason\": \"none\"}",
                                "widths.iovaBits.reason: expected a reason (\"absent\", \"permission\", …) or null" },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                json_t *json = document(),
                       *parent = cases[i].parent ? json_object_get(json, cases[i].parent) : json;
                Summary summary = {};
                JsonError error = {};

                if (cases[i].json)
                        json_object_set_new(parent, cases[i].member,
                                        json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
                else
                        json_object_del(parent, cases[i].member);
                if (summary_read(json, &summary, &error) != -EINVAL ||
                                strcmp(error.text, cases[i].expected) != 0)
                        fail_msg("%s = %s: '%s'", cases[i].member, cases[i].json ? cases[i].json : "nothing",
                                        error.text);
                json_decref(json);
                summary_done(&summary);
        }
}

static void test_not_an_object(void **state) {
        json_t *json = json_array();
        Summary summary = {};
        JsonError error = {};

        assert_int_equal(summary_read(json, &summary, &error), -EINVAL);
        assert_string_equal(error.text, "expected an object");
        json_decref(json);
}

/* Of a summary: what it says of the pool, and what it says of the host. */
static bool pool_of(const Summary *summary, char ret[static CLASS_KEY_SIZE]) {
        _cleanup_(host_class_done) HostClass class = {};
        _cleanup_free_ char *text = NULL;
        size_t n;

        assert_int_equal(host_class_pack_summary(summary, &text, &n), 0);
        assert_int_equal(host_class_unpack(text, n, &class), 0);
        return host_class_pool(&class, ret);
}

/* A summary and a profile with the same pool are in it together; a key is not believed against the widths. */
static void test_pool_of_summary(void **state) {
        _cleanup_(host_class_done) HostClass class = {};
        _cleanup_(summary_done) Summary told = {};
        char pool[CLASS_KEY_SIZE], other[CLASS_KEY_SIZE];
        Summary forged;
        QuietHost host;

        quiet_host_init(&host);
        strcpy(host.profile.host.vendor_name, "GenuineIntel");
        strcpy(host.profile.host.architecture, "x86_64");
        host.profile.widths.iova_bits = fact_measured(46, "test");
        host.profile.groups_reason = REASON_NONE;
        host.profile.paging.la57_capable = fact_measured(0, "test");
        assert_int_equal(host_class(&host.profile, &class), 0);
        assert_int_equal(summary_make(&host.profile, &told), 0);
        assert_true(host_class_pool(&class, pool));
        assert_true(pool_of(&told, other));
        assert_string_equal(pool, other);

        forged = told;
        forged.widths.guest_physical_bits.value = 39;
        assert_true(pool_of(&forged, other));
        assert_string_not_equal(pool, other);
        forged = told;
        forged.widths.guest_mappable_bits.value = 39;
        assert_true(pool_of(&forged, other));
        assert_string_not_equal(pool, other);
        forged = told;
        forged.widths.iova_bits = fact_unknown(REASON_ABSENT, "test");
        assert_true(pool_of(&forged, other));
        assert_string_not_equal(pool, other);
        forged = told;
        strcpy(forged.vendor_name, "AuthenticAMD");
        assert_true(pool_of(&forged, other));
        assert_string_not_equal(pool, other);
        forged = told;
        strcpy(forged.architecture, "i686");
        assert_true(pool_of(&forged, other));
        assert_string_not_equal(pool, other);

        /* Unknown is in no pool. */
        forged = told;
        forged.widths.guest_physical_bits = fact_unknown(REASON_PERMISSION, "test");
        assert_false(pool_of(&forged, other));
        forged = told;
        forged.widths.guest_mappable_bits.value = 0;
        assert_false(pool_of(&forged, other));
        forged = told;
        forged.widths.iova_bits = fact_unknown(REASON_PERMISSION, "test");
        assert_false(pool_of(&forged, other));
        forged = told;
        *forged.vendor_name = 0;
        assert_false(pool_of(&forged, other));
        forged = told;
        *forged.architecture = 0;
        assert_false(pool_of(&forged, other));
        forged = told;
        *forged.pool_key = 0;
        assert_false(pool_of(&forged, other));
}

/* A width that hawd publishes is in the summary, too, by the same name. */
static void test_all_widths(void **state) {
        const Field *widths = field_find(&summary_table, "widths");
        size_t n = 0;

        for (size_t i = 0; i < widths_table.n; i++) {
                const Field *published = &widths_table.fields[i], *field;

                if (!(published->flags & FIELD_BUS))
                        continue;
                field = field_find(widths->table, published->key);
                if (!field)
                        fail_msg("no %s", published->key);
                assert_int_equal(field->offset, published->offset);
                n++;
        }
        assert_int_equal(n, widths->table->n);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_read),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_not_an_object),
                cmocka_unit_test(test_pool_of_summary),
                cmocka_unit_test(test_all_widths),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
