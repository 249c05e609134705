/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/origin/guest-options.h"
#include "ctl/process/process-place.h"
#include "guest/form/json/site-defaults.h"
#include "guest/guest.h"
#include "profile/profile.h"

/* Reads the guest that the command line names, with the defaults of its VMM and, if the host is this one,
 * of the packages installed here, as far as they apply to a process; and the host that the options select,
 * whose architecture the guest has if its description names none. Returns an exit status after printing the
 * error. The caller empties both. */
int guest_source(const Options *options, const GuestOptions *which, int argc, char **argv, Guest *ret,
                Profile *ret_host);

/* Only the guest, which runs elsewhere: only a process of this host has its packages and defaults. If its
 * description leaves the architecture to the host (by_host), *ret is the guest on x86 and *ret_arm64 the one on
 * arm64; that stays empty if it cannot be read so. If it can be read for arm64 only, both are that guest. */
int guest_source_elsewhere(const Options *options, const GuestOptions *which, int argc, char **argv,
                Guest *ret, Guest *ret_arm64);

/* argv holds the arguments of the verb: a file or "-" with a JSON document, a domain's XML or a command
 * line; a QEMU command line itself (after "--"); or nothing with --pid=PID. Fills *ret without defaults;
 * the caller calls guest_done(). The host is unknown. pid is the option or NULL; if set, *ret_place is the process's. Exit
 * status: 1: cannot read, 2: not a guest; prints the error. */
int guest_input_read(const char *pid, int argc, char **argv, Guest *ret, ProcessPlace *ret_place);

/* --firmware, --qemu and --xen: override what the guest's description says, or add what it lacks. */
typedef struct GuestChoice {
        bool has_firmware;
        FirmwareKind kind;
        GuestVersion firmware; /* all zero: not given */
        GuestVersion qemu;     /* all zero: not given */
        GuestVersion xen;      /* all zero: not given */
} GuestChoice;

/* Returns an exit status after printing the error. */
int guest_choice_parse(const GuestOptions *options, GuestChoice *ret);
/* Overrides the description. -ENOMEM, -E2BIG. */
int guest_choice_apply(const GuestChoice *choice, Guest *guest);
/* Prints which of them are for another VMM than the guest's. */
void guest_choice_note_ignored(const GuestOptions *options, const Guest *guest);

/* Reads the file of --defaults. If NULL and the host is this one, reads /etc/hawd/guest-defaults.json if
 * it exists; the file is used only if root alone can write to it. Returns an exit status after printing
 * the error. */
int site_file_read(const Options *options, const char *file, SiteDefaults *ret);
