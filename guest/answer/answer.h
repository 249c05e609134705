/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Answers about a guest on a host: can it run, how many more devices fit, can it migrate. Pure. */

#include "guest/rules/check.h"
#include "profile/document/field.h"

/* ── check ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Fills in the BARs of devices assigned by address, from the profile. -ENOMEM only. */
int check_guest(Guest *guest, const Profile *profile, Check *ret);
/* The same verdict and the findings that do not depend on open questions; without remedies, plan and
 * alternatives, which takes a tenth of the time. */
int check_verdict(Guest *guest, const Profile *profile, Check *ret);
/* The same with alternatives: all that check_guest() finds, without what helps. */
int check_findings(Guest *guest, const Profile *profile, Check *ret);

/* ── fit ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* How many more devices of one kind fit, at the guest's width and at every other. Pure. */

#define FIT_WIDTH_MIN 36
#define FIT_WIDTH_MAX 52
#define FIT_COUNT_MAX 256

typedef struct FitWidth {
        uint8_t bits;
        uint32_t n;         /* that fit */
        uint32_t n_reached; /* of these, without a warning: peer-to-peer works too */
} FitWidth;

typedef struct Fit {
        Verdict before; /* verdict without them; if unsafe, none fit */
        uint32_t wanted;
        FitWidth now; /* at the guest's own width */
        size_t n_widths;
        FitWidth widths[FIT_WIDTH_MAX - FIT_WIDTH_MIN + 1];
        uint8_t bits_for_all; /* smallest width at which `wanted` fit; 0 none here */
        uint64_t memory; /* the most with which QEMU's virt leaves no region out; 0: unknown, or another machine */
        uint64_t each; /* bytes of the window per device; 0: no 64-bit BAR */
        Rule stops;    /* ends the count */
        char *why;     /* its finding; "" if FIT_COUNT_MAX fit */
        size_t n_missing;
        char (*missing)[96]; /* owned */
        size_t n_refused;
        char **refused; /* owned; why VFIO rejects such a device on this host */
} Fit;

void fit_done(Fit *fit);

/* Fit.memory: in whole GiB, beside the guest's room for hot-plug. */
uint64_t fit_memory(const Guest *guest, const Profile *profile);

/* The device has BARs or a host address. Fills in the guest's BARs as check_guest() does. -ENOMEM. */
int fit_devices(Guest *guest, const Profile *profile, const GuestDevice *device, uint32_t wanted, Fit *ret);

/* ── migration ─────────────────────────────────────────────────────────────────────────────────────────── */

/* Can a guest move to another host? Live migration keeps its layout. Offline, it gets a new layout there.
 * Hot-plug: a device is added on the target to the layout that the guest came with. Pure. */

typedef enum MigrationKind {
        MIGRATION_LIVE = 0,
        MIGRATION_OFFLINE,
        MIGRATION_HOTPLUG,
        _MIGRATION_MAX,
} MigrationKind;

WORDS_DECLARE(MigrationKind, migration_kind);

typedef struct Migration {
        Verdict verdict;               /* the worst of those below */
        Check answers[_MIGRATION_MAX]; /* their layouts: empty for live and hot-plug; offline has the
                                        * target's */
} Migration;

void migration_done(Migration *migration);

/* `here`: the guest's check on the source host. -ENOMEM. */
int check_migration(const Guest *guest, const Check *here, const Profile *source, const Profile *target,
                Migration *ret);
/* The same without what helps. */
int check_migration_findings(const Guest *guest, const Check *here, const Profile *source,
                const Profile *target, Migration *ret);

/* ── their documents, as tables: hawd-check/1 and hawd-fit/1 ───────────────────────────────────────────── */

struct json_t;

/* Input of a check's document. */
typedef struct CheckAnswer CheckAnswer;

extern const FieldTable check_table; /* CheckAnswer */
extern const FieldTable fit_table;   /* Fit */

/* A host to migrate to. */
typedef struct CheckTarget {
        const char *name; /* as given */
        Migration migration;
} CheckTarget;

/* Documents of `hawctl check --json` and D-Bus Check; of `hawctl fit --json`. A new reference; NULL: out of
 * memory. */
struct json_t *check_json(
                const Guest *guest, const Check *check, const CheckTarget *targets, size_t n_targets);
struct json_t *fit_json(const Fit *fit);

/* A text as valid JSON: a device's name may be cut within a character. NULL: null. */
struct json_t *answer_text(const char *text);
/* n texts from `texts` on, `size` bytes apart. */
struct json_t *answer_texts(const char *texts, size_t n, size_t size);

extern const FieldHook answer_text_hook;  /* char * */
extern const FieldHook answer_lines_hook; /* char *, written by hawd, of any length */
extern const Words check_verdict_words;   /* Verdict: "safe", "warning", "unsafe" */
