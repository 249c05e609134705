/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "guest/answer/answer.h"
#include "guest/rules/run.h"
#include "guest/vmm/vmm.h"
#include "tests/unit/drawn-guest.h"
#include "tests/unit/quiet-host.h"

#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)
#define DRAWS 20000

static void overlaps(const Guest *guest, const LayoutHost *host, OverlapEffect effect, LayoutKind memory,
                uint64_t memory_end, LayoutKind device, uint64_t device_start) {
        LayoutOverlap found[8];
        Layout layout = {};
        size_t n;

        assert_int_equal(layout_derive(guest, host, &layout), 0);
        assert_true(layout.starts);
        n = layout_overlaps(guest, &layout, found, ELEMENTS(found));
        if (effect == OVERLAP_NONE) {
                assert_int_equal(n, 0);
        } else {
                assert_int_equal(n, 1);
                assert_int_equal(found[0].effect, effect);
                assert_int_equal(found[0].memory->kind, memory);
                assert_int_equal(found[0].memory->end, memory_end);
                assert_int_equal(found[0].device->kind, device);
                assert_int_equal(found[0].device->start, device_start);
        }
        layout_done(&layout);
}

static Guest epyc(uint64_t ram, FirmwareKind kind, GuestVersion version) {
        return (Guest){ .machine = MACHINE_Q35,
                .vmm_version = { 7, 2, 0 },
                .kvm = true,
                .cpu = { .model = "EPYC", .width_mode = WIDTH_EXPLICIT, .phys_bits = 40 },
                .memory = { .ram = ram },
                .firmware = { .kind = kind, .version = version } };
}

/* 40 bits: a window of 128 GiB at the top lies in the HyperTransport hole, from 0xfd00000000 on, and moves 128 GiB down, to
 * 768 GiB. 800 GiB of RAM, 2 of them below 4 GiB, end at 802. Seen: QEMU 7.2 with SeaBIOS 1.16.3 shows RAM there. */
static void test_hypertransport(void **state) {
        LayoutHost host = { CPU_VENDOR_AMD, 48, 0, TRISTATE_NO, TRISTATE_YES };
        GuestDevice gpu = { .n_bars = 1, .bars = { { 1, 16 * G, true, true, false } } };
        static const GuestVersion seabios[] = { { 1, 16, 3 }, { 1, 17, 0 } };
        Guest guest;

        for (size_t i = 0; i < ELEMENTS(seabios); i++) {
                guest = epyc(800 * G, FIRMWARE_SEABIOS, seabios[i]);
                /* Without a device of the description's the machine's own come to lie there. */
                overlaps(&guest, &host, OVERLAP_HIDDEN, LAYOUT_RAM, 802 * G - 1, LAYOUT_WINDOW64, 768 * G);
                guest.devices = &gpu;
                guest.n_devices = 1;
                overlaps(&guest, &host, OVERLAP_HIDDEN, LAYOUT_RAM, 802 * G - 1, LAYOUT_BAR, 768 * G);
                guest.memory.ram = 766 * G;
                overlaps(&guest, &host, OVERLAP_NONE, 0, 0, 0, 0);
        }
        /* OVMF does the same from 202302 on, and 202211 leaves its window where it is. */
        guest = epyc(800 * G, FIRMWARE_OVMF, (GuestVersion){ 202302 });
        overlaps(&guest, &host, OVERLAP_HIDDEN, LAYOUT_RAM, 802 * G - 1, LAYOUT_WINDOW64, 768 * G);
        guest.firmware.version.major = 202211;
        overlaps(&guest, &host, OVERLAP_NONE, 0, 0, 0, 0);
        /* 896 to 1024 GiB: four BARs of 32 GiB, the last from 992 on, over what the map reserves from 1012 on. */
        gpu.n_bars = 4;
        for (uint8_t i = 0; i < 4; i++)
                gpu.bars[i] = (GuestBar){ i, 32 * G, true, true, false };
        guest.devices = &gpu;
        guest.n_devices = 1;
        overlaps(&guest, &host, OVERLAP_RESERVED, LAYOUT_RESERVED, 1024 * G - 1, LAYOUT_BAR, 992 * G);
}

