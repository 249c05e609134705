/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* QEMU's virt machine on arm64 hosts: what is said of what QEMU leaves out, where BARs go, and what helps. Addresses as
 * QEMU, AAVMF and Linux were seen to place them. */

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "guest/answer/answer.h"
#include "guest/rules/run.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"
#include "tests/unit/virt-case.h"

static const CheckFinding *found(const Check *check, Rule rule, Verdict verdict) {
        for (size_t i = 0; i < check->n; i++)
                if (check->findings[i].rule == rule && check->findings[i].verdict == verdict)
                        return &check->findings[i];
        return NULL;
}

static uint64_t bar_of(const Layout *layout, int device) {
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == LAYOUT_BAR && layout->ranges[i].device == device)
                        return layout->ranges[i].start;
        return 0;
}

/* ── BARs ──────────────────────────────────────────────────────────────────────────────────────────────── */

static const struct {
        const char *name;
        FirmwareKind firmware;
        const char *cpu; /* without KVM */
        uint64_t ram;
        Tristate highmem_mmio;
        bool empty_port;
        uint64_t bars[3], places[3]; /* 0: none, or not known */
        Verdict verdict;
        LayoutLeft left;
} bar_rows[] = {
        { "in order", FIRMWARE_AAVMF, "cortex-a57", 4 * G, 0, true, { 16 * G, G, 16 * K },
                        { 0x8000000000, 0x8400000000, 0x8440000000 }, VERDICT_SAFE, LEFT_NONE },
        { "nothing beside 512 GiB", FIRMWARE_AAVMF, "cortex-a57", 4 * G, 0, false, { 512 * G, 16 * K },
                        { 0x8000000000, 0x10200000 }, VERDICT_WARNING, LEFT_SOME },
        { "nor the one of a disk", FIRMWARE_AAVMF, "cortex-a57", 4 * G, 0, false, { 512 * G },
                        { 0x8000000000 }, VERDICT_WARNING, LEFT_SOME },
        { "Linux moves the small one down", FIRMWARE_AAVMF, "cortex-a57", 4 * G, 0, false,
                        { 256 * G, 256 * G, 16 * K }, { 0x8000000000, 0xc000000000, 0x10400000 },
                        VERDICT_WARNING, LEFT_SOME },
        { "no window", FIRMWARE_AAVMF, "cortex-a57", 4 * G, TRISTATE_NO, false, { 16 * G, 16 * K }, { 0 },
                        VERDICT_UNSAFE, LEFT_ALL },
        { "window left out", FIRMWARE_AAVMF, "cortex-a53", 600 * G, 0, false, { 16 * G, 512 * M }, { 0 },
                        VERDICT_UNSAFE, LEFT_ALL },
        { "one behind the other", FIRMWARE_AAVMF, "cortex-a57", 4 * G, 0, false, { 4 * G, 16 * K },
                        { 0x8000000000, 0x8100000000 }, VERDICT_SAFE, LEFT_NONE },
        { "no window, no firmware", FIRMWARE_NONE, "cortex-a57", 4 * G, TRISTATE_NO, false,
                        { 16 * G, 16 * K }, { 0 }, VERDICT_UNSAFE, LEFT_NONE },
        { "too large for 32 bits", FIRMWARE_AAVMF, "cortex-a57", 4 * G, TRISTATE_NO, false,
                        { 512 * M, 16 * K }, { 0 }, VERDICT_UNSAFE, LEFT_SOME },
        { "just small enough", FIRMWARE_AAVMF, "cortex-a57", 4 * G, TRISTATE_NO, false, { 256 * M, 16 * K },
                        { 0 }, VERDICT_SAFE, LEFT_NONE },
        { "the third does not fit", FIRMWARE_AAVMF, "cortex-a57", 4 * G, TRISTATE_NO, false,
                        { 256 * M, 256 * M, 256 * M }, { 0 }, VERDICT_UNSAFE, LEFT_SOME },
};

