/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>

#include "guest/vmm/defaults.h"

static const GuestInstalled debian_12 = {
        .qemu = { 7, 2, 22 }, .ovmf = { 202211 }, .seabios = { 1, 16, 2 }
};

static bool noted(const GuestNote *notes, size_t n, const char *what, const char *part) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(notes[i].what, what) == 0 && strstr(notes[i].text, part))
                        return true;
        return false;
}

static void test_nothing_said(void **state) {
        Guest guest = { .machine = MACHINE_Q35, .kvm = true };
        size_t n;

        assert_int_equal(guest_defaults(&guest, &debian_12), 0);
        assert_int_equal(guest.vmm_version.patch, 22);
        assert_int_equal(guest.machine_version.major, 7);
        assert_int_equal(guest.machine_version.minor, 2);
        assert_int_equal(guest.firmware.kind, FIRMWARE_SEABIOS);
        assert_int_equal(guest.firmware.version.patch, 2);
        assert_string_equal(guest.cpu.model, "qemu64");
        assert_true(guest.cpu.vendor_is_host);
        assert_int_equal(guest.cpu.vendor, CPU_VENDOR_UNKNOWN);
        assert_int_equal(guest.cpu.pdpe1gb, TRISTATE_NO);
        assert_int_equal(guest.cpu.width_mode, WIDTH_DEFAULT);
        assert_true(noted(guest.assumed, guest.n_assumed, "cpu.physBits", "40"));
        assert_true(noted(guest.assumed, guest.n_assumed, "firmware.version", "1.16.2"));
        assert_true(noted(guest.assumed, guest.n_assumed, "machine", "7.2"));
        assert_int_equal(guest.n_ignored, 0);

        /* A second time changes nothing. */
        n = guest.n_assumed;
        assert_int_equal(guest_defaults(&guest, &debian_12), 0);
        assert_int_equal(guest.n_assumed, n);
        guest_done(&guest);
}

static void test_all_said(void **state) {
        Guest guest = {
                .vmm_version = { 9, 0 },
                .machine = MACHINE_Q35,
                .machine_version = { 8, 1 },
                .kvm = true,
                .cpu = { .model = "Broadwell",
                                .vendor = CPU_VENDOR_INTEL,
                                .width_mode = WIDTH_EXPLICIT,
                                .phys_bits = 45 },
                .firmware = { .kind = FIRMWARE_OVMF, .version = { 202302 } },
        };

        assert_int_equal(guest_defaults(&guest, &debian_12), 0);
        assert_int_equal(guest.n_assumed, 0);
        assert_int_equal(guest.cpu.phys_bits, 45);
        assert_int_equal(guest.firmware.version.major, 202302);
        guest_done(&guest);
}

/* Nothing is installed that could be told: what is then taken is said. */
static void test_not_installed(void **state) {
        Guest guest = { .machine = MACHINE_Q35, .kvm = true, .firmware = { .kind = FIRMWARE_OVMF } };

        assert_int_equal(guest_defaults(&guest, &(GuestInstalled){}), 0);
        assert_int_equal(guest.vmm_version.major, 0);
        assert_int_equal(guest.machine_version.major, 0);
        assert_true(guest.firmware.version.major > 0);
        assert_true(noted(guest.assumed, guest.n_assumed, "firmware.version", "unknown"));
        assert_true(noted(guest.assumed, guest.n_assumed, "vmmVersion", "unknown"));
        guest_done(&guest);
}

/* What a package installed says nothing of an image that is elsewhere. */
static void test_image_elsewhere(void **state) {
        static const struct {
                const char *path;
                bool installed;
        } cases[] = {
                { "", true },
                { "OVMF.fd", true },
                { "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", true },
                { "/usr/share/../local/OVMF.fd", false },
                { "/opt/OVMF_CODE.fd", false },
                { "/usr/local/share/qemu/edk2-x86_64-code.fd", false },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                Guest guest = { .machine = MACHINE_Q35, .firmware = { .kind = FIRMWARE_OVMF } };

                strcpy(guest.firmware.path, cases[i].path);
                assert_int_equal(guest_defaults(&guest, &debian_12), 0);
                assert_int_equal(guest.firmware.version_guessed, !cases[i].installed);
                assert_int_equal(guest.firmware.version.major == 202211, cases[i].installed);
                guest_done(&guest);
        }
}

