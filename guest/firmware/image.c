/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/firmware/firmware.h"

#include <ctype.h>
#include <string.h>

#include "guest/machine.h"
#include "probe/cleanup.h"

/* ── kind ──────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Part {
        const char *part;
        FirmwareKind kind;
} Part;

static FirmwareKind find_part(const Part *parts, size_t n, const char *text) {
        for (size_t i = 0; i < n; i++)
                if (strcasestr(text, parts[i].part))
                        return parts[i].kind;
        return FIRMWARE_UNKNOWN;
}

static bool is_edk2(FirmwareKind kind) {
        return kind == FIRMWARE_OVMF || kind == FIRMWARE_AAVMF;
}

static bool ends_with(const char *text, const char *end) {
        size_t n = strlen(text), m = strlen(end);

        return n >= m && strcasecmp(text + n - m, end) == 0;
}

/* By the nearest directory with a known word, ignoring case. */
static FirmwareKind kind_by_directory(const char *path, const char *name) {
        static const Part directories[] = {
                { "aarch64", FIRMWARE_AAVMF },
                { "aavmf", FIRMWARE_AAVMF },
                { "armvirt", FIRMWARE_AAVMF }, /* Arch: edk2-armvirt/aarch64 */
                { "ovmf", FIRMWARE_OVMF },
                { "edk2", FIRMWARE_OVMF },
                { "tianocore", FIRMWARE_OVMF },
                { "seabios", FIRMWARE_SEABIOS },
        };
        const char *end = name > path ? name - 1 : path;

        while (end > path) {
                const char *start = end;
                char directory[64];
                FirmwareKind kind;

                while (start > path && start[-1] != '/')
                        start--;
                if ((size_t) (end - start) < sizeof(directory)) {
                        memcpy(directory, start, (size_t) (end - start));
                        directory[end - start] = 0;
                        kind = find_part(directories, ELEMENTS(directories), directory);
                        if (kind != FIRMWARE_UNKNOWN)
                                return kind;
                }
                end = start > path ? start - 1 : path;
        }
        return FIRMWARE_UNKNOWN;
}

FirmwareKind firmware_image_kind(const char *path) {
        static const Part names[] = {
                { "microvm", FIRMWARE_NONE }, /* before the directory's seabios: places no BAR */
                { "qboot", FIRMWARE_NONE },
                { "hypervisor-fw", FIRMWARE_NONE }, /* rust-hypervisor-firmware does not move BARs */
                { "seabios", FIRMWARE_SEABIOS },
                { "bios-256k", FIRMWARE_SEABIOS },
                { "bios-128k", FIRMWARE_SEABIOS },
                { "aavmf", FIRMWARE_AAVMF },
                { "aarch64", FIRMWARE_AAVMF }, /* QEMU: edk2-aarch64-code.fd */
                { "qemu_efi", FIRMWARE_AAVMF },
                { "qemu-efi", FIRMWARE_AAVMF },
                { "edk2-arm-", FIRMWARE_AAVMF }, /* for 32-bit CPUs */
                { "u-boot", FIRMWARE_UNKNOWN },
                { "ovmf", FIRMWARE_OVMF },
                { "edk2", FIRMWARE_OVMF },
                { "cloudhv", FIRMWARE_OVMF },
                { "tdvf", FIRMWARE_OVMF },
                { "tianocore", FIRMWARE_OVMF },
                { "uefi", FIRMWARE_OVMF },
        };
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        FirmwareKind kind = find_part(names, ELEMENTS(names), name);

        if (kind == FIRMWARE_UNKNOWN && strcasecmp(name, "bios.bin") == 0 &&
                        !is_edk2(kind_by_directory(path, name)))
                return FIRMWARE_SEABIOS;
        if (kind == FIRMWARE_UNKNOWN)
                kind = kind_by_directory(path, name);
        /* A firmware device image, built by edk2 under any name. */
        if (kind == FIRMWARE_UNKNOWN && (ends_with(name, ".fd") || ends_with(name, ".fd.qcow2")))
                kind = FIRMWARE_OVMF;
        return kind;
}

/* ── package ───────────────────────────────────────────────────────────────────────────────────────────── */

static bool below(const char *path, const char *directory) {
        return strncmp(path, directory, strlen(directory)) == 0 && !strstr(path, "/../");
}

