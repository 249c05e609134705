/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/answer/search.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/machine.h"
#include "probe/cleanup.h"
#include "probe/grow.h"

_Static_assert(11 * VMM_VERSIONS_MAX <= ALTERNATIVES_MAX, "versions alone are too many");

void leaves_done(Leaves *leaves) {
        for (size_t i = 0; i < leaves->n; i++) {
                finding_set_done(&leaves->items[i].found);
                check_done(&leaves->items[i].check);
        }
        free(leaves->items);
        *leaves = (Leaves){};
}

void leaf_guest(const Leaves *leaves, const Leaf *leaf, Guest *ret) {
        *ret = *leaves->guest;
        ret->firmware.version_guessed = false;
        if (leaves->any_version && leaf->version != leaves->own_version)
                ret->firmware.version = leaves->versions[leaf->version];
        if (leaves->any_vmm)
                vmm_of(ret)->version_set(&leaves->vmms[leaf->vmm], ret);
        for (LayoutQuestion q = 0; q < _LAYOUT_QUESTION_MAX; q++)
                if (leaf->answers[q])
                        layout_question_answer(q, leaf->answers[q] - 1, ret);
}

static int add_leaf(Leaves *leaves, Leaf *leaf) {
        Leaf *grown = grow(leaves->items, leaves->n, sizeof(*grown));

        if (!grown) {
                check_done(&leaf->check);
                return -ENOMEM;
        }
        leaves->items = grown;
        grown[leaves->n++] = *leaf;
        return 0;
}

/* An answer may raise the next question. There are few questions, so the recursion is shallow. */
static int try_answers(Leaves *leaves, Leaf leaf) {
        unsigned asked;
        LayoutQuestion question = 0;
        Guest guest;
        int r;

        leaf_guest(leaves, &leaf, &guest);
        r = check_rules(&guest, leaves->profile, leaves->places, &leaf.check);
        if (r < 0)
                return r;
        asked = leaf.check.layout.asked;
        while (question < _LAYOUT_QUESTION_MAX && (!(asked & 1U << question) || leaf.answers[question]))
                question++;
        if (question == _LAYOUT_QUESTION_MAX || leaves->n >= ALTERNATIVES_MAX)
                return add_leaf(leaves, &leaf);
        check_done(&leaf.check);
        for (unsigned answer = 0; r >= 0 && answer < layout_question_answers(question); answer++) {
                leaf.answers[question] = (uint8_t) (answer + 1);
                r = try_answers(leaves, leaf);
        }
        return r;
}

static void list_versions(Leaves *leaves) {
        const GuestFirmware *firmware = &leaves->guest->firmware;
        GuestVersion version;

        leaves->any_vmm = vmm_version_open(leaves->guest);
        leaves->n_vmms = leaves->any_vmm ? vmm_of(leaves->guest)->versions(leaves->guest, leaves->vmms) : 1;
        leaves->n_versions = 1;
        leaves->any_version = firmware->version_guessed && firmware_version(firmware->kind, 0, &version);
        if (!leaves->any_version)
                return;
        leaves->n_versions = 0;
        while (leaves->n_versions < ELEMENTS(leaves->versions) &&
                        firmware_version(firmware->kind, leaves->n_versions, &version)) {
                if (version_reaches(firmware->version, version.major, version.minor, version.patch))
                        leaves->own_version = leaves->n_versions;
                leaves->versions[leaves->n_versions++] = version;
        }
}

bool check_has_missing(const Check *check, const char *missing) {
        for (size_t i = 0; i < check->n_missing; i++)
                if (strcmp(check->missing[i], missing) == 0)
                        return true;
        return false;
}

bool check_has_missing_vmm(const Check *check, const Guest *guest) {
        char missing[sizeof(check->missing[0])];

        snprintf(missing, sizeof(missing), VMM_MISSING, vmm_of(guest)->name);
        return check_has_missing(check, missing);
}

static bool has_all_missing(const Check *check, const Check *other) {
        for (size_t i = 0; i < other->n_missing; i++)
                if (!check_has_missing(check, other->missing[i]))
                        return false;
        return true;
}

static bool same_answer(const Leaf *a, const Leaf *b) {
        return a->check.verdict == b->check.verdict && has_all_missing(&a->check, &b->check) &&
                        has_all_missing(&b->check, &a->check) && finding_set_equal(&a->found, &b->found);
}

static void classify(Leaves *leaves) {
        for (size_t i = 0; i < leaves->n; i++) {
                Leaf *leaf = &leaves->items[i];
                size_t j = 0;

                while (j < i && !same_answer(&leaves->items[j], leaf))
                        j++;
                leaf->class = j < i ? leaves->items[j].class : leaves->n_classes++;
        }
}

int leaves_collect(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                Leaves *ret) {
        Leaves leaves = { .guest = guest, .profile = profile, .places = places };
        int r = 0;

        list_versions(&leaves);
        for (size_t i = 0; r >= 0 && i < leaves.n_vmms * leaves.n_versions; i++) {
                const Leaf leaf = { .vmm = i / leaves.n_versions, .version = i % leaves.n_versions };

                /* The newest QEMU. */
                if (leaf.vmm == leaves.n_vmms - 1 && leaf.version == leaves.own_version)
                        leaves.nominal = leaves.n;
                r = try_answers(&leaves, leaf);
        }
        for (size_t i = 0; r >= 0 && i < leaves.n; i++)
                r = finding_set_make(leaves.items[i].check.findings, leaves.items[i].check.n,
                                &leaves.items[i].found);
        if (r < 0) {
                leaves_done(&leaves);
                return r;
        }
        classify(&leaves);
        *ret = leaves;
        return 0;
}

