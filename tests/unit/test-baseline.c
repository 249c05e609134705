/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "fleet/baseline-document.h"
#include "tests/unit/fleet-rows.h"

#define MAKE(baseline, ...)                                         \
        _cleanup_(baseline_done) Baseline baseline = {};            \
        const FleetRow rows_[] = { __VA_ARGS__ };                   \
        FleetRows source = { .rows = rows_ };                       \
        const BaselineFleet fleet = { .n_classes = ELEMENTS(rows_), \
                .get = fleet_rows_get,                              \
                .host = fleet_rows_host,                            \
                .userdata = &source };                              \
        assert_int_equal(baseline_make(&fleet, &baseline), 0)

static void check_step(const BaselineStep *step, unsigned from, unsigned bits, uint64_t cannot,
                uint64_t lost, size_t n, const uint32_t *classes) {
        assert_int_equal(step->from, from);
        assert_int_equal(step->bits, bits);
        assert_int_equal(step->cannot, cannot);
        assert_int_equal(step->lost, lost);
        assert_int_equal(step->n_classes, n);
        assert_memory_equal(step->classes, classes, n * sizeof(*classes));
}

#define STEP(step, from, bits, cannot, lost, ...)                                                           \
        check_step((step), (from), (bits), (cannot), (lost), ELEMENTS(((const uint32_t[]){ __VA_ARGS__ })), \
                        (const uint32_t[]){ __VA_ARGS__ })

/* 4,096 hosts: 3,060 with 46 bits, 1,024 with 48, and 12 of 46 bits with a 39-bit IOMMU. */
#define THREE                                                                         \
        { 3060, 46, 46, 46, 46, 48, GROUPS }, { 1024, 48, 48, 48, 48, 48, GROUPS }, { \
                12, 46, 46, 46, 46, 39, GROUPS                                        \
        }

static void test_ladder(void **state) {
        MAKE(baseline, THREE);
        const BaselineWidth *guest = &baseline.guest, *devices = &baseline.with_devices;

        assert_int_equal(baseline.hosts, 4096);
        assert_int_equal(guest->bits, 46);
        assert_int_equal(guest->limits[LIMIT_CPU], 3072);
        assert_int_equal(guest->n_steps, 1);
        STEP(&guest->steps[0], 46, 48, 3072, 3072, 0, 2);
        assert_int_equal(devices->bits, 39);
        assert_int_equal(devices->limits[LIMIT_IOMMU], 12);
        assert_int_equal(devices->limits[LIMIT_CPU], 0);
        assert_int_equal(devices->n_steps, 2);
        STEP(&devices->steps[0], 39, 46, 12, 12, 2);
        STEP(&devices->steps[1], 46, 48, 3072, 3060, 0);
        assert_int_equal(devices->unknown + baseline.impossible, 0);
}

static void test_for_width(void **state) {
        MAKE(baseline, THREE);
        BaselineBelow below = baseline_below(&baseline.with_devices, 47);

        assert_int_equal(below.cannot, 3072);
        assert_int_equal(below.n_classes, 2);
        /* By width: 39, then 46. */
        assert_int_equal(below.classes[0], 2);
        assert_int_equal(below.classes[1], 0);
        assert_int_equal(baseline_below(&baseline.with_devices, 39).cannot, 0);
        assert_int_equal(baseline_below(&baseline.with_devices, 64).cannot, 4096);
        assert_int_equal(baseline_below(&baseline.guest, 1).n_classes, 0);
}

