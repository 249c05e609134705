/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* May this guest run on this host? Rules over a layout and a profile. Pure. */

#include "guest/change.h"
#include "guest/guest.h"
#include "guest/layout/layout.h"
#include "profile/profile.h"

/* A missing input is a warning that names it: "safe", "warning" or "unsafe", and "info" for a finding that is safe. */
const char *check_verdict_word(Verdict verdict);
const char *finding_verdict_word(Verdict verdict);

/* Findings bear its word, "R1" to "R14", which never changes its meaning (docs/check.md); in the order that they are shown. */
typedef enum Rule {
        RULE_NONE = 0,
        RULE_START,    /* what the VMM does not start */
        RULE_WIDTH,    /* the guest's width, and what KVM and the second-level page tables allow */
        RULE_MEMORY,   /* memory that assigned devices cannot address */
        RULE_BARS,     /* BARs that they cannot address */
        RULE_VIOMMU,   /* the width of the guest's own IOMMU */
        RULE_RESERVED, /* regions that firmware reserves for a device */
        RULE_WINDOW,   /* what the firmware's windows hold */
        RULE_MIGRATION,
        RULE_HYPERTRANSPORT, /* RULE_MEMORY and RULE_BARS, where AMD's hole below 1 TiB is the cause */
        RULE_CONFIDENTIAL,
        RULE_COMPATIBILITY, /* what is known to break guests' firmware, kernels or drivers */
        RULE_ASSIGNMENT, /* why the host starts no such guest or assigns no such device, whatever the widths */
        RULE_CPUINFO, /* an explicit width that was read in /proc/cpuinfo, or that libvirt compares with it */
        RULE_OVERLAP, /* parts of the layout over each other */
        _RULE_MAX,
} Rule;

WORDS_DECLARE(Rule, rule);

typedef struct CheckFinding {
        Rule rule;
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
