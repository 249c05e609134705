/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Guests of QEMU's virt machine that move: the map with the target's limit, and the CPU. */

#include "tests/unit/unit.h"

#include <string.h>

#include "guest/answer/answer.h"
#include "probe/cleanup.h"
#include "tests/unit/virt-case.h"

static const struct {
        uint8_t from, to;
        uint64_t ram, size;
        Verdict live;
        const char *numbers;
        Change change;
} moves[] = {
        { 48, 52, 600 * G, 0, VERDICT_SAFE, NULL, {} },
        { 52, 48, 600 * G, 0, VERDICT_SAFE, NULL, {} },
        { 48, 40, 4 * G, 0, VERDICT_SAFE, NULL, {} },
        { 48, 40, 600 * G, 0, VERDICT_UNSAFE, "none on the target", { CHANGE_HIGHMEM_MMIO, 0 } },
        { 40, 48, 600 * G, 0, VERDICT_UNSAFE, "none on the source", { CHANGE_HIGHMEM_MMIO, 0 } },
        { 48, 40, 4 * G, T, VERDICT_UNSAFE, "none on the target", { CHANGE_MMIO_SIZE, 512 * G } },
        { 48, 40, 1024 * G, 0, VERDICT_UNSAFE, "40 bits end at 0xffffffffff", {} },
        { 48, 0, 4 * G, 0, VERDICT_UNKNOWN, NULL, {} },
};

static void test_moves(void **state) {
        for (size_t i = 0; i < ELEMENTS(moves); i++) {
                _cleanup_(migration_done) Migration migration = {};
                _cleanup_(check_done) Check here = {};
                const Check *live = &migration.answers[MIGRATION_LIVE];
                Profile source, target;
                Guest guest;

                print_message("row %zu\n", i);
                virt_host(&source, moves[i].from);
                virt_host(&target, moves[i].to);
                virt_guest(&guest, NULL, true, moves[i].ram, 0, 0);
                guest.virt.highmem_mmio_size = moves[i].size;
                assert_int_equal(check_guest(&guest, &source, &here), 0);
                assert_int_equal(check_migration(&guest, &here, &source, &target, &migration), 0);
                assert_int_equal(live->verdict, moves[i].live);
                if (!moves[i].numbers)
                        continue;
                assert_int_equal(live->findings[0].rule, RULE_MIGRATION);
                assert_non_null(strstr(live->findings[0].numbers, moves[i].numbers));
                assert_int_equal(live->findings[0].changed, moves[i].change.kind != 0);
                if (moves[i].change.kind) {
                        assert_int_equal(live->findings[0].change.kind, moves[i].change.kind);
                        assert_int_equal(live->findings[0].change.value, moves[i].change.value);
                }
        }
}

/* Of equal widths. */
static void test_parts(void **state) {
        static const struct {
                uint16_t part; /* 0: unknown */
                Verdict verdict;
        } rows[] = { { 0xd0c, VERDICT_SAFE }, { 0xd40, VERDICT_WARNING }, { 0, VERDICT_UNKNOWN } };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(migration_done) Migration migration = {};
                _cleanup_(check_done) Check here = {};
                const Check *live = &migration.answers[MIGRATION_LIVE];
                Profile source, target;
                Guest guest;

                virt_host(&source, 48);
                virt_host(&target, 48);
                target.host.part = rows[i].part ? fact_measured(rows[i].part, "test")
                                                : fact_unknown(REASON_ABSENT, "test");
                virt_guest(&guest, NULL, true, 4 * G, 0, 0);
                assert_int_equal(check_verdict(&guest, &source, &here), 0);
                assert_int_equal(check_migration(&guest, &here, &source, &target, &migration), 0);
                assert_int_equal(live->verdict, rows[i].verdict);
                if (rows[i].verdict == VERDICT_WARNING)
                        assert_string_equal(live->findings[0].numbers, "Neoverse N1 and Neoverse V1");
        }
}

static Fact controller(uint8_t version) {
        return version ? fact_measured(version, "test") : fact_unknown(REASON_ABSENT, "test");
}

/* Of equal widths and CPUs. */
static void test_controllers(void **state) {
        static const struct {
                uint8_t said, from, to; /* 0: unknown */
                Verdict verdict;
        } rows[] = {
                { GIC_DEFAULT, 3, 3, VERDICT_SAFE }, { GIC_HOST, 3, 3, VERDICT_SAFE },
                { GIC_HOST, 3, 2, VERDICT_UNSAFE }, { GIC_MAX, 2, 3, VERDICT_UNSAFE },
                { GIC_DEFAULT, 2, 3, VERDICT_UNKNOWN }, { GIC_HOST, 3, 0, VERDICT_UNKNOWN },
                { GIC_DEFAULT, 0, 3, VERDICT_UNKNOWN },
                { 3, 3, 2, VERDICT_UNSAFE }, /* it does not start there */
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(migration_done) Migration migration = {};
                _cleanup_(check_done) Check here = {};
                const Check *live = &migration.answers[MIGRATION_LIVE];
                Profile source, target;
                Guest guest;

                print_message("row %zu\n", i);
                virt_host(&source, 48);
                virt_host(&target, 48);
                source.host.gic_version = controller(rows[i].from);
                target.host.gic_version = controller(rows[i].to);
                virt_guest(&guest, NULL, true, 4 * G, 0, 0);
                guest.virt.gic_version = rows[i].said;
                assert_int_equal(check_verdict(&guest, &source, &here), 0);
                assert_int_equal(check_migration(&guest, &here, &source, &target, &migration), 0);
                assert_int_equal(live->verdict, rows[i].verdict);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_moves),
                cmocka_unit_test(test_parts),
                cmocka_unit_test(test_controllers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
