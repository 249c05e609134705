/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* May this guest run on this host? Rules R1 to R13 over a layout and a profile. Pure. */

#include "guest/guest.h"
#include "guest/layout/layout.h"
#include "guest/remedy/change-forms.h"
#include "profile/profile.h"

/* A missing input is a warning that names it: "safe", "warning" or "unsafe", and "info" for a finding that is safe. */
const char *check_verdict_word(Verdict verdict);
const char *finding_verdict_word(Verdict verdict);

typedef struct CheckFinding {
        char rule[8];    /* "R1" … "R13" */
        Verdict verdict; /* SAFE: for information */
        char *subject;   /* "guest", a device's name, a PCI address */
        char *summary;   /* one line */
        char *numbers;   /* what was compared, with both numbers */
        char *remedy;    /* in words; "" none */
        char *libvirt;   /* the setting to change, as XML; "" none */
        char *qemu;      /* the same as an option of QEMU, or of the VMM that it is; "" none */
        char *proxmox;   /* the same as a command of Proxmox VE; "" none */
        bool in_plan;    /* gone when the check's plan is carried out */
        bool changed;    /* the remedy is a change of the guest: */
        Change change;
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
#define CHECK_PLAN_MAX 4

/* Changes that were tried together. */
typedef struct CheckPlan {
        size_t n; /* 0: no change of the guest helps */
        Change changes[CHECK_PLAN_MAX];
        ChangeForms forms; /* of all of them; owned */
        Verdict verdict;   /* of the guest with them */
        size_t remaining;  /* findings that are left and are no information */
} CheckPlan;

typedef struct Check {
        Verdict verdict; /* the worst */
        Layout layout;
        size_t n;
        CheckFinding *findings; /* worst first; owned */
        CheckPlan plan;
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
