/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "guest/firmware/firmware.h"

#define OVMF FIRMWARE_OVMF
#define SEABIOS FIRMWARE_SEABIOS
#define AAVMF FIRMWARE_AAVMF

/* Paths as distributions' packages and libvirt's descriptors (/usr/share/qemu/firmware) have them. */
static const struct {
        const char *path;
        FirmwareKind kind;
        FirmwarePackage package;
        GuestVersion version;
} paths[] = {
        /* Debian, Ubuntu */
        { "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", OVMF, FIRMWARE_PACKAGE_OVMF, {} },
        { "/usr/share/ovmf/OVMF.fd", OVMF, FIRMWARE_PACKAGE_OVMF, {} },
        { "/usr/share/qemu/OVMF.fd", OVMF, FIRMWARE_PACKAGE_OVMF, {} },
        { "/usr/share/seabios/bios-256k.bin", SEABIOS, FIRMWARE_PACKAGE_SEABIOS, {} },
        { "/usr/share/seabios/bios.bin", SEABIOS, FIRMWARE_PACKAGE_SEABIOS, {} },
        { "/usr/share/seabios/bios-microvm.bin", FIRMWARE_NONE, FIRMWARE_PACKAGE_NONE, {} },
        { "/usr/share/qemu/qboot.rom", FIRMWARE_NONE, FIRMWARE_PACKAGE_NONE, {} },
        /* Proxmox */
        { "/usr/share/pve-edk2-firmware//OVMF_CODE_4M.secboot.fd", OVMF, FIRMWARE_PACKAGE_PVE_OVMF, {} },
        { "/usr/share/kvm/bios-256k.bin", SEABIOS, FIRMWARE_PACKAGE_NONE, {} },
        /* Fedora, RHEL, Arch, Gentoo */
        { "/usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2", OVMF, FIRMWARE_PACKAGE_OVMF, {} },
        { "/usr/share/edk2/x64/OVMF_CODE.4m.fd", OVMF, FIRMWARE_PACKAGE_OVMF, {} },
        { "/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", OVMF, FIRMWARE_PACKAGE_OVMF, {} },
        { "/usr/share/edk2/OvmfX64/OVMF_CODE.fd", OVMF, FIRMWARE_PACKAGE_OVMF, {} },
        { "/usr/share/edk2.git/ovmf-x64/OVMF_CODE-pure-efi.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/usr/share/qemu/edk2-x86_64-code.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        /* SUSE */
        { "/usr/share/qemu/ovmf-x86_64-smm-ms-code.bin", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        /* NixOS, Guix */
        { "/run/libvirt/nix-ovmf/OVMF_CODE.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/nix/store/0c3xb1v9gcn7y2h8j4k5l6m7n8p9q0rs-OVMF-202411-fd/FV/OVMF_CODE.fd", OVMF,
                        FIRMWARE_PACKAGE_NONE, { 202411 } },
        { "/gnu/store/abc-ovmf-x86-64-20170116-1.13a50a6/share/firmware/ovmf_x64.bin", OVMF,
                        FIRMWARE_PACKAGE_NONE, { 201701 } },
        /* Homebrew, Incus, LXD, others */
        { "/opt/homebrew/Cellar/qemu/9.2.0/share/qemu/edk2-x86_64-code.fd", OVMF, FIRMWARE_PACKAGE_NONE,
                        {} },
        { "/opt/incus/share/qemu/OVMF_CODE.4MB.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/opt/incus/share/qemu/seabios.bin", SEABIOS, FIRMWARE_PACKAGE_NONE, {} },
        { "/snap/lxd/current/share/qemu/OVMF_CODE.4MB.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/home/me/edk2-stable202305/Build/OvmfX64/RELEASE_GCC5/FV/OVMF.fd", OVMF, FIRMWARE_PACKAGE_NONE,
                        { 202305 } },
        { "/srv/OVMF_2023.05.fd", OVMF, FIRMWARE_PACKAGE_NONE, { 202305 } },
        { "/srv/seabios-1.16.3/bios.bin", SEABIOS, FIRMWARE_PACKAGE_NONE, { 1, 16, 3 } },
        { "/srv/CLOUDHV.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/srv/x64.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        /* arm64: Debian, Fedora, Arch, SUSE, QEMU's own, Proxmox, NixOS; not UEFI */
        { "/usr/share/AAVMF/AAVMF_CODE.no-secboot.fd", AAVMF, FIRMWARE_PACKAGE_AAVMF, {} },
        { "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd", AAVMF, FIRMWARE_PACKAGE_AAVMF, {} },
        { "QEMU_EFI.fd", AAVMF, FIRMWARE_PACKAGE_AAVMF, {} },
        { "/usr/share/edk2/aarch64/QEMU_EFI-silent-pflash.qcow2", AAVMF, FIRMWARE_PACKAGE_AAVMF, {} },
        { "/usr/share/edk2/aarch64/QEMU_CODE.fd", AAVMF, FIRMWARE_PACKAGE_AAVMF, {} },
        { "/usr/share/edk2-armvirt/aarch64/QEMU_CODE.fd", AAVMF, FIRMWARE_PACKAGE_AAVMF, {} },
        { "/usr/share/qemu/aavmf-aarch64-code.bin", AAVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/usr/share/qemu/qemu-uefi-aarch64.bin", AAVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/opt/homebrew/share/qemu/edk2-aarch64-code.fd", AAVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/usr/share/pve-edk2-firmware//AAVMF_CODE.fd", AAVMF, FIRMWARE_PACKAGE_PVE_OVMF, {} },
        { "/nix/store/0c3xb1v9gcn7y2h8j4k5l6m7n8p9q0rs-OVMF-202411-fd/FV/AAVMF_CODE.fd", AAVMF,
                        FIRMWARE_PACKAGE_NONE, { 202411 } },
        { "/srv/edk2-stable202502/QEMU_EFI.fd", AAVMF, FIRMWARE_PACKAGE_NONE, { 202502 } },
        { "/usr/lib/u-boot/qemu_arm64/u-boot.bin", FIRMWARE_UNKNOWN, FIRMWARE_PACKAGE_NONE, {} },
        /* A directory of theirs says nothing of a file that says what it is. */
        { "/home/me/uefi-vms/bios.bin", SEABIOS, FIRMWARE_PACKAGE_NONE, {} },
        { "/home/ovmf/bios-256k.bin", SEABIOS, FIRMWARE_PACKAGE_NONE, {} },
        { "/srv/coreboot.rom", FIRMWARE_UNKNOWN, FIRMWARE_PACKAGE_NONE, {} },
        { "/usr/share/../local/OVMF.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/usr/local/share/OVMF/OVMF.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        /* What is no version: a day, a size, a number that goes on, a month without a tag. */
        { "/srv/OVMF_4M.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/srv/OVMF-2024111.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/srv/OVMF-202413.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/srv/OVMF-202412.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
        { "/srv/202411/OVMF.fd", OVMF, FIRMWARE_PACKAGE_NONE, {} },
};

static void test_paths(void **state) {
        for (size_t i = 0; i < ELEMENTS(paths); i++) {
                FirmwareKind kind = firmware_image_kind(paths[i].path);
                FirmwarePackage package = firmware_image_package(kind, paths[i].path);
                GuestVersion version = firmware_image_version(kind, paths[i].path);

                if (kind != paths[i].kind || package != paths[i].package ||
                                version.major != paths[i].version.major ||
                                version.minor != paths[i].version.minor ||
                                version.patch != paths[i].version.patch)
                        fail_msg("%s: kind %d, package %d, version %u.%u.%u", paths[i].path, (int) kind,
                                        (int) package, version.major, version.minor, version.patch);
        }
}

/* As Debian, Ubuntu, Arch and Proxmox number them. */
static void test_package_tag(void **state) {
        static const struct {
                const char *version;
                uint32_t tag;
        } cases[] = {
                { "2022.11-6+deb12u2", 202211 },
                { "2025.08.01-6", 202508 },
                { "202411-1", 202411 },
                { "4.2025.02-4", 202502 },
                { "4.2023.08-4", 202308 },
                { "3.20230228-4", 202302 },
                { "3.20210831-1", 202108 },
                { "3.20220101-1", 0 },
                { "0~20181115.85588389-3", 0 },
                { "1.2.3", 0 },
                { "", 0 },
                { "4.", 0 },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++)
                assert_int_equal(firmware_package_tag(cases[i].version).major, cases[i].tag);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_paths),
                cmocka_unit_test(test_package_tag),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