static void test_bars(void **state) {
        for (size_t i = 0; i < ELEMENTS(bar_rows); i++) {
                _cleanup_(check_done) Check check = {};
                GuestDevice devices[3] = {};
                Profile profile;
                Guest guest;

                virt_host(&profile, 48);
                virt_guest(&guest, devices, false, bar_rows[i].ram, 0, 0);
                guest.firmware.kind = bar_rows[i].firmware;
                snprintf(guest.cpu.model, sizeof(guest.cpu.model), "%s", bar_rows[i].cpu);
                guest.virt.highmem_mmio = bar_rows[i].highmem_mmio;
                for (size_t j = 0; j < 3 && bar_rows[i].bars[j]; j++)
                        virt_add(&guest, "device", bar_rows[i].bars[j]);
                if (bar_rows[i].empty_port)
                        assert_int_equal(guest_add_ports(&guest, &(GuestPort){}, 1), 0);
                assert_int_equal(check_guest(&guest, &profile, &check), 0);
                print_message("%s\n", bar_rows[i].name);
                assert_int_equal(check.verdict, bar_rows[i].verdict);
                assert_int_equal(check.layout.left, bar_rows[i].left);
                for (int j = 0; j < 3; j++)
                        if (bar_rows[i].places[j])
                                assert_int_equal(bar_of(&check.layout, j), bar_rows[i].places[j]);
        }
}

/* ── left out, and what helps ──────────────────────────────────────────────────────────────────────────── */

/* Each finding's change, and then the plan, were tried by a check that does not find it any more. */
static void repeat_with(
                const Guest *guest, const Profile *profile, const Change *changes, size_t n, Rule rule) {
        _cleanup_(check_done) Check again = {};
        Guest changed = *guest;

        for (size_t i = 0; i < n; i++)
                assert_true(change_apply(&changes[i], &changed));
        assert_int_equal(check_verdict(&changed, profile, &again), 0);
        assert_null(found(&again, rule, VERDICT_UNSAFE));
        assert_null(found(&again, rule, VERDICT_WARNING));
}

static const struct {
        uint8_t ipa;
        uint64_t ram, max;
        uint32_t slots;
        uint64_t bar, size; /* of the window; 0: the default */
        Tristate highmem;
        Verdict verdict;   /* of R1 */
        const char *first; /* in the first finding */
        Change change;     /* that resolves it */
} start_rows[] = {
        /* Windows at 512 GiB and 1 TiB. */
        { 40, 510 * G, 0, 0, 16 * G, 0, 0, VERDICT_SAFE, NULL, {} },
        { 40, 511 * G, 0, 0, 0, 0, 0, VERDICT_WARNING, "leaves out the 64-bit PCI window",
                        { CHANGE_HIGHMEM_MMIO, 0 } },
        { 40, 600 * G, 0, 0, 16 * G, 0, 0, VERDICT_UNSAFE, "leaves out the 64-bit PCI window",
                        { CHANGE_RAM, 510 * G } },
        { 40, 600 * G, 0, 0, 0, 0, 0, VERDICT_WARNING, "leaves out the 64-bit PCI window",
                        { CHANGE_HIGHMEM_MMIO, 0 } },
        /* Room for each slot counts though nothing is plugged in. */
        { 40, 4 * G, 1000 * G, 8, 16 * G, 0, 0, VERDICT_UNSAFE, "leaves out the 64-bit PCI window",
                        { CHANGE_MAX_MEMORY, 502 * G } },
        { 40, 4 * G, 506 * G, 8, 16 * G, 0, 0, VERDICT_UNSAFE, "leaves out the 64-bit PCI window",
                        { CHANGE_SLOTS, 4 } },
        /* A larger window can make it vanish. */
        { 40, 4 * G, 0, 0, 16 * G, T, 0, VERDICT_UNSAFE, "leaves out the 64-bit PCI window",
                        { CHANGE_MMIO_SIZE, 512 * G } },
        { 44, 4 * G, 0, 0, 16 * G, 16 * T, 0, VERDICT_UNSAFE, "leaves out the 64-bit PCI window",
                        { CHANGE_MMIO_SIZE, 8 * T } },
        /* It does not start. */
        { 40, 1024 * G, 0, 0, 0, 0, 0, VERDICT_UNSAFE, "address space is too small",
                        { CHANGE_RAM, 510 * G } },
        { 48, 4 * G, 0, 0, 0, 0, TRISTATE_NO, VERDICT_UNSAFE, "address space is too small",
                        { CHANGE_HIGHMEM, 1 } },
        { 36, 64 * G, 0, 0, 0, 0, 0, VERDICT_UNSAFE, "address space is too small", {} },
};