/* A width that is unknown is neither zero nor wide: there is no baseline, and these hosts are on no step. */
static void test_unknown(void **state) {
        MAKE(baseline, { 5, 46, 46, 46, 46, 48, GROUPS },
                        { 2, 52, 52, 52, 48, GROUPS, .reason = REASON_PERMISSION, .name = "p" },
                        { .hosts = 1, .reason = REASON_ABSENT, .iova = 48, .name = "a", GROUPS });

        assert_int_equal(baseline.guest.bits, 0);
        assert_int_equal(baseline.guest.known, 46);
        assert_int_equal(baseline.guest.unknown, 1);
        STEP(&baseline.guest.steps[0], 46, 48, 5, 5, 0);
        assert_int_equal(baseline.guest.steps[0].unknown, 1);
        assert_int_equal(baseline.with_devices.bits, 0);
        assert_int_equal(baseline.with_devices.known, 46);
        assert_int_equal(baseline.with_devices.unknown, 3);
        assert_int_equal(baseline.with_devices.n_steps, 0);
        assert_int_equal(baseline.n_gaps, 3);
        assert_int_equal(baseline.gaps[0].what, GAP_IOVA);
        assert_int_equal(baseline.gaps[0].reason, REASON_PERMISSION);
        assert_int_equal(baseline.gaps[0].hosts, 2);
        assert_string_equal(baseline.gaps[0].examples.hosts[0].name, "p");
        assert_int_equal(baseline.gaps[1].what, GAP_GUEST_MAPPABLE);
        assert_int_equal(baseline.gaps[2].what, GAP_GUEST_PHYSICAL);
        assert_int_equal(baseline.gaps[2].reason, REASON_ABSENT);
}

/* Without an IOMMU, and where no group can be assigned, a device is impossible, which is known. */
static void test_impossible(void **state) {
        MAKE(baseline, { 7, 46, 46, 46, 46, .reason = REASON_ABSENT, .name = "none" },
                        { 4, 46, 46, 46, 46, 39,
                                        .groups = { GROUP(false, BRIDGES_ONLY),
                                                        GROUP(false, NO_INTERRUPT_REMAPPING) } },
                        { 3, 46, 46, 46, 46, 39, .groups = { GROUP(false, BRIDGES_ONLY) } },
                        { 2, 46, 46, 46, 46, 48 },
                        { 1, 46, 46, 46, 46, 42,
                                        .groups = { GROUP(false, BRIDGES_ONLY), GROUP(true, NONE) } });
        static const Obstacle order[] = { OBSTACLE_NO_IOMMU, OBSTACLE_NO_INTERRUPT_REMAPPING,
                OBSTACLE_BRIDGES_ONLY, OBSTACLE_NO_GROUPS };

        assert_int_equal(baseline.impossible, 16);
        assert_int_equal(baseline.with_devices.hosts, 1);
        assert_int_equal(baseline.with_devices.bits, 42);
        assert_int_equal(baseline.with_devices.n_steps, 0);
        assert_int_equal(baseline.guest.hosts, 17);
        assert_int_equal(baseline.n_gaps, 0);
        assert_int_equal(baseline.n_obstacles, ELEMENTS(order));
        for (size_t i = 0; i < ELEMENTS(order); i++)
                assert_int_equal(baseline.obstacles[i].why, order[i]);
        assert_string_equal(baseline.obstacles[0].examples.hosts[0].name, "none");
}

static void test_no_devices_anywhere(void **state) {
        MAKE(baseline, { 9, 40, 40, 40, 40, .reason = REASON_ABSENT });

        assert_int_equal(baseline.guest.bits, 40);
        assert_int_equal(baseline.with_devices.hosts, 0);
        assert_int_equal(baseline.with_devices.bits, 0);
        assert_int_equal(baseline.with_devices.known, 0);
        assert_int_equal(baseline.impossible, 9);
}

/* Some hosts of a class may be narrower by a setting of their firmware, others by their model. */
static void test_firmware(void **state) {
        MAKE(baseline, { 10, 46, 46, 46, 46, 48, GROUPS, .narrowed = 4 },
                        { 5, 52, 52, 52, 52, 48, GROUPS, .narrowed = 5 });

        assert_int_equal(baseline.guest.limits[LIMIT_FIRMWARE], 4);
        assert_int_equal(baseline.guest.limits[LIMIT_CPU], 6);
        assert_int_equal(baseline_limited(&baseline.classes[1], baseline.classes[1].standing.device_limits,
                                         LIMIT_FIRMWARE),
                        0);
}

