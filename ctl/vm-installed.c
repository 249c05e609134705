/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/vm-installed.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/input-file.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "profile/guest/guest-machine.h"
#include "profile/guest/policy.h"

#define STATUS_MAX ((size_t) 64 << 20)

/* "2022.11-6+deb12u2" is of edk2-stable202211. */
static void set_ovmf(GuestInstalled *installed, const GuestVersion *version) {
        GuestVersion tag = { version->major * 100 + version->minor, 0, 0 };
        OvmfBuild build = policy_ovmf_of_debian(tag);

        if (version->major <= 2000 || version->minor < 1 || version->minor > 12 ||
                        tag.major <= installed->ovmf.major)
                return;
        installed->ovmf = tag;
        installed->ovmf_five_level = build.five_level;
        installed->ovmf_mmio64_exact = build.mmio64_exact;
}

/* Since 2026.02 or so the images are in packages of their own, and "ovmf" only depends on them. */
static bool has_ovmf(const char *package) {
        static const char *const names[] = { "ovmf", "ovmf-generic", "ovmf-amdsev", "ovmf-inteltdx",
                "ovmf-legacy" };

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcmp(package, names[i]) == 0)
                        return true;
        return false;
}

static void set_version(GuestInstalled *installed, const char *package, const char *text) {
        const char *colon = strchr(text, ':');
        GuestVersion version;

        if (guest_version_from_text(colon ? colon + 1 : text, true, &version) < 0)
                return;
        if (strcmp(package, "qemu-system-x86") == 0)
                installed->qemu = version;
        else if (strcmp(package, "seabios") == 0)
                installed->seabios = version;
        else if (has_ovmf(package))
                set_ovmf(installed, &version);
}

static void copy_field(Bytes line, const char *key, char *ret, size_t size) {
        size_t n = strlen(key);

        if (text_starts(line, key))
                text_printable(text_trim(bytes_part(line, n, line.n - n)), ret, size);
}

/* What is wanted of it, its flag, its state: one that is on hold is installed too, and one that is to be removed. */
static bool is_installed(const char *state) {
        static const char end[] = " ok installed";
        size_t n = strlen(state);

        return n > strlen(end) && strcmp(state + n - strlen(end), end) == 0;
}

void vm_installed_decode(Bytes status, GuestInstalled *ret) {
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

void vm_installed_read(GuestInstalled *ret) {
        static const char path[] = "/var/lib/dpkg/status";
        _cleanup_(input_file_done) InputFile file = {};

        *ret = (GuestInstalled){};
        if (access(path, R_OK) == 0 && input_file_read(path, STATUS_MAX, &file) == EXIT_SUCCESS)
                vm_installed_decode(input_file_bytes(&file), ret);
}

/* Not known is no. */
static bool is_same(int process, const char *link, const char *path) {
        struct stat its, own;

        return fstatat(process, link, &its, 0) == 0 && stat(path, &own) == 0 && its.st_dev == own.st_dev &&
                        its.st_ino == own.st_ino;
}

void vm_installed_limit(int process, GuestInstalled *installed) {
        if (!is_same(process, "root", "/"))
                *installed = (GuestInstalled){};
        else if (!is_same(process, "exe", "/usr/bin/qemu-system-x86_64") &&
                        !is_same(process, "exe", "/usr/bin/qemu-system-i386"))
                installed->qemu = (GuestVersion){};
}