static void test_start(void **state) {
        for (size_t i = 0; i < ELEMENTS(start_rows); i++) {
                _cleanup_(check_done) Check check = {};
                const CheckFinding *f;
                GuestDevice devices[1] = {};
                Profile profile;
                Guest guest;

                print_message("row %zu\n", i);
                virt_host(&profile, start_rows[i].ipa);
                virt_guest(&guest, devices, true, start_rows[i].ram, start_rows[i].max, start_rows[i].slots);
                guest.virt.highmem_mmio_size = start_rows[i].size;
                guest.virt.highmem = start_rows[i].highmem;
                if (start_rows[i].bar)
                        virt_add(&guest, "gpu", start_rows[i].bar);
                assert_int_equal(check_guest(&guest, &profile, &check), 0);
                if (start_rows[i].verdict == VERDICT_SAFE) {
                        assert_int_equal(check.verdict, VERDICT_SAFE);
                        continue;
                }
                /* Said first. */
                f = &check.findings[0];
                assert_int_equal(f->rule, RULE_START);
                assert_int_equal(f->verdict, start_rows[i].verdict);
                assert_non_null(strstr(f->summary, start_rows[i].first));
                if (start_rows[i].change.kind) {
                        assert_true(f->changed);
                        assert_int_equal(f->change.kind, start_rows[i].change.kind);
                        assert_int_equal(f->change.value, start_rows[i].change.value);
                }
                if (f->changed)
                        repeat_with(&guest, &profile, &f->change, 1, RULE_START);
                assert_true(check.plan.n > 0);
                if (check.plan.verdict == VERDICT_SAFE)
                        repeat_with(&guest, &profile, check.plan.changes, check.plan.n, RULE_START);
                /* Of 36 bits, 63 GiB are left, and no window ever. */
                else {
                        assert_int_equal(check.plan.verdict, VERDICT_WARNING);
                        assert_int_equal(check.plan.changes[0].value, 63 * G);
                }
        }
}

/* ── devices ───────────────────────────────────────────────────────────────────────────────────────────── */

