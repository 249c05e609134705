/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a guest's description leaves open and its layout depends on: the versions of QEMU and of the firmware, features of the
 * CPU, how the firmware was built. The guest is checked once for each answer. What all of them find is found; the rest is told with the
 * answers that it holds for. */

#include "guest/answer/finding-set.h"
#include "guest/layout/layout.h"
#include "guest/rules/run.h"
#include "guest/vmm/qemu/qemu.h"

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

/* alternative-words.c: "OVMF before 202211", "QEMU 9.2 or newer; a CPU with 1 GiB pages (pdpe1gb)". */
void leaf_words(const Leaves *leaves, const Leaf *leaf, LeafVersions versions, bool questions, char *ret,
                size_t size);

/* alternatives-merge.c: one check of all leaves. Only what all of them find is in its findings. -ENOMEM. */
int leaves_merge(const Leaves *leaves, Check *ret);
/* Adds to it what only some of them find. -ENOMEM. */
int leaves_tell(const Leaves *leaves, Check *check);
