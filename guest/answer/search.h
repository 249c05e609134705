/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of an answer: sets of findings, a check for each answer to open questions, remedies, the plan.
 * Each part uses only those above it. */

#include "guest/change.h"
#include "guest/rules/run.h"

/* ── sets of findings ──────────────────────────────────────────────────────────────────────────────────── */

/* Sorted findings. A guest with 1000 devices can have thousands in each of 100 checks; comparing all pairs
 * takes seconds. */

typedef struct FindingSet {
        size_t n;
        const CheckFinding **items; /* owned; the findings belong to the check */
} FindingSet;

/* Valid while the findings do not move and verdict, rule, subject and summary do not change. -ENOMEM. */
int finding_set_make(const CheckFinding *findings, size_t n, FindingSet *ret);
void finding_set_done(FindingSet *set);
/* The worst with the same rule, subject and summary; NULL: none. */
const CheckFinding *finding_set_find(const FindingSet *set, const CheckFinding *finding);
/* Whether it has that finding with that verdict. */
bool finding_set_has(const FindingSet *set, const CheckFinding *finding);
/* Whether both have the same findings. Information is ignored. */
bool finding_set_equal(const FindingSet *a, const FindingSet *b);

/* ── alternatives ──────────────────────────────────────────────────────────────────────────────────────── */

/* What the description leaves open and the layout depends on: the versions of QEMU and of the firmware, CPU
 * features, firmware build options. The guest is checked once for each answer. Findings common to all
 * answers are reported as such; the others are reported with their answers. */

/* Enough for all versions of QEMU and the firmware. Questions beyond this limit are not tried and stay
 * missing. */
#define ALTERNATIVES_MAX 128
#define FIRMWARE_VERSIONS_MAX 16

/* One check, with one answer to each question that arose. */
typedef struct Leaf {
        size_t version;                        /* index into the firmware's versions */
        size_t vmm;                            /* into QEMU's */
        uint8_t answers[_LAYOUT_QUESTION_MAX]; /* answer + 1; 0: did not arise */
        unsigned class;                        /* equal numbers: equal results */
        Check check;
        FindingSet found; /* its findings */
} Leaf;

typedef struct Leaves {
        const Guest *guest;
        const Profile *profile;
        const ProfileDevice *const *places;
        bool any_version;  /* the version is a guess: all are tried */
        size_t n_versions; /* 1 if known */
        GuestVersion versions[FIRMWARE_VERSIONS_MAX];
        size_t own_version; /* index of the one with the guest's rules */
        bool any_vmm;       /* QEMU's version is open: all are tried */
        size_t n_vmms;      /* else 1 */
        GuestVersion vmms[VMM_VERSIONS_MAX];
        size_t n;
        Leaf *items; /* owned */
        size_t nominal;
        unsigned n_classes;
} Leaves;

/* Whether anything that this check depends on has more than one answer. */
bool check_is_open(const Guest *guest, const Check *check);
void leaves_done(Leaves *leaves);
/* -ENOMEM. */
int leaves_collect(
                const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Leaves *ret);
/* The leaf's guest, a shallow copy. */
void leaf_guest(const Leaves *leaves, const Leaf *leaf, Guest *ret);
/* Whether the firmware's version, QEMU's, or a question changes the result. */
bool leaves_version_matters(const Leaves *leaves);
bool leaves_vmm_matters(const Leaves *leaves);
bool leaves_question_matters(const Leaves *leaves, LayoutQuestion question);

/* Bit masks of indices. */
typedef struct LeafVersions {
        uint32_t vmms, firmwares;
} LeafVersions;

/* "OVMF before 202211", "QEMU 9.2 or newer; a CPU with 1 GiB pages (pdpe1gb)". */
void leaf_words(const Leaves *leaves, const Leaf *leaf, LeafVersions versions, bool questions, char *ret,
                size_t size);

/* Merges all leaves into one check with their common findings. -ENOMEM. */
int leaves_merge(const Leaves *leaves, Check *ret);
/* Adds the findings of only some leaves. -ENOMEM. */
int leaves_tell(const Leaves *leaves, Check *check);

/* Checks the guest with every answer to open questions. Returns the common findings. */
int check_every(const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *ret);
/* Extends the check of one answer to all answers, if there are several. On an error the check is empty. */
int check_open(const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *check);

/* ── remedies ──────────────────────────────────────────────────────────────────────────────────────────── */

#define REMEDY_CANDIDATES_MAX 64

/* Finds changes that may help, smallest first, and returns their number. places: see check_places(). */
size_t remedy_candidates(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                const Check *check, const CheckFinding *finding, Change ret[REMEDY_CANDIDATES_MAX]);

/* Adds to each finding the smallest change that resolves it. -ENOMEM. */
int remedy_search(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                Check *check);

/* Renders finding->change in the guest's forms, with notes. -ENOMEM. */
#define REMEDY_NOTE_MAX 256
int remedy_put_forms(const Guest *guest, CheckFinding *finding, char note[REMEDY_NOTE_MAX]);

/* ── migration ─────────────────────────────────────────────────────────────────────────────────────────── */

/* Parts of the live answer. The run's profile is the target's, its layout the source's. */
/* True: the same, and known. */
bool live_architectures(CheckRun *run, const Profile *source);
void live_vendors(CheckRun *run, const Profile *source);
/* KVM guests of arm64: CPUs, and the layout with the target's limit. */
void live_arm64(CheckRun *run, const Profile *source);
/* Of guests of a hypervisor (vmm.h). */
void live_hypervisor(CheckRun *run, const Profile *source);

/* ── plan ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* One plan for the whole guest: the fewest changes that make it as safe as possible. */

/* Fills check->plan and in_plan of its findings, if a change helps. -ENOMEM. */
int plan_search(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                Check *check);

/* The complete check (check.c). places: see check_places(). */
int check_with_remedies(
                const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *ret);