/* iommu=smmuv3 with an assigned device does not start; virtio-iommu of any width does. */
static void test_viommu(void **state) {
        static const struct {
                GuestViommu viommu;
                bool iommufd;
                Tristate behind;
                Verdict verdict;
        } rows[] = {
                { { .kind = VIOMMU_SMMUV3 }, false, 0, VERDICT_UNSAFE },
                { { .kind = VIOMMU_SMMUV3 }, true, 0, VERDICT_UNSAFE },
                { { .kind = VIOMMU_SMMUV3, .accel = TRISTATE_YES, .of_bus = true }, true, 0, VERDICT_SAFE },
                { { .kind = VIOMMU_SMMUV3, .accel = TRISTATE_YES, .of_bus = true }, false, 0,
                                VERDICT_UNSAFE },
                { { .kind = VIOMMU_SMMUV3, .of_bus = true }, false, TRISTATE_NO, VERDICT_SAFE },
                { { .kind = VIOMMU_SMMUV3, .of_bus = true }, false, TRISTATE_YES, VERDICT_UNSAFE },
                { { .kind = VIOMMU_SMMUV3, .of_bus = true }, false, 0, VERDICT_WARNING },
                { { .kind = VIOMMU_VIRTIO, .aw_bits = 39 }, false, 0, VERDICT_SAFE },
                { { .kind = VIOMMU_VIRTIO, .aw_bits = 52 }, false, 0, VERDICT_SAFE },
                { { .kind = VIOMMU_VIRTIO, .aw_bits = 64 }, false, 0, VERDICT_SAFE },
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(check_done) Check check = {};
                GuestDevice devices[1] = {};
                Profile profile;
                Guest guest;

                virt_host(&profile, 44);
                virt_guest(&guest, devices, true, 4 * G, 0, 0);
                virt_add(&guest, "nic", 16 * K);
                devices[0].assigned = true;
                devices[0].iommufd = rows[i].iommufd;
                devices[0].behind_viommu = rows[i].behind;
                guest.viommu = rows[i].viommu;
                assert_int_equal(check_verdict(&guest, &profile, &check), 0);
                print_message("row %zu\n", i);
                assert_true(rows[i].verdict == VERDICT_SAFE
                                                ? !found(&check, RULE_VIOMMU, VERDICT_UNSAFE) &&
                                                                !found(&check, RULE_VIOMMU, VERDICT_WARNING)
                                                : found(&check, RULE_VIOMMU, rows[i].verdict) != NULL);
        }
}

/* The low PCI configuration space has 16 buses: the root bus and 15 ports. */
static void test_buses(void **state) {
        for (uint32_t ports = 15; ports <= 16; ports++)
                for (int left_out = 0; left_out < 2; left_out++) {
                        _cleanup_(check_done) Check check = {};
                        Profile profile;
                        Guest guest;

                        virt_host(&profile, 40);
                        virt_guest(&guest, NULL, true, left_out ? 1023 * G : 4 * G, 0, 0);
                        if (!left_out)
                                guest.virt.highmem_ecam = TRISTATE_NO;
                        assert_int_equal(guest_add_ports(&guest, &(GuestPort){}, ports), 0);
                        assert_int_equal(check_verdict(&guest, &profile, &check), 0);
                        assert_true((check.verdict == VERDICT_UNSAFE) == (ports == 16));
                }
}

/* ── hosts ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void test_architectures(void **state) {
        static const struct {
                const char *host;
                bool kvm;
                Verdict verdict;
        } rows[] = { { "aarch64", true, VERDICT_SAFE }, { "x86_64", true, VERDICT_UNSAFE },
                { "x86_64", false, VERDICT_SAFE }, { "riscv64", true, VERDICT_UNSAFE },
                { "", true, VERDICT_UNKNOWN } };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(check_done) Check check = {};
                Profile profile;
                Guest guest;

                virt_host(&profile, 44);
                snprintf(profile.host.architecture, sizeof(profile.host.architecture), "%s", rows[i].host);
                virt_guest(&guest, NULL, rows[i].kvm, 4 * G, 0, 0);
                assert_int_equal(check_verdict(&guest, &profile, &check), 0);
                assert_int_equal(check.verdict, rows[i].verdict);
        }
}

/* Without KVM's limit nothing is said to be safe, nor to be left out. */
static void test_unknown_limit(void **state) {
        _cleanup_(check_done) Check check = {};
        Profile profile;
        Guest guest;

        virt_host(&profile, 0);
        virt_guest(&guest, NULL, true, 600 * G, 0, 0);
        assert_int_equal(check_verdict(&guest, &profile, &check), 0);
        assert_int_equal(check.verdict, VERDICT_UNKNOWN);
        assert_int_equal(check.n, 0);
        assert_int_equal(check.n_missing, 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_bars),
                cmocka_unit_test(test_start),
                cmocka_unit_test(test_viommu),
                cmocka_unit_test(test_buses),
                cmocka_unit_test(test_architectures),
                cmocka_unit_test(test_unknown_limit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
