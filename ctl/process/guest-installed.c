/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/guest-installed.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/input/input-file.h"
#include "guest/firmware/firmware.h"
#include "guest/machine.h"
#include "guest/vmm/qemu/qemu.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define STATUS_MAX ((size_t) 64 << 20)

/* "2022.11-6+deb12u2" is of edk2-stable202211. */
static void set_ovmf(GuestInstalled *installed, const char *version) {
        GuestVersion tag = firmware_package_tag(version);
        OvmfBuild build = policy_ovmf_of_debian(tag);

        if (tag.major <= installed->ovmf.major)
                return;
        installed->ovmf = tag;
        installed->ovmf_five_level = build.five_level;
        installed->ovmf_mmio64_exact = build.mmio64_exact;
}

/* Since about 2026.02, "ovmf" only depends on the packages with the images. */
static bool has_ovmf(const char *package) {
        static const char *const names[] = { "ovmf", "ovmf-generic", "ovmf-amdsev", "ovmf-inteltdx",
                "ovmf-legacy" };

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcmp(package, names[i]) == 0)
                        return true;
        return false;
}

/* Ubuntu's versions contain "ubuntu"; other dpkg systems use one of these. */
static void set_qemu(GuestInstalled *installed, const GuestVersion *version, const char *package,
                const char *text) {
        installed->qemu = *version;
        snprintf(installed->qemu_build, sizeof(installed->qemu_build), "%s",
                        strcmp(package, "pve-qemu-kvm") == 0     ? "proxmox"
                                        : strstr(text, "ubuntu") ? "ubuntu"
                                                                 : "debian");
}

static void set_version(GuestInstalled *installed, const char *package, const char *text) {
        const char *colon = strchr(text, ':');
        GuestVersion version;

        text = colon ? colon + 1 : text;
        if (guest_version_from_text(text, true, &version) < 0)
                return;
        if (strcmp(package, "qemu-system-x86") == 0 || strcmp(package, "pve-qemu-kvm") == 0 ||
                        (strcmp(package, "qemu-system-arm") == 0 && !guest_version_known(&installed->qemu)))
                set_qemu(installed, &version, package, text);
        else if (strcmp(package, "pve-edk2-firmware") == 0 || strcmp(package, "pve-edk2-firmware-ovmf") == 0)
                installed->pve_ovmf = firmware_package_tag(text);
        else if (strcmp(package, "qemu-efi-aarch64") == 0)
                installed->aavmf = firmware_package_tag(text);
        else if (strcmp(package, "seabios") == 0)
                installed->seabios = version;
        else if (has_ovmf(package))
                set_ovmf(installed, text);
}

static void copy_field(Bytes line, const char *key, char *ret, size_t size) {
        size_t n = strlen(key);

        if (text_starts(line, key))
                text_printable(text_trim(bytes_part(line, n, line.n - n)), ret, size);
}

/* Desired action, flag, state: packages on hold or to be removed are installed, too. */
static bool is_installed(const char *state) {
        static const char end[] = " ok installed";
        size_t n = strlen(state);

        return n > strlen(end) && strcmp(state + n - strlen(end), end) == 0;
}

void guest_installed_decode(Bytes status, GuestInstalled *ret) {
        char package[64] = "", version[64] = "", state[64] = "";
        size_t cursor = 0;
        Bytes line;
        bool more;

        *ret = (GuestInstalled){};
        do {
                more = text_line(status, &cursor, &line);
                if (more && line.n > 0) {
                        copy_field(line, "Package:", package, sizeof(package));
                        copy_field(line, "Version:", version, sizeof(version));
                        copy_field(line, "Status:", state, sizeof(state));
                        continue;
                }
                if (is_installed(state))
                        set_version(ret, package, version);
                *package = *version = *state = 0;
        } while (more);
}

/* NAME-VERSION-RELEASE */
void guest_installed_pacman(const char *entry, GuestInstalled *installed) {
        static const char *const packages[] = { "edk2-ovmf-", "seabios-", "qemu-system-x86-",
                "edk2-aarch64-", "qemu-system-aarch64-" };
        const char *version = NULL;
        size_t i = 0;

        while (i < ELEMENTS(packages) && strncmp(entry, packages[i], strlen(packages[i])) != 0)
                i++;
        if (i == ELEMENTS(packages))
                return;
        version = entry + strlen(packages[i]);
        if (*version < '0' || *version > '9')
                return; /* qemu-system-x86-firmware */
        if (strchr(version, ':'))
                version = strchr(version, ':') + 1;
        if (i == 0)
                installed->ovmf = firmware_package_tag(version);
        else if (i == 3)
                installed->aavmf = firmware_package_tag(version);
        else if (guest_version_from_text(version, true, i == 1 ? &installed->seabios : &installed->qemu) < 0)
                return;
}

static void read_pacman(GuestInstalled *installed) {
        DIR *directory = opendir("/var/lib/pacman/local");

        if (!directory)
                return;
        for (const struct dirent *entry; (entry = readdir(directory));)
                guest_installed_pacman(entry->d_name, installed);
        closedir(directory);
}

void guest_installed_read(GuestInstalled *ret) {
        static const char path[] = "/var/lib/dpkg/status";
        _cleanup_(input_file_done) InputFile file = {};

        *ret = (GuestInstalled){};
        if (access(path, R_OK) == 0 && input_file_read_regular(path, STATUS_MAX, &file) == EXIT_SUCCESS)
                guest_installed_decode(input_file_bytes(&file), ret);
        else
                read_pacman(ret);
}

void guest_installed_image(const Guest *guest, GuestInstalled *installed) {
        const char *path = guest->firmware.path;
        _cleanup_free_ char *target = NULL;

        if (path[0] != '/')
                return;
        /* No access: it may exist. */
        if (access(path, F_OK) < 0) {
                installed->image_absent = errno == ENOENT || errno == ENOTDIR;
                return;
        }
        /* NixOS links to its store, where names have versions. */
        target = realpath(path, NULL);
        installed->image_version = firmware_image_version(guest->firmware.kind, target ? target : "");
}

/* Installed by packages of Debian, Proxmox and Arch. */
const char *const guest_installed_programs[] = { "/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-system-i386",
        "/usr/bin/qemu-system-aarch64", "/usr/bin/kvm", NULL };

void guest_installed_program(const Guest *guest, GuestInstalled *installed) {
        _cleanup_free_ char *target = *guest->vmm_path == '/' ? realpath(guest->vmm_path, NULL) : NULL;

        if (!target)
                return;
        for (const char *const *path = guest_installed_programs; *path; path++)
                installed->program_here = installed->program_here || strcmp(target, *path) == 0;
        installed->program_version = qemu_path_version(target);
}
