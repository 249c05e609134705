/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a guest is told of a host: may it run there, how many more devices fit, may it move to another. Pure. */

#include "guest/rules/check.h"
#include "profile/field/field.h"

/* ── check ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Fills in, from the profile, the BARs of assigned devices given by address. -ENOMEM only. */
int check_guest(Guest *guest, const Profile *profile, Check *ret);

/* ── fit ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* How many more devices of one kind fit beside a guest, as it is and at every width. Pure. */

#define FIT_WIDTH_MIN 36
#define FIT_WIDTH_MAX 52
#define FIT_COUNT_MAX 256

typedef struct FitWidth {
        uint8_t bits;
        uint32_t n;         /* that fit */
        uint32_t n_reached; /* of them without a warning: peer-to-peer reaches them too */
} FitWidth;

typedef struct Fit {
        Verdict before; /* the guest without them: they fit nowhere where it is unsafe itself */
        uint32_t wanted;
        FitWidth now; /* at the guest's own width */
        size_t n_widths;
        FitWidth widths[FIT_WIDTH_MAX - FIT_WIDTH_MIN + 1];
        uint8_t bits_for_all; /* smallest width at which `wanted` fit; 0 none here */
        uint64_t each;        /* bytes of the window that one takes; 0: no 64-bit BAR */
        Rule stops;           /* ends the count */
        char *why;            /* and what it says; "" when FIT_COUNT_MAX fit */
        size_t n_missing;
        char (*missing)[96]; /* owned */
        size_t n_refused;
        char **refused; /* why VFIO takes no such device here, wherever its BARs fit; owned */
} Fit;

void fit_done(Fit *fit);

/* The device's BARs are given, or it has an address on this host. Fills the guest's as check_guest() does. -ENOMEM. */
int fit_devices(Guest *guest, const Profile *profile, const GuestDevice *device, uint32_t wanted, Fit *ret);

/* ── migration ─────────────────────────────────────────────────────────────────────────────────────────── */

/* May a guest of one host go to another? Three questions with three answers: moved while it runs, its layout stays; started
 * anew, it is laid out there; and once there, a device may be plugged into the layout it came with. Pure. */

typedef enum MigrationKind {
        MIGRATION_LIVE = 0,
        MIGRATION_OFFLINE,
        MIGRATION_HOTPLUG,
        _MIGRATION_MAX,
} MigrationKind;

WORDS_DECLARE(MigrationKind, migration_kind);

typedef struct Migration {
        Verdict verdict;               /* the worst of those below */
        Check answers[_MIGRATION_MAX]; /* their layouts: live and hot-plug are empty, offline has that of the target */
} Migration;

void migration_done(Migration *migration);

/* `here` is the guest's check on the host it comes from. -ENOMEM. */
int check_migration(const Guest *guest, const Check *here, const Profile *source, const Profile *target,
                Migration *ret);

/* ── their documents, as tables: hawd-check/1 and hawd-fit/1 ───────────────────────────────────────────── */

struct json_t;

/* What the document of a check is made of. */
typedef struct CheckAnswer CheckAnswer;

extern const FieldTable check_table; /* CheckAnswer */
extern const FieldTable fit_table;   /* Fit */

/* A host that the guest may go to. */
typedef struct CheckTarget {
        const char *name; /* as it was given */
        Migration migration;
} CheckTarget;

/* The document of `hawctl check --json` and D-Bus Check; of `hawctl fit --json`. A new reference; NULL when out of memory. */
struct json_t *check_json(
                const Guest *guest, const Check *check, const CheckTarget *targets, size_t n_targets);
struct json_t *fit_json(const Fit *fit);

/* A text as JSON takes it: a device's name may have been cut within a character. NULL: null. */
struct json_t *answer_text(const char *text);
/* n texts, the first at `texts`, each `size` after the one before. */
struct json_t *answer_texts(const char *texts, size_t n, size_t size);

extern const FieldHook answer_text_hook;  /* char * */
extern const FieldHook answer_words_hook; /* char * that is not empty */
extern const FieldHook answer_lines_hook; /* char *, of hawd's own making and of any length */
extern const Words check_verdict_words;   /* of a Verdict: "safe", "warning", "unsafe" */