/* pc_compat_9_1 and virtio-iommu's by machine. */
static void test_viommu(void **state) {
        static const struct {
                ViommuKind kind;
                MachineKind machine;
                GuestVersion version, program;
                uint8_t bits;
        } cases[] = {
                { VIOMMU_INTEL, MACHINE_Q35, { 9, 1 }, { 10, 0 }, 39 },
                { VIOMMU_INTEL, MACHINE_Q35, { 9, 2 }, { 10, 0 }, 48 },
                { VIOMMU_INTEL, MACHINE_Q35, { 10, 0 }, { 10, 0 }, 48 },
                { VIOMMU_VIRTIO, MACHINE_Q35, { 8, 2 }, { 10, 0 }, 64 },
                { VIOMMU_VIRTIO, MACHINE_Q35, { 9, 0 }, { 10, 0 }, 39 },
                { VIOMMU_VIRTIO, MACHINE_PC, { 9, 0 }, { 10, 0 }, 64 },
                /* The program has no such property: of the newest machine too, whatever later ones make it. */
                { VIOMMU_VIRTIO, MACHINE_Q35, { 7, 2 }, { 7, 2 }, 64 },
                { VIOMMU_VIRTIO, MACHINE_Q35, {}, { 8, 2 }, 64 },
                { VIOMMU_VIRTIO, MACHINE_Q35, {}, { 9, 0 }, 39 },
                { VIOMMU_AMD, MACHINE_Q35, { 9, 0 }, { 10, 0 }, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                Guest guest = { .machine = cases[i].machine,
                        .machine_version = cases[i].version,
                        .vmm_version = cases[i].program,
                        .viommu = { .kind = cases[i].kind } };

                assert_int_equal(guest_defaults(&guest, &debian_12), 0);
                assert_int_equal(guest.viommu.aw_bits, cases[i].bits);
                assert_int_equal(noted(guest.assumed, guest.n_assumed, "viommu.awBits", ""),
                                cases[i].bits > 0);
                guest_done(&guest);
        }
}

/* host-phys-bits is nothing to TCG, and the vendor is the model's own there. */
static void test_tcg(void **state) {
        Guest guest = { .machine = MACHINE_Q35,
                .cpu = { .model = "Skylake-Server-v3", .width_mode = WIDTH_HOST } };

        assert_int_equal(guest_defaults(&guest, &debian_12), 0);
        assert_int_equal(guest.cpu.width_mode, WIDTH_DEFAULT);
        assert_int_equal(guest.cpu.vendor, CPU_VENDOR_INTEL);
        assert_false(guest.cpu.vendor_is_host);
        guest_done(&guest);
}

/* microvm_class_init(): microvm has the host's width, whatever the model. */
static void test_microvm(void **state) {
        Guest guest = { .machine = MACHINE_MICROVM, .kvm = true };

        assert_int_equal(guest_defaults(&guest, &debian_12), 0);
        assert_int_equal(guest.cpu.width_mode, WIDTH_HOST);
        assert_int_equal(guest.firmware.kind, FIRMWARE_NONE);
        guest_done(&guest);
        guest = (Guest){ .machine = MACHINE_MICROVM };
        assert_int_equal(guest_defaults(&guest, &debian_12), 0);
        assert_int_equal(guest.cpu.width_mode, WIDTH_DEFAULT);
        guest_done(&guest);
}

static void test_unknown_things(void **state) {
        Guest guest = { .machine = MACHINE_Q35,
                .kvm = true,
                .cpu = { .model = "Zen9" },
                .firmware = { .path = "/opt/mine.fd" } };

        assert_int_equal(guest_defaults(&guest, &debian_12), 0);
        assert_int_equal(guest.firmware.kind, FIRMWARE_UNKNOWN);
        assert_true(noted(guest.ignored, guest.n_ignored, "firmware", "/opt/mine.fd"));
        assert_true(noted(guest.assumed, guest.n_assumed, "cpu.model", "Zen9"));
        assert_int_equal(guest.cpu.la57, TRISTATE_UNKNOWN);
        guest_done(&guest);
}

static void test_cloud_hypervisor(void **state) {
        Guest guest = { .vmm = VMM_CLOUD_HYPERVISOR, .machine = MACHINE_CLOUD_HYPERVISOR, .kvm = true };

        assert_int_equal(guest_defaults(&guest, &debian_12), 0);
        assert_string_equal(guest.cpu.model, "host");
        assert_int_equal(guest.cpu.width_mode, WIDTH_HOST);
        assert_int_equal(guest.firmware.kind, FIRMWARE_NONE);
        guest_done(&guest);
}

static void test_bounds(void **state) {
        Guest guest = {};
        GuestDevice *device;
        int r = 0;

        for (size_t i = 0; i < GUEST_DEVICES_MAX; i++)
                assert_int_equal(guest_add_device(&guest, &device), 0);
        assert_int_equal(guest_add_device(&guest, &device), -E2BIG);
        for (unsigned i = 0; i < GUEST_NOTES_MAX; i++)
                assert_int_equal(guest_ignore(&guest, "x", "%u", i), 0);
        assert_int_equal(guest_ignore(&guest, "x", "0"), 0);
        r = guest_ignore(&guest, "x", "another");
        assert_int_equal(r, -E2BIG);
        guest_done(&guest);
        assert_int_equal(guest_ignore(&guest, "\x1b[31m", "\xff%s", "\n"), 0);
        assert_string_equal(guest.ignored[0].what, "\\x1b[31m");
        assert_string_equal(guest.ignored[0].text, "\\xff\\x0a");
        guest_done(&guest);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing_said),
                cmocka_unit_test(test_all_said),
                cmocka_unit_test(test_not_installed),
                cmocka_unit_test(test_image_elsewhere),
                cmocka_unit_test(test_viommu),
                cmocka_unit_test(test_tcg),
                cmocka_unit_test(test_microvm),
                cmocka_unit_test(test_unknown_things),
                cmocka_unit_test(test_cloud_hypervisor),
                cmocka_unit_test(test_bounds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
