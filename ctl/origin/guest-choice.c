/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/guest-source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/input/input-file.h"
#include "guest/guest.h"
#include "guest/machine.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"

static int refuse_firmware(const char *text) {
        fprintf(stderr,
                        "hawctl: --firmware=%s: expected ovmf:TAG (such as ovmf:202411), seabios:VERSION "
                        "(such as seabios:1.16.3), aavmf:TAG, ovmf, seabios, aavmf or none\n",
                        text);
        return EXIT_USAGE;
}

static int parse_firmware(const char *text, GuestChoice *choice) {
        const char *colon = strchr(text, ':');
        size_t n = colon ? (size_t) (colon - text) : strlen(text);
        char word[16] = "";
        bool edk2;
        int kind;

        if (n < sizeof(word))
                memcpy(word, text, n);
        kind = firmware_from_string(word);
        if (kind < 0 || kind == FIRMWARE_UNKNOWN || (colon && kind == FIRMWARE_NONE))
                return refuse_firmware(text);
        choice->has_firmware = true;
        choice->kind = (FirmwareKind) kind;
        if (colon && guest_version_from_text(colon + 1, false, &choice->firmware) < 0)
                return refuse_firmware(text);
        edk2 = kind == FIRMWARE_OVMF || kind == FIRMWARE_AAVMF;
        /* "2024.11", as in packages. */
        if (edk2 && choice->firmware.major > 2000 && choice->firmware.major < 2100)
                choice->firmware = (GuestVersion){ choice->firmware.major * 100 + choice->firmware.minor, 0,
                        0 };
        if (colon && edk2 != (choice->firmware.major > 2000))
                return refuse_firmware(text);
        return EXIT_SUCCESS;
}

int guest_choice_parse(const GuestOptions *options, GuestChoice *ret) {
        GuestChoice choice = {};
        int r = options->firmware ? parse_firmware(options->firmware, &choice) : EXIT_SUCCESS;

        if (r != EXIT_SUCCESS)
                return r;
        if (options->qemu &&
                        (guest_version_from_text(options->qemu, false, &choice.qemu) < 0 ||
                                        choice.qemu.major == 0 || choice.qemu.major > 99)) {
                fprintf(stderr, "hawctl: --qemu=%s: expected a version such as 9.2 or 7.2.22\n",
                                options->qemu);
                return EXIT_USAGE;
        }
        if (options->xen &&
                        (guest_version_from_text(options->xen, false, &choice.xen) < 0 ||
                                        choice.xen.major == 0 || choice.xen.major > 99)) {
                fprintf(stderr, "hawctl: --xen=%s: expected a version such as 4.17 or 4.20.1\n",
                                options->xen);
                return EXIT_USAGE;
        }
        *ret = choice;
        return EXIT_SUCCESS;
}

int guest_choice_apply(const GuestChoice *choice, Guest *guest) {
        char version[40] = "";
        int r = 0;

        if (guest_version_known(&choice->qemu) && guest->vmm == VMM_QEMU) {
                guest->vmm_version = choice->qemu;
                guest_version_to_text(&choice->qemu, version, sizeof(version));
                r = guest_assume(guest, "vmmVersion", "QEMU %s, by --qemu", version);
        }
        if (guest_version_known(&choice->xen) && guest->vmm == VMM_XEN) {
                guest->vmm_version = choice->xen;
                guest_version_to_text(&choice->xen, version, sizeof(version));
                r = guest_assume(guest, "vmmVersion", "Xen %s, by --xen", version);
        }
        if (r < 0 || !choice->has_firmware)
                return r;
        guest->firmware.kind = choice->kind;
        guest->firmware.version = choice->firmware;
        *version = 0;
        if (guest_version_known(&choice->firmware))
                guest_version_to_text(&choice->firmware, version, sizeof(version));
        return guest_assume(guest, "firmware", "%s%s%s, by --firmware", firmware_to_string(choice->kind),
                        *version ? " " : "", version);
}

/* No error: a script may pass both options with each of its guests. */
void guest_choice_note_ignored(const GuestOptions *options, const Guest *guest) {
        const char *name = vmm_of(guest)->name;

        if (options->qemu && guest->vmm != VMM_QEMU)
                fprintf(stderr, "hawctl: --qemu=%s is ignored: the guest's VMM is %s\n", options->qemu,
                                name);
        if (options->xen && guest->vmm != VMM_XEN)
                fprintf(stderr, "hawctl: --xen=%s is ignored: the guest's VMM is %s\n", options->xen, name);
}

/* ── defaults of a site ────────────────────────────────────────────────────────────────────────────────── */

#define SITE_FILE "/etc/hawd/guest-defaults.json"

int site_file_read(const Options *options, const char *given, SiteDefaults *ret) {
        const char *path = given ? given : SITE_FILE;
        _cleanup_(input_file_done) InputFile file = {};
        JsonError error = {};
        struct stat status;
        int r;

        *ret = (SiteDefaults){};
        if (!given && (options->root || options->host || options->bus_address))
                return EXIT_SUCCESS;
        if (!given && stat(path, &status) < 0)
                return EXIT_SUCCESS;
        if (!given && (status.st_uid != 0 || status.st_mode & (S_IWGRP | S_IWOTH))) {
                fprintf(stderr, "hawctl: %s: not read, because other users than root can write to it\n",
                                path);
                return EXIT_FAILURE;
        }
        r = given ? input_file_read(path, SITE_DEFAULTS_MAX, &file)
                  : input_file_read_regular(path, SITE_DEFAULTS_MAX, &file);
        if (r != EXIT_SUCCESS)
                return r;
        r = site_defaults_parse((const char *) file.data, file.n, ret, &error);
        if (r >= 0)
                return EXIT_SUCCESS;
        if (r == -ENOMEM)
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        else if (error.line > 0)
                fprintf(stderr, "hawctl: %s: line %u: %s\n", path, error.line, error.text);
        else
                fprintf(stderr, "hawctl: %s: %s\n", path, error.text);
        return r == -ENOMEM ? EXIT_FAILURE : EXIT_USAGE;
}
