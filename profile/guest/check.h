/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* May this guest run on this host? Rules R1 to R13 over a layout and a profile. Pure. */

#include "profile/guest/guest.h"
#include "profile/guest/layout.h"
#include "profile/profile.h"

typedef enum Verdict {
        VERDICT_SAFE = 0,
        VERDICT_WARNING,
        VERDICT_UNKNOWN, /* an input is missing: never safe; shown as "warning" with what is missing named */
        VERDICT_UNSAFE,
        _VERDICT_MAX,
} Verdict;

typedef struct CheckFinding {
        char rule[8];        /* "R1" … "R13" */
        Verdict verdict;     /* SAFE: for information */
        char *subject;       /* "guest", a device's name, a PCI address */
        char *summary;       /* one line */
        char *numbers;       /* what was compared, with both numbers */
        char *remedy;        /* in words; "" none */
        char *libvirt;       /* the one thing to change as XML; "" none */
        char *qemu;          /* the same as a QEMU option; "" none */
        uint64_t start, end; /* the range in conflict; 0, 0 none */
} CheckFinding;

/* What only some answers to an open question bring: which firmware it is, what the CPU has. */
typedef struct CheckAlternative {
        char when[192];  /* "OVMF before 202211", "a CPU with 1 GiB pages (pdpe1gb)" */
        Verdict verdict; /* of the whole guest, with these answers */
        size_t n;
        CheckFinding *findings; /* those that do not hold with all answers; owned */
        size_t n_missing;
        char (*missing)[96]; /* owned */
} CheckAlternative;

#define CHECK_ALTERNATIVES_MAX 16

typedef struct Check {
        Verdict verdict; /* the worst */
        Layout layout;
        size_t n;
        CheckFinding *findings; /* worst first; owned */
        size_t n_missing;
        char (*missing)[96]; /* inputs that were not there; owned */
        size_t n_alternatives;
        CheckAlternative *alternatives; /* where an answer to what is missing decides; owned */
} Check;

void check_done(Check *check);

/* Fills in, from the profile, the BARs of assigned devices given by address. -ENOMEM only. */
int check_guest(Guest *guest, const Profile *profile, Check *ret);

/* A string of a check as JSON takes it: a device's name may have been cut within a character. */
struct json_t *check_text_json(const char *text);

/* The document of `hawctl check --json` and D-Bus Check. A new reference; NULL when out of memory. */
struct json_t *check_json(const Guest *guest, const Check *check);
