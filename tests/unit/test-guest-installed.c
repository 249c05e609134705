/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "ctl/process/guest-installed.h"

static void decode(const char *text, GuestInstalled *ret) {
        guest_installed_decode(BYTES(text, strlen(text)), ret);
}

/* As Debian 12 and Ubuntu 24.04 have them. */
static void test_versions(void **state) {
        GuestInstalled installed;

        decode("Package: ovmf\nStatus: install ok installed\nVersion: 2022.11-6+deb12u2\nDescription: UEFI\n Package: no\n"
               "\nPackage: qemu-system-x86\nStatus: install ok installed\nVersion: 1:7.2+dfsg-7+deb12u18+b3\n"
               "\nPackage: seabios\nStatus: install ok installed\nVersion: 1.16.2-1\n",
                        &installed);
        assert_int_equal(installed.ovmf.major, 202211);
        assert_int_equal(installed.qemu.major, 7);
        assert_int_equal(installed.qemu.minor, 2);
        assert_int_equal(installed.qemu.patch, 0);
        assert_int_equal(installed.seabios.minor, 16);
        assert_int_equal(installed.seabios.patch, 2);
        decode("Package: qemu-system-x86\nStatus: install ok installed\nVersion: 1:8.2.2+ds-0ubuntu1.10\n"
               "\nPackage: ovmf\nStatus: install ok installed\nVersion: 2024.02-2ubuntu0.6",
                        &installed);
        assert_int_equal(installed.qemu.patch, 2);
        assert_int_equal(installed.ovmf.major, 202402);
        assert_int_equal(installed.ovmf_mmio64_exact, TRISTATE_UNKNOWN);
}

/* Debian 13, and what came after it: seabios of backports, OVMF in packages of their own. */
static void test_later_versions(void **state) {
        GuestInstalled installed;

        decode("Package: ovmf\nStatus: install ok installed\nVersion: 2025.02-8+deb13u1\n"
               "\nPackage: seabios\nStatus: install ok installed\nVersion: 1.17.0-1~bpo13+1\n",
                        &installed);
        assert_int_equal(installed.ovmf.major, 202502);
        assert_int_equal(installed.ovmf_five_level, TRISTATE_NO);
        assert_int_equal(installed.ovmf_mmio64_exact, TRISTATE_YES);
        assert_int_equal(installed.seabios.minor, 17);
        assert_int_equal(installed.seabios.patch, 0);
        decode("Package: ovmf-generic\nStatus: install ok installed\nVersion: 2026.08+ds-2\n", &installed);
        assert_int_equal(installed.ovmf.major, 202608);
        assert_int_equal(installed.ovmf_five_level, TRISTATE_NO);
        decode("Package: ovmf-amdsev\nStatus: install ok installed\nVersion: 2025.08.01-6\n", &installed);
        assert_int_equal(installed.ovmf.major, 202508);
}

/* dpkg(1): "hold" is what is wanted of a package, and not its state. */
static void test_on_hold(void **state) {
        GuestInstalled installed;

        decode("Package: ovmf\nStatus: hold ok installed\nVersion: 2022.11-6\n", &installed);
        assert_int_equal(installed.ovmf.major, 202211);
        decode("Package: ovmf\nStatus: deinstall ok installed\nVersion: 2022.11-6\n", &installed);
        assert_int_equal(installed.ovmf.major, 202211);
}

/* Removed but not purged, of a form that is not known, without a version, of another paragraph. */
static void test_none(void **state) {
        static const char *const texts[] = {
                "",
                "Package: ovmf\nStatus: deinstall ok config-files\nVersion: 2022.11-6\n",
                "Package: ovmf\nStatus: install ok installed\nVersion: 0~20181115.85588389-3\n",
                "Package: ovmf\nStatus: install ok installed\n",
                "Package: ovmf\nStatus: install ok half-installed\nVersion: 2022.11-6\n",
                "Package: ovmf\nStatus: install reinstreq installed\nVersion: 2022.11-6\n",
                "Package: ovmf\n\nStatus: install ok installed\nVersion: 2022.11-6\n",
                "Package: ovmf-ia32\nStatus: install ok installed\nVersion: 2022.11-6\n",
        };
        static const GuestInstalled nothing;
        GuestInstalled installed;

        for (size_t i = 0; i < ELEMENTS(texts); i++) {
                decode(texts[i], &installed);
                assert_memory_equal(&installed, &nothing, sizeof(nothing));
        }
}

/* Proxmox VE 8.4 and 7.4: its own packages beside Debian's. */
static void test_proxmox(void **state) {
        GuestInstalled installed;

        decode("Package: pve-qemu-kvm\nStatus: install ok installed\nVersion: 9.2.0-7\n"
               "\nPackage: pve-edk2-firmware-ovmf\nStatus: install ok installed\nVersion: 4.2025.02-4\n",
                        &installed);
        assert_int_equal(installed.qemu.major, 9);
        assert_int_equal(installed.pve_ovmf.major, 202502);
        assert_int_equal(installed.ovmf.major, 0);
        decode("Package: pve-edk2-firmware\nStatus: install ok installed\nVersion: 3.20230228-4\n",
                        &installed);
        assert_int_equal(installed.pve_ovmf.major, 202302);
}

/* Debian 12 on arm64; beside the packages for x86, those count for their own. */
static void test_arm64(void **state) {
        GuestInstalled installed;

        decode("Package: qemu-efi-aarch64\nStatus: install ok installed\nVersion: 2022.11-6+deb12u2\n"
               "\nPackage: qemu-system-arm\nStatus: install ok installed\nVersion: 1:7.2+dfsg-7+deb12u13\n",
                        &installed);
        assert_int_equal(installed.aavmf.major, 202211);
        assert_int_equal(installed.ovmf.major, 0);
        assert_int_equal(installed.qemu.major, 7);
        assert_string_equal(installed.qemu_build, "debian");
        decode("Package: qemu-system-arm\nStatus: install ok installed\nVersion: 1:7.2+dfsg-7\n"
               "\nPackage: qemu-system-x86\nStatus: install ok installed\nVersion: 1:10.0.2+ds-1\n",
                        &installed);
        assert_int_equal(installed.qemu.major, 10);
}

/* Directories of pacman's database: NAME-VERSION-RELEASE. */
static void test_pacman(void **state) {
        static const char *const entries[] = { "edk2-ovmf-202411-1", "seabios-1.16.3-1",
                "qemu-system-x86-9.2.0-1", "qemu-system-x86-firmware-9.2.0-1", "edk2-aarch64-202502-1",
                "qemu-system-x86", "ALPM_DB_VERSION", "seabios-" };
        GuestInstalled installed = {};

        for (size_t i = 0; i < ELEMENTS(entries); i++)
                guest_installed_pacman(entries[i], &installed);
        assert_int_equal(installed.ovmf.major, 202411);
        assert_int_equal(installed.aavmf.major, 202502);
        assert_int_equal(installed.ovmf_five_level, TRISTATE_UNKNOWN);
        assert_int_equal(installed.seabios.patch, 3);
        assert_int_equal(installed.qemu.major, 9);
        assert_int_equal(installed.qemu.minor, 2);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_versions),
                cmocka_unit_test(test_later_versions),
                cmocka_unit_test(test_on_hold),
                cmocka_unit_test(test_none),
                cmocka_unit_test(test_proxmox),
                cmocka_unit_test(test_arm64),
                cmocka_unit_test(test_pacman),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