/* Memory that no firmware is told of without a hot-plug region: CXL, and SGX, which SeaBIOS looks for only at the top. 6 GiB
 * end at 8 GiB, and the classic window of 32 GiB starts at 32 GiB; SeaBIOS' right after RAM. */
static void test_untold(void **state) {
        LayoutHost host = { CPU_VENDOR_INTEL, 46, 0, TRISTATE_NO, TRISTATE_YES };
        GuestDevice gpu = { .n_bars = 1, .bars = { { 1, 16 * G, true, true, false } } };
        Guest guest = { .machine = MACHINE_Q35,
                .vmm_version = { 9, 0, 0 },
                .kvm = true,
                .cpu = { .model = "Skylake-Server", .width_mode = WIDTH_EXPLICIT, .phys_bits = 39 },
                .memory = { .ram = 6 * G, .n_cxl = 1, .cxl = { 40 * G } },
                .firmware = { .kind = FIRMWARE_OVMF, .version = { 202208 } },
                .devices = &gpu,
                .n_devices = 1 };

        overlaps(&guest, &host, OVERLAP_HIDDEN, LAYOUT_CXL, 48 * G + 256 * M - 1, LAYOUT_BAR, 32 * G);
        /* With one it is told where all of it ends: 49 GiB, so the window starts at 64. */
        guest.memory.max = 7 * G;
        overlaps(&guest, &host, OVERLAP_NONE, 0, 0, 0, 0);
        guest.memory = (GuestMemory){ .ram = 6 * G, .sgx_epc = 32 * G };
        guest.firmware = (GuestFirmware){ .kind = FIRMWARE_SEABIOS, .version = { 1, 16, 2 } };
        overlaps(&guest, &host, OVERLAP_HIDDEN, LAYOUT_SGX, 40 * G - 1, LAYOUT_BAR, 16 * G);
}

/* Machine types before 2.5 tell firmware where the hot-plug region starts, and not where it ends: 8 GiB on, 40 GiB long. */
static void test_hotplug(void **state) {
        LayoutHost host = { CPU_VENDOR_INTEL, 46, 0, TRISTATE_NO, TRISTATE_YES };
        GuestDevice gpu = { .n_bars = 1, .bars = { { 1, 16 * G, true, true, false } } };
        Guest guest = { .machine = MACHINE_Q35,
                .vmm_version = { 7, 2, 0 },
                .machine_version = { 2, 4, 0 },
                .kvm = true,
                .cpu = { .model = "Skylake-Server", .width_mode = WIDTH_EXPLICIT, .phys_bits = 39 },
                .memory = { .ram = 6 * G, .max = 46 * G },
                .firmware = { .kind = FIRMWARE_SEABIOS, .version = { 1, 16, 2 } },
                .devices = &gpu,
                .n_devices = 1 };

        overlaps(&guest, &host, OVERLAP_LATER, LAYOUT_HOTPLUG, 48 * G - 1, LAYOUT_BAR, 16 * G);
        guest.machine_version = (GuestVersion){ 2, 5, 0 };
        overlaps(&guest, &host, OVERLAP_NONE, 0, 0, 0, 0);
}