/* ── what makes a difference ───────────────────────────────────────────────────────────────────────────── */

/* Classes beyond 64 share bits. */
static uint64_t class_bit(const Leaf *leaf) {
        return UINT64_C(1) << (leaf->class % 64);
}

static bool differ(const uint64_t *masks, size_t n) {
        uint64_t first = 0;

        for (size_t i = 0; i < n; i++) {
                if (first && masks[i] && masks[i] != first)
                        return true;
                first = first ? first : masks[i];
        }
        return false;
}

bool leaves_version_matters(const Leaves *leaves) {
        for (size_t vmm = 0; vmm < leaves->n_vmms; vmm++) {
                uint64_t masks[FIRMWARE_VERSIONS_MAX] = {};

                for (size_t i = 0; i < leaves->n; i++)
                        if (leaves->items[i].vmm == vmm)
                                masks[leaves->items[i].version] |= class_bit(&leaves->items[i]);
                if (differ(masks, leaves->n_versions))
                        return true;
        }
        return false;
}

bool leaves_vmm_matters(const Leaves *leaves) {
        for (size_t version = 0; version < leaves->n_versions; version++) {
                uint64_t masks[VMM_VERSIONS_MAX] = {};

                for (size_t i = 0; i < leaves->n; i++)
                        if (leaves->items[i].version == version)
                                masks[leaves->items[i].vmm] |= class_bit(&leaves->items[i]);
                if (differ(masks, leaves->n_vmms))
                        return true;
        }
        return false;
}

bool leaves_question_matters(const Leaves *leaves, LayoutQuestion question) {
        for (size_t both = 0; both < leaves->n_vmms * leaves->n_versions; both++) {
                const size_t vmm = both / leaves->n_versions, version = both % leaves->n_versions;
                uint64_t masks[4] = {};

                for (size_t i = 0; i < leaves->n; i++)
                        if (leaves->items[i].vmm == vmm && leaves->items[i].version == version &&
                                        leaves->items[i].answers[question])
                                masks[leaves->items[i].answers[question] - 1] |=
                                                class_bit(&leaves->items[i]);
                if (differ(masks, ELEMENTS(masks)))
                        return true;
        }
        return false;
}

/* ── checks ────────────────────────────────────────────────────────────────────────────────────────────── */

bool check_is_open(const Guest *guest, const Check *check) {
        GuestVersion version;

        return check->layout.asked || vmm_version_open(guest) ||
                        (guest->firmware.version_guessed &&
                                        firmware_version(guest->firmware.kind, 0, &version));
}

int check_open(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                Check *check) {
        _cleanup_(leaves_done) Leaves leaves = {};
        int r = 0;

        if (!check_is_open(guest, check))
                return 0;
        check_done(check);
        r = leaves_collect(guest, profile, places, &leaves);
        return r < 0 ? r : leaves_merge(&leaves, check);
}

int check_every(const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *ret) {
        int r = check_rules(guest, profile, places, ret);

        return r < 0 ? r : check_open(guest, profile, places, ret);
}

/* ── words ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...) {
        size_t used = strlen(text);
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(text + used, size - used, format, arguments);
        va_end(arguments);
}

typedef struct VersionList {
        const char *name;
        size_t n;
        const GuestVersion *versions;
} VersionList;

/* From `first` to before `end`. A listed version is the first with its rules; the first also represents all
 * before it. */
static void append_run(const VersionList *list, size_t first, size_t end, char *ret, size_t size) {
        char from[40], before[40];
        bool to_last = end == list->n;

        guest_version_to_text(&list->versions[first], from, sizeof(from));
        guest_version_to_text(&list->versions[to_last ? first : end], before, sizeof(before));
        if (first == 0)
                append(ret, size, "before %s", before);
        else if (to_last)
                append(ret, size, "%s or later", from);
        else
                append(ret, size, "%s or later, before %s", from, before);
}

static void append_versions(const VersionList *list, uint32_t versions, char *ret, size_t size) {
        bool more = false;

        if (versions == (uint32_t) ((UINT64_C(1) << list->n) - 1))
                return;
        append(ret, size, "%s%s ", *ret ? "; " : "", list->name);
        for (size_t i = 0; i < list->n; i++) {
                size_t end = i;

                while (end < list->n && versions & UINT32_C(1) << end)
                        end++;
                if (end == i)
                        continue;
                append(ret, size, "%s", more ? ", and " : "");
                append_run(list, i, end, ret, size);
                more = true;
                i = end;
        }
}

void leaf_words(const Leaves *leaves, const Leaf *leaf, LeafVersions versions, bool questions, char *ret,
                size_t size) {
        const VersionList vmms = { vmm_of(leaves->guest)->name, leaves->n_vmms, leaves->vmms },
                          firmwares = { leaves->guest->firmware.kind == FIRMWARE_OVMF ? "OVMF" : "SeaBIOS",
                                  leaves->n_versions, leaves->versions };

        *ret = 0;
        if (leaves->any_vmm)
                append_versions(&vmms, versions.vmms, ret, size);
        if (leaves->any_version)
                append_versions(&firmwares, versions.firmwares, ret, size);
        for (LayoutQuestion q = 0; questions && q < _LAYOUT_QUESTION_MAX; q++)
                if (leaf->answers[q] && leaves_question_matters(leaves, q))
                        append(ret, size, "%s%s", *ret ? "; " : "",
                                        layout_question_words(q, leaf->answers[q] - 1));
}