static void test_encryption(void **state) {
        MAKE(baseline, { 3, 48, 43, 48, 48, 48, GROUPS, .encryption = 5 },
                        { 2, 48, 47, 47, 47, 48, GROUPS, .encryption = 1, .shadow = true });

        assert_int_equal(baseline.encryption.hosts, 5);
        assert_int_equal(baseline.encryption.limiting, 2);
        assert_int_equal(baseline.encryption.least, 1);
        assert_int_equal(baseline.encryption.most, 5);
        assert_int_equal(baseline.guest.limits[LIMIT_ENCRYPTION], 2);
}

/* Cut off at the width of guests with devices; a host counts once for what it reserves of a region. */
static void test_regions(void **state) {
        MAKE(baseline,
                        { 6, 46, 46, 46, 46, 40, GROUPS,
                                        .reserved = { { 0xfee00000, 0xfeefffff },
                                                        { 0xfd00000000, 0xffffffffff } } },
                        { 4, 46, 46, 46, 46, 46, GROUPS,
                                        .reserved = { { 0x7a000000, 0x7bffffff }, { 0x7c000000, 0x7fffffff },
                                                        { 0xff000000000, 0xfffffffffff } } },
                        { 1, 46, 46, 46, 46, 46,
                                        .groups = { { .id = 1,
                                                        .assignable = TRISTATE_YES,
                                                        .regions_reason = REASON_PERMISSION } },
                                        .reserved = { { 0x1000, 0x1fff } } });
        static const BaselineRegion expected[] = {
                { 0x7a000000, 0x7fffffff, 4 },
                { 0xfee00000, 0xfeefffff, 6 },
                { 0xfd00000000, 0xffffffffff, 6 },
        };

        assert_int_equal(baseline.reserved.bits, 40);
        assert_int_equal(baseline.reserved.unknown, 1);
        assert_int_equal(baseline.reserved.n, ELEMENTS(expected));
        assert_memory_equal(baseline.reserved.regions, expected, sizeof(expected));
        assert_int_equal(baseline.gaps[0].what, GAP_RESERVED);
}

/* A region that goes beyond the width ends there. */
static void test_region_cut(void **state) {
        MAKE(baseline, { 1, 36, 36, 36, 36, 39, GROUPS, .reserved = { { 0xf00000000, 0xfffffffffff } } });

        assert_int_equal(baseline.reserved.n, 1);
        assert_int_equal(baseline.reserved.regions[0].end, 0xfffffffff);
}

static void test_pools(void **state) {
#define SAME 46, 46, 46, 46, 46, GROUPS
        MAKE(baseline, { 8, SAME, .pool = "b", .name = "one" }, { 6, SAME, .pool = "a" },
                        { 5, SAME, .pool = "a", .name = "two" }, { 4, SAME, .name = "three" },
                        { 3, SAME, .pool = "b", .name = "four" });

        assert_int_equal(baseline.n_pools, 2);
        /* Both have 11 hosts: the one with the larger class is first. */
        assert_int_equal(baseline.pools[0].hosts, 11);
        assert_int_equal(baseline.pools[0].n_classes, 2);
        assert_int_equal(baseline.pools[0].classes[0], 0);
        assert_int_equal(baseline.pools[0].classes[1], 4);
        assert_string_equal(baseline.pools[0].examples.hosts[1].name, "four");
        assert_int_equal(baseline.pools[1].classes[0], 1);
        assert_int_equal(baseline.classes[2].pool, 1);
        assert_int_equal(baseline.classes[3].pool, -1);
        assert_int_equal(baseline.without_pool, 4);
        assert_string_equal(baseline.pool_examples.hosts[0].name, "three");
}

/* No guest runs on both architectures, however wide. */
static void test_architectures(void **state) {
        MAKE(baseline, { .hosts = 2, .physical = 46, .mappable = 46, .iova = 46, GROUPS },
                        { .hosts = 1,
                                        .physical = 40,
                                        .mappable = 40,
                                        .iova = 48,
                                        GROUPS,
                                        .architecture = "aarch64" });

        assert_true(baseline_mixed(&baseline.architectures));
        assert_false(baseline_mixed(&baseline.vendors));
        assert_int_equal(baseline.guest.bits, 0);
        assert_int_equal(baseline.guest.known, 40);
        assert_string_equal(baseline.architectures.counts[0].name, "x86_64");
        assert_int_equal(baseline.architectures.counts[1].hosts, 1);
}