static void test_effects(void **state) {
        const Guest qemu = { .machine = MACHINE_Q35 }, microvm = { .machine = MACHINE_MICROVM };
        static const struct {
                LayoutKind a, b;
                OverlapEffect effect;
        } cases[] = {
                { LAYOUT_RAM, LAYOUT_BAR, OVERLAP_HIDDEN },
                { LAYOUT_BAR, LAYOUT_BAR, OVERLAP_BOTH },
                { LAYOUT_BAR, LAYOUT_WINDOW64, OVERLAP_NONE },
                { LAYOUT_BAR, LAYOUT_ECAM, OVERLAP_BOTH },
                { LAYOUT_BAR, LAYOUT_MSI, OVERLAP_BOTH },
                { LAYOUT_RAM, LAYOUT_MSI, OVERLAP_BOTH },
                { LAYOUT_RAM, LAYOUT_RAM, OVERLAP_BOTH },
                { LAYOUT_RAM, LAYOUT_HOTPLUG, OVERLAP_BOTH },
                { LAYOUT_RAM, LAYOUT_RESERVED, OVERLAP_BOTH },
                { LAYOUT_RAM, LAYOUT_HOLE64, OVERLAP_BOTH },
                { LAYOUT_HOLE64, LAYOUT_RESERVED, OVERLAP_NONE },
                { LAYOUT_WINDOW32, LAYOUT_ECAM, OVERLAP_BOTH },
                { LAYOUT_WINDOW32, LAYOUT_RAM, OVERLAP_HIDDEN },
                { LAYOUT_WINDOW64, LAYOUT_WINDOW32, OVERLAP_BOTH },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                assert_int_equal(layout_overlap_effect(&qemu, &(Layout){}, cases[i].a, cases[i].b),
                                cases[i].effect);
                assert_int_equal(layout_overlap_effect(&qemu, &(Layout){}, cases[i].b, cases[i].a),
                                cases[i].effect);
        }
        assert_int_equal(layout_overlap_effect(&microvm, &(Layout){}, LAYOUT_RAM, LAYOUT_WINDOW64),
                        OVERLAP_NONE);
        assert_int_equal(layout_overlap_effect(&qemu, &(Layout){}, LAYOUT_RAM, LAYOUT_WINDOW64),
                        OVERLAP_HIDDEN);
}

/* By a list of the test's own: whatever overlaps is found, and nothing else; and a guest where something does is unsafe. */
static void test_drawn(void **state) {
        uint64_t seed = 88172645463325252;
        size_t clean = 0, faulty = 0, safe = 0;
        QuietHost host;

        quiet_host_init(&host);
        for (unsigned i = 0; i < DRAWS; i++) {
                LayoutOverlap found[8];
                uint8_t bytes[256];
                DrawnGuest drawn;
                Layout layout = {};
                const char *fault;
                Check check = {};
                bool reported = false;
                size_t n;

                for (size_t j = 0; j < sizeof(bytes); j++) {
                        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                        bytes[j] = (uint8_t) (seed >> 56);
                }
                drawn_guest(bytes, sizeof(bytes), &drawn);
                assert_int_equal(layout_derive(&drawn.guest, &drawn.host, &layout), 0);
                fault = drawn_overlap(&drawn, &layout);
                n = layout_overlaps(&drawn.guest, &layout, found, ELEMENTS(found));
                for (size_t j = 0; j < n; j++)
                        reported = reported || found[j].effect >= OVERLAP_LATER;
                if ((fault != NULL) != reported)
                        fail_msg("draw %u: %s, %zu found", i, fault ? fault : "nothing overlaps", n);
                clean += !fault;
                faulty += fault && layout.starts;
                layout_done(&layout);
                if (i % 10)
                        continue;
                host.profile.host.vendor = drawn.host.vendor;
                assert_int_equal(check_guest(&drawn.guest, &host.profile, &check), 0);
                fault = drawn_overlap(&drawn, &check.layout);
                if (fault && check.verdict != VERDICT_UNSAFE)
                        fail_msg("draw %u: %s, and the verdict is %u", i, fault, check.verdict);
                safe += check.verdict == VERDICT_SAFE;
                check_done(&check);
        }
        assert_true(clean > DRAWS / 2 && faulty > 20 && safe > 5);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_hypertransport),
                cmocka_unit_test(test_untold),
                cmocka_unit_test(test_hotplug),
                cmocka_unit_test(test_effects),
                cmocka_unit_test(test_drawn),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