FirmwarePackage firmware_image_package(FirmwareKind kind, const char *path) {
        static const struct {
                const char *start;
                FirmwareKind kind;
                FirmwarePackage package;
        } places[] = {
                { "/usr/share/pve-edk2-firmware/", FIRMWARE_OVMF, FIRMWARE_PACKAGE_PVE_OVMF },
                { "/usr/share/pve-edk2-firmware/", FIRMWARE_AAVMF, FIRMWARE_PACKAGE_PVE_OVMF },
                { "/usr/share/AAVMF/", FIRMWARE_AAVMF, FIRMWARE_PACKAGE_AAVMF },
                { "/usr/share/qemu-efi-aarch64/", FIRMWARE_AAVMF, FIRMWARE_PACKAGE_AAVMF },
                { "/usr/share/edk2/aarch64/", FIRMWARE_AAVMF, FIRMWARE_PACKAGE_AAVMF },
                { "/usr/share/edk2-armvirt/", FIRMWARE_AAVMF, FIRMWARE_PACKAGE_AAVMF },
                { "/usr/share/OVMF/", FIRMWARE_OVMF, FIRMWARE_PACKAGE_OVMF },
                { "/usr/share/ovmf/", FIRMWARE_OVMF, FIRMWARE_PACKAGE_OVMF },
                { "/usr/share/edk2/", FIRMWARE_OVMF, FIRMWARE_PACKAGE_OVMF },
                { "/usr/share/edk2-ovmf/", FIRMWARE_OVMF, FIRMWARE_PACKAGE_OVMF },
                { "/usr/share/edk2.git/", FIRMWARE_OVMF, FIRMWARE_PACKAGE_NONE },
                { "/usr/share/qemu/OVMF", FIRMWARE_OVMF, FIRMWARE_PACKAGE_OVMF },
                /* Upstream images come with QEMU and have the version in its tree. */
                { "/usr/share/qemu/edk2-", FIRMWARE_OVMF, FIRMWARE_PACKAGE_NONE },
                { "/usr/share/seabios/", FIRMWARE_SEABIOS, FIRMWARE_PACKAGE_SEABIOS },
                { "/usr/share/qemu/", FIRMWARE_SEABIOS, FIRMWARE_PACKAGE_SEABIOS },
                { "/usr/share/qemu-kvm/", FIRMWARE_SEABIOS, FIRMWARE_PACKAGE_SEABIOS },
        };

        if (!strchr(path, '/') && strncmp(path, "edk2-", 5) == 0)
                return FIRMWARE_PACKAGE_NONE;
        if (!strchr(path, '/') && kind == FIRMWARE_AAVMF)
                return FIRMWARE_PACKAGE_AAVMF;
        if (!strchr(path, '/'))
                return kind == FIRMWARE_OVMF ? FIRMWARE_PACKAGE_OVMF : FIRMWARE_PACKAGE_SEABIOS;
        for (size_t i = 0; i < ELEMENTS(places); i++)
                if (kind == places[i].kind && below(path, places[i].start))
                        return places[i].package;
        return FIRMWARE_PACKAGE_NONE;
}

/* ── version ───────────────────────────────────────────────────────────────────────────────────────────── */

/* edk2 tags February, May, August and November; in 2019 March instead of February. */
static GuestVersion tag_of(uint32_t year, uint32_t month) {
        if (year < 2014 || year > 2099 || month < 1 || month > 12)
                return (GuestVersion){};
        /* Between tags either rules may apply; before 2022 all were the same. */
        if (year >= 2022 && month % 3 != 2)
                return (GuestVersion){};
        return (GuestVersion){ year * 100 + month, 0, 0 };
}

static uint32_t digits_of(const char *text, size_t n) {
        uint32_t number = 0;

        for (size_t i = 0; i < n; i++)
                number = number * 10 + (uint32_t) (text[i] - '0');
        return number;
}

/* "202411", "20170116" or "2024.11", not part of a longer number. */
static GuestVersion tag_at(const char *text) {
        size_t n = strspn(text, "0123456789");

        if (n == 6)
                return tag_of(digits_of(text, 4), digits_of(text + 4, 2));
        if (n == 8 && digits_of(text + 6, 2) <= 31)
                return tag_of(digits_of(text, 4), digits_of(text + 4, 2));
        if (n == 4 && text[4] == '.' && strspn(text + 5, "0123456789") == 2)
                return tag_of(digits_of(text, 4), digits_of(text + 5, 2));
        return (GuestVersion){};
}

/* The first version in the rest of the component. */
static GuestVersion version_from(FirmwareKind kind, const char *text) {
        for (; *text && *text != '/'; text++) {
                GuestVersion version = {};

                if (!isdigit((unsigned char) *text))
                        continue;
                if (is_edk2(kind))
                        version = tag_at(text);
                else if (text[1] == '.' && guest_version_from_text(text, true, &version) < 0)
                        version = (GuestVersion){};
                if (guest_version_known(&version))
                        return version;
                text += strspn(text, "0123456789") - 1;
        }
        return (GuestVersion){};
}

GuestVersion firmware_image_version(FirmwareKind kind, const char *path) {
        static const char *const edk2[] = { "ovmf", "edk2", "aavmf", "efi" },
                                 *const seabios[] = { "seabios" };
        const char *const *words = is_edk2(kind) ? edk2 : seabios;
        size_t n = kind == FIRMWARE_AAVMF ? ELEMENTS(edk2) : kind == FIRMWARE_OVMF ? 2 : ELEMENTS(seabios);
        GuestVersion version = {};

        if (!is_edk2(kind) && kind != FIRMWARE_SEABIOS)
                return version;
        for (size_t i = 0; i < n && !guest_version_known(&version); i++)
                for (const char *at = path;
                                !guest_version_known(&version) && (at = strcasestr(at, words[i]));
                                at += strlen(words[i]))
                        version = version_from(kind, at + strlen(words[i]));
        return version;
}

GuestVersion firmware_package_tag(const char *version) {
        const char *dot = strchr(version, '.');

        /* Proxmox prefixes its own packaging number. */
        if (dot && dot - version < 3)
                version = dot + 1;
        return tag_at(version);
}
