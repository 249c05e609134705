/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Of drawn guests of QEMU's virt machine: more memory, or a narrower host, never makes one safer; what is said to be safe lies
 * within the width and nowhere overlaps; what is proposed resolves its finding; and a live migration that is said to be safe
 * keeps the map. */

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "guest/answer/answer.h"
#include "guest/rules/run.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"
#include "tests/unit/virt-case.h"

#define DRAWS 20000

typedef struct Case {
        Guest guest;
        GuestDevice devices[3];
        uint8_t ipa;
} Case;

static uint64_t next(uint64_t *state, uint64_t below) {
        uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        return (z ^ z >> 31) % below;
}

static void draw_case(uint64_t seed, Case *ret) {
        static const GuestVersion versions[] = { { 7, 0, 0 }, { 7, 2, 0 }, { 8, 0, 0 }, { 9, 2, 0 },
                { 10, 0, 0 }, { 10, 2, 0 } };
        static const uint8_t limits[] = { 36, 39, 40, 41, 42, 44, 48, 52 };
        uint64_t state = seed, ram;
        Guest *guest = &ret->guest;

        *ret = (Case){ .ipa = limits[next(&state, ELEMENTS(limits))] };
        ram = next(&state, 3) ? (UINT64_C(1) << (30 + next(&state, 18))) - next(&state, 4) * 256 * M
                              : (1 + next(&state, 2000)) * G;
        virt_guest(guest, ret->devices, true, ram, 0, 0);
        if (next(&state, 3) == 0) {
                guest->memory.max = ram + (1 + next(&state, 1024)) * G;
                guest->memory.slots = (uint32_t) next(&state, 9);
        }
        guest->vmm_version = versions[next(&state, ELEMENTS(versions))];
        guest->machine_version = next(&state, 2) ? guest->vmm_version : (GuestVersion){ 7, 0, 0 };
        if (guest->vmm_version.major >= 8) {
                guest->virt.highmem_ecam = next(&state, 4) ? 0 : TRISTATE_NO;
                guest->virt.highmem_redists = next(&state, 4) ? 0 : TRISTATE_NO;
                guest->virt.highmem_mmio = next(&state, 4) ? 0 : TRISTATE_NO;
                guest->virt.compact_highmem = next(&state, 4) ? 0 : TRISTATE_NO;
        }
        if (guest->vmm_version.major >= 10 && next(&state, 3) == 0)
                guest->virt.highmem_mmio_size = 512 * G << next(&state, 6);
        guest->firmware.kind = next(&state, 4) ? FIRMWARE_AAVMF : FIRMWARE_NONE;
        for (uint64_t n = next(&state, 4); n > 0; n--)
                virt_add(guest, "device", UINT64_C(4096) << next(&state, 28));
}

static Verdict verdict_of(const Case *c, uint8_t ipa, uint64_t more) {
        _cleanup_(check_done) Check check = {};
        Case copy = *c;
        Profile host;

        copy.guest.devices = copy.devices;
        copy.guest.memory.ram += more;
        if (copy.guest.memory.max)
                copy.guest.memory.max += more;
        virt_host(&host, ipa);
        assert_int_equal(check_verdict(&copy.guest, &host, &check), 0);
        return check.verdict;
}

static bool is_space(const LayoutRange *range) {
        return range->kind != LAYOUT_BAR;
}

static void hold_layout(const Layout *layout) {
        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *a = &layout->ranges[i];

                assert_true(a->end <= width_end(layout->phys_bits));
                for (size_t j = i + 1; j < layout->n; j++) {
                        const LayoutRange *b = &layout->ranges[j];
                        const bool apart = a->end < b->start || b->end < a->start;

                        assert_true(apart || is_space(a) != is_space(b));
                }
        }
}

static void hold_changes(Case *c, const Profile *host, const Check *check) {
        for (size_t i = 0; i < check->n; i++) {
                const CheckFinding *finding = &check->findings[i];
                _cleanup_(check_done) Check again = {};
                Guest changed = c->guest;

                if (!finding->changed)
                        continue;
                assert_true(change_apply(&finding->change, &changed));
                assert_int_equal(check_verdict(&changed, host, &again), 0);
                for (size_t j = 0; j < again.n; j++)
                        assert_true(again.findings[j].rule != finding->rule ||
                                        again.findings[j].verdict == VERDICT_SAFE);
        }
}

static void hold_move(Case *c, const Profile *from, const Check *here, uint8_t ipa) {
        _cleanup_(migration_done) Migration migration = {};
        Layout there = {};
        LayoutHost host;
        Profile to;

        virt_host(&to, ipa);
        assert_int_equal(check_migration_findings(&c->guest, here, from, &to, &migration), 0);
        if (migration.answers[MIGRATION_LIVE].verdict != VERDICT_SAFE || !here->layout.starts)
                return;
        check_layout_host(&to, &host);
        assert_int_equal(layout_derive(&c->guest, &host, &there), 0);
        assert_int_equal(there.n, here->layout.n);
        for (size_t i = 0; i < there.n; i++) {
                assert_int_equal(there.ranges[i].start, here->layout.ranges[i].start);
                assert_int_equal(there.ranges[i].end, here->layout.ranges[i].end);
        }
        layout_done(&there);
}

static void test_drawn(void **state) {
        size_t safe = 0, unsafe = 0;

        for (uint64_t i = 0; i < DRAWS; i++) {
                _cleanup_(check_done) Check check = {};
                uint64_t seed = i * 77;
                Profile host;
                Case c;

                draw_case(seed, &c);
                c.guest.devices = c.devices;
                virt_host(&host, c.ipa);
                assert_int_equal((i % 4 ? check_verdict : check_guest)(&c.guest, &host, &check), 0);
                safe += check.verdict == VERDICT_SAFE;
                unsafe += check.verdict == VERDICT_UNSAFE;
                if (verdict_of(&c, c.ipa, (1 + next(&seed, 512)) * G) < check.verdict ||
                                verdict_of(&c, (uint8_t) (c.ipa - 1), 0) < check.verdict)
                        fail_msg("draw %u: more memory or fewer bits make it safer", (unsigned) i);
                if (check.verdict == VERDICT_SAFE)
                        hold_layout(&check.layout);
                hold_changes(&c, &host, &check);
                hold_move(&c, &host, &check, (uint8_t) (36 + next(&seed, 17)));
        }
        print_message("%zu safe, %zu unsafe\n", safe, unsafe);
        assert_true(safe > DRAWS / 20 && unsafe > DRAWS / 20);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_drawn),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
