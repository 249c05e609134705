/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an answer is made of: sets of findings, a check for each answer to what is open, the search for remedies and for a
 * plan. Each asks what stands above it here. */

#include "guest/change.h"
#include "guest/rules/run.h"

/* ── sets of findings ──────────────────────────────────────────────────────────────────────────────────── */

/* Findings in an order of their own: a stranger's guest of a thousand devices has thousands of them in each of a hundred
 * checks, and comparing each with each takes seconds. */

typedef struct FindingSet {
        size_t n;
        const CheckFinding **items; /* owned; what they point to is the check's */
} FindingSet;

/* Good as long as the findings stay where they are, and verdict, rule, subject and summary as they are. -ENOMEM. */
int finding_set_make(const CheckFinding *findings, size_t n, FindingSet *ret);
void finding_set_done(FindingSet *set);
/* The worst that has rule, subject and summary of that one; NULL: none. */
const CheckFinding *finding_set_find(const FindingSet *set, const CheckFinding *finding);
/* Whether it has that one, the verdict included. */
bool finding_set_has(const FindingSet *set, const CheckFinding *finding);
/* Whether both have the same ones. Information decides nothing, and does not count. */
bool finding_set_equal(const FindingSet *a, const FindingSet *b);

/* ── alternatives ──────────────────────────────────────────────────────────────────────────────────────── */

/* What a guest's description leaves open and its layout depends on: the versions of QEMU and of the firmware, features of the
 * CPU, how the firmware was built. The guest is checked once for each answer. What all of them find is found; the rest is told with the
 * answers that it holds for. */

/* All versions of both QEMU and the firmware are within it. Beyond these no further question is tried: it stays missing. */
#define ALTERNATIVES_MAX 128
#define FIRMWARE_VERSIONS_MAX 16

/* One check, with one answer to each question that came up. */
typedef struct Leaf {
        size_t version;                        /* index into the firmware's versions, */
        size_t vmm;                            /* and into QEMU's */
        uint8_t answers[_LAYOUT_QUESTION_MAX]; /* the answer + 1; 0: did not come up */
        unsigned class;                        /* the same number: the same answer */
        Check check;
        FindingSet found; /* its findings */
} Leaf;

typedef struct Leaves {
        const Guest *guest;
        const Profile *profile;
        const ProfileDevice *const *places;
        bool any_version;  /* the version is a guess: all are tried */
        size_t n_versions; /* 1 where it is known */
        GuestVersion versions[FIRMWARE_VERSIONS_MAX];
        size_t own_version; /* which of them has the rules of the guest's own */
        bool any_vmm;       /* QEMU's version is open: all are tried, */
        size_t n_vmms;      /* else 1 */
        GuestVersion vmms[VMM_VERSIONS_MAX];
        size_t n;
        Leaf *items; /* owned */
        size_t nominal;
        unsigned n_classes;
} Leaves;

/* Whether there is more than one answer to something that this check of the guest depends on. */
bool check_is_open(const Guest *guest, const Check *check);
void leaves_done(Leaves *leaves);
/* -ENOMEM. */
int leaves_collect(
                const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Leaves *ret);
/* The guest of one leaf: a shallow copy. */
void leaf_guest(const Leaves *leaves, const Leaf *leaf, Guest *ret);
/* Whether the firmware's version, QEMU's, or a question makes a difference. */
bool leaves_version_matters(const Leaves *leaves);
bool leaves_vmm_matters(const Leaves *leaves);
bool leaves_question_matters(const Leaves *leaves, LayoutQuestion question);

/* Masks of indices into either. */
typedef struct LeafVersions {
        uint32_t vmms, firmwares;
} LeafVersions;

/* "OVMF before 202211", "QEMU 9.2 or newer; a CPU with 1 GiB pages (pdpe1gb)". */
void leaf_words(const Leaves *leaves, const Leaf *leaf, LeafVersions versions, bool questions, char *ret,
                size_t size);

/* One check of all leaves. Only what all of them find is in its findings. -ENOMEM. */
int leaves_merge(const Leaves *leaves, Check *ret);
/* Adds to it what only some of them find. -ENOMEM. */
int leaves_tell(const Leaves *leaves, Check *check);

/* The same for every answer to what nobody told and the layout depends on: what all of them find. */
int check_every(const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *ret);
/* Makes a check of one answer that of all, where there is more than one. On an error the check is empty. */
int check_open(const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *check);

/* ── remedies ──────────────────────────────────────────────────────────────────────────────────────────── */

#define REMEDY_CANDIDATES_MAX 64

/* What may help against a finding, the smallest change first. How many. Places as of check_places(). */
size_t remedy_candidates(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                const Check *check, const CheckFinding *finding, Change ret[REMEDY_CANDIDATES_MAX]);

/* Adds to each finding the smallest change that makes it go away. -ENOMEM. */
int remedy_search(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                Check *check);

/* The forms of finding->change for that guest, and what has to be known of them. -ENOMEM. */
#define REMEDY_NOTE_MAX 256
int remedy_put_forms(const Guest *guest, CheckFinding *finding, char note[REMEDY_NOTE_MAX]);

/* ── plan ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* One plan for the whole guest: the fewest changes that make it as safe as changes of the guest can. */

/* Fills check->plan, and in_plan of its findings. Nothing where no change helps. -ENOMEM. */
int plan_search(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                Check *check);

/* The whole answer (check.c), with places as of check_places(). */
int check_with_remedies(
                const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *ret);
