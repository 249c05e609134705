/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Can a guest run on a host? Rules over a layout and a profile. Pure. */

#include "guest/change.h"
#include "guest/guest.h"
#include "guest/layout/layout.h"
#include "profile/profile.h"

/* A missing input is a warning that names it. Verdicts: "safe", "warning", "unsafe"; a safe finding:
 * "info". */
const char *check_verdict_word(Verdict verdict);
const char *finding_verdict_word(Verdict verdict);

/* Words "R1" to "R14" in findings. Their meaning never changes (docs/check.md). In the order of display. */
typedef enum Rule {
        RULE_NONE = 0,
        RULE_START,    /* the VMM does not start */
        RULE_WIDTH,    /* the guest's width against KVM and the second-level page tables */
        RULE_MEMORY,   /* memory that assigned devices cannot address */
        RULE_BARS,     /* BARs that they cannot address */
        RULE_VIOMMU,   /* the width of the guest's own IOMMU */
        RULE_RESERVED, /* regions that firmware reserves for a device */
        RULE_WINDOW,   /* size of the firmware's windows */
        RULE_MIGRATION,
        RULE_HYPERTRANSPORT, /* RULE_MEMORY and RULE_BARS, if caused by AMD's hole below 1 TiB */
        RULE_CONFIDENTIAL,
        RULE_COMPATIBILITY, /* known to break guests' firmware, kernels or drivers */
        RULE_ASSIGNMENT,    /* the host cannot start the guest or assign the device, whatever the widths */
        RULE_CPUINFO,       /* an explicit width from /proc/cpuinfo, or that libvirt compares with it */
        RULE_OVERLAP,       /* overlapping parts of the layout */
        _RULE_MAX,
} Rule;

WORDS_DECLARE(Rule, rule);

typedef struct CheckFinding {
        Rule rule;
        Verdict verdict; /* SAFE: information */
        char *subject;   /* "guest", a device's name, a PCI address */
        char *summary;   /* one line */
        char *numbers;   /* both compared values */
        char *remedy;    /* in words; "" none */
        char *libvirt;   /* the setting to change, as XML; "" none */
        char *qemu;      /* option of QEMU or of the guest's VMM; "" none */
        char *proxmox;   /* the same as a command of Proxmox VE; "" none */
        bool in_plan;    /* resolved by the check's plan */
        bool changed;    /* the remedy is a change of the guest */
        Change change;
        uint64_t start, end; /* the range in conflict; 0, 0 none */
} CheckFinding;

/* Results of only some answers to an open question: which firmware, what CPU features. */
typedef struct CheckAlternative {
        char when[192];  /* "OVMF before 202211", "a CPU with 1 GiB pages (pdpe1gb)" */
        Verdict verdict; /* of the whole guest, with these answers */
        size_t n;
        CheckFinding *findings; /* not common to all answers; owned */
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
        Verdict verdict;   /* of the guest with it */
        size_t remaining;  /* findings left, without information */
} CheckPlan;

typedef struct Check {
        Verdict verdict; /* the worst */
        Layout layout;
        size_t n;
        CheckFinding *findings; /* worst first; owned */
        CheckPlan plan;
        size_t n_missing;
        char (*missing)[96]; /* missing inputs; owned */
        size_t n_assumed;
        GuestNote *assumed; /* of the host; owned */
        size_t n_alternatives;
        CheckAlternative *alternatives; /* if the result depends on what is missing; owned */
} Check;

void check_done(Check *check);