/* A summary has widths; nothing else is known of the host. */
static void test_summary(void **state) {
        MAKE(baseline, { 3, 46, 46, 46, 46, 39, .summary = true });

        assert_int_equal(baseline.summaries, 3);
        assert_int_equal(baseline.with_devices.bits, 39);
        assert_int_equal(baseline.impossible, 0);
        assert_int_equal(baseline.n_gaps, 1);
        assert_int_equal(baseline.gaps[0].what, GAP_PROFILE);
        assert_int_equal(baseline.reserved.unknown, 3);
}

static void test_summary_without_devices(void **state) {
        MAKE(baseline, { 3, 46, 46, 46, 46, 39, .summary = true, .refused = true });

        assert_int_equal(baseline.guest.bits, 46);
        assert_int_equal(baseline.with_devices.bits, 0);
        assert_int_equal(baseline.with_devices.unknown, 0);
        assert_int_equal(baseline.impossible, 3);
}

static int append(const char *text, size_t n, void *userdata) {
        json_t *string = userdata;
        char *all = NULL;

        if (asprintf(&all, "%s%.*s", json_string_value(string), (int) n, text) < 0)
                return -ENOMEM;
        json_string_set(string, all);
        free(all);
        return 0;
}

static void test_document(void **state) {
        MAKE(baseline, THREE);
        json_t *text = json_string(""), *document, *step;

        assert_int_equal(baseline_write(&baseline, &fleet, &(BaselineRequest){ .for_width = 47 },
                                         JSON_LAYOUT_SHORT, append, text),
                        0);
        document = json_loads(json_string_value(text), JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(document);
        assert_int_equal(json_object_size(document), baseline_table.n);
        step = json_array_get(json_object_get(json_object_get(document, "withDevices"), "ladder"), 0);
        assert_int_equal(json_integer_value(json_object_get(step, "bits")), 46);
        assert_int_equal(json_integer_value(json_array_get(json_object_get(step, "classes"), 0)), 2);
        assert_int_equal(json_array_size(json_object_get(document, "classes")), 3);
        assert_int_equal(json_integer_value(json_object_get(
                                         json_object_get(json_object_get(document, "forWidth"), "guest"),
                                         "cannot")),
                        3072);
        json_decref(document);
        json_decref(text);
}

static int refuse(const char *text, size_t n, void *userdata) {
        return -ENOSPC;
}

static void test_errors(void **state) {
        Baseline none = {};
        MAKE(baseline, THREE);

        assert_int_equal(baseline_write(&baseline, &fleet, &(BaselineRequest){}, JSON_LAYOUT_PRETTY, refuse,
                                         NULL),
                        -ENOSPC);
        source.error = -EIO;
        assert_int_equal(baseline_make(&fleet, &none), -EIO);
        assert_int_equal(none.n_classes, 0);
        json_t *text = json_string("");
        assert_int_equal(baseline_write(&baseline, &fleet, &(BaselineRequest){}, JSON_LAYOUT_SHORT, append,
                                         text),
                        -EIO);
        json_decref(text);
}

static void test_no_class(void **state) {
        _cleanup_(baseline_done) Baseline baseline = {};

        assert_int_equal(baseline_make(&(BaselineFleet){ .get = fleet_rows_get }, &baseline), 0);
        assert_int_equal(baseline.hosts + baseline.guest.known + baseline.n_pools + baseline.reserved.n, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_ladder),
                cmocka_unit_test(test_for_width),
                cmocka_unit_test(test_unknown),
                cmocka_unit_test(test_impossible),
                cmocka_unit_test(test_no_devices_anywhere),
                cmocka_unit_test(test_firmware),
                cmocka_unit_test(test_encryption),
                cmocka_unit_test(test_regions),
                cmocka_unit_test(test_region_cut),
                cmocka_unit_test(test_pools),
                cmocka_unit_test(test_architectures),
                cmocka_unit_test(test_summary),
                cmocka_unit_test(test_summary_without_devices),
                cmocka_unit_test(test_document),
                cmocka_unit_test(test_errors),
                cmocka_unit_test(test_no_class),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
