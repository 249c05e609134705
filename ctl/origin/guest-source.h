/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/origin/guest-options.h"
#include "ctl/process/process-place.h"
#include "guest/form/json/site-defaults.h"
#include "guest/guest.h"

/* The guest that a command line names, with the defaults of its VMM, and of what is installed here where the host that is
 * asked about is this one, as far as that tells of a process. The exit status; why it failed is on standard error. */
int guest_source(const Options *options, const GuestOptions *which, int argc, char **argv, Guest *ret);

/* argv is what stands behind the verb: a file or "-" with a JSON document, a domain's XML or a command line in it; a QEMU
 * command line itself (behind "--"); or nothing beside --pid=PID. Fills *ret, to be emptied with guest_done(), without
 * defaults. pid is that option, or NULL; with it *ret_place is the process's. The exit status: 1 for what cannot be read, 2
 * for what is no guest; why is on standard error. */
int guest_input_read(const char *pid, int argc, char **argv, Guest *ret, ProcessPlace *ret_place);

/* --firmware and --qemu: what runs a guest, where its description does not say it or says it wrongly. */
typedef struct GuestChoice {
        bool has_firmware;
        FirmwareKind kind;
        GuestVersion firmware; /* all zero: not given */
        GuestVersion qemu;     /* all zero: not given */
} GuestChoice;

/* An exit status; what is wrong is on standard error. */
int guest_choice_parse(const GuestOptions *options, GuestChoice *ret);
/* They go before what the description says. -ENOMEM, -E2BIG. */
int guest_choice_apply(const GuestChoice *choice, Guest *guest);

/* The file of --defaults, NULL: none is given; then /etc/hawd/guest-defaults.json where the host that is asked about is this
 * one, and there is such a file: it counts only if root alone may write to it. An exit status; what is wrong is on standard
 * error. */
int site_file_read(const Options *options, const char *file, SiteDefaults *ret);
