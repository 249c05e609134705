/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/answer/search.h"
#include "guest/machine.h"
#include "probe/cleanup.h"
#include "probe/grow.h"

/* ── what holds in all ─────────────────────────────────────────────────────────────────────────────────── */

static bool in_all(const Leaves *leaves, const CheckFinding *finding) {
        for (size_t i = 0; i < leaves->n; i++)
                if (!finding_set_has(&leaves->items[i].found, finding))
                        return false;
        return true;
}

static bool missing_in_all(const Leaves *leaves, const char *missing) {
        for (size_t i = 0; i < leaves->n; i++)
                if (!check_has_missing(&leaves->items[i].check, missing))
                        return false;
        return true;
}

/* Whether only the numbers differ with another QEMU. */
static bool leaves_vmm_numbers(const Leaves *leaves, const CheckFinding *finding) {
        const Leaf *own = &leaves->items[leaves->nominal];

        for (size_t i = 0; i < leaves->n; i++) {
                const Leaf *leaf = &leaves->items[i];
                const CheckFinding *its = finding_set_find(&leaf->found, finding);

                if (its && leaf->version == own->version && leaf->vmm != own->vmm &&
                                memcmp(leaf->answers, own->answers, sizeof(own->answers)) == 0 &&
                                strcmp(its->numbers, finding->numbers) != 0)
                        return true;
        }
        return false;
}

/* Numbers that differ are marked with the version they apply to. */
static int mark_numbers(const Leaf *leaf, const Leaves *leaves, CheckFinding *finding) {
        char words[192] = "", version[40], *text;

        if (leaves->any_vmm && leaves_vmm_numbers(leaves, finding)) {
                leaf_words(leaves, leaf,
                                (LeafVersions){ UINT32_C(1) << leaf->vmm, UINT32_C(1) << leaf->version },
                                true, words, sizeof(words));
        } else if (leaves->any_version) {
                const GuestVersion *its = leaf->version == leaves->own_version
                                ? &leaves->guest->firmware.version
                                : &leaves->versions[leaf->version];

                guest_version_to_text(its, version, sizeof(version));
                snprintf(words, sizeof(words), "%s %s",
                                leaves->guest->firmware.kind == FIRMWARE_OVMF ? "OVMF" : "SeaBIOS", version);
        } else
                leaf_words(leaves, leaf, (LeafVersions){ UINT32_MAX, UINT32_MAX }, true, words,
                                sizeof(words));
        if (!*finding->numbers || !*words)
                return 0;
        if (asprintf(&text, "with %s: %s", words, finding->numbers) < 0)
                return -ENOMEM;
        free(finding->numbers);
        finding->numbers = text;
        return 0;
}

static bool numbers_differ(const Leaf *leaf, const CheckFinding *finding) {
        const CheckFinding *its = finding_set_find(&leaf->found, finding);

        return its && strcmp(its->numbers, finding->numbers) != 0;
}

static int add_common_one(const Leaves *leaves, const CheckFinding *finding, Check *check) {
        int r = check_add_copy(&check->findings, &check->n, finding);

        for (size_t i = 0; r >= 0 && i < leaves->n; i++)
                if (numbers_differ(&leaves->items[i], finding))
                        return mark_numbers(&leaves->items[leaves->nominal], leaves,
                                        &check->findings[check->n - 1]);
        return r;
}

/* Findings of all leaves, worded as in the nominal one. */
static int add_common(const Leaves *leaves, const Check *own, CheckRun *run) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < own->n; i++) {
                if (in_all(leaves, &own->findings[i]))
                        r = add_common_one(leaves, &own->findings[i], run->check);
        }
        for (size_t i = 0; r >= 0 && i < own->n_missing; i++)
                if (missing_in_all(leaves, own->missing[i]))
                        check_missing(run, "%s", own->missing[i]);
        for (size_t i = 0; r >= 0 && i < own->n_assumed; i++)
                check_assume(run, own->assumed[i].what, "%s", own->assumed[i].text);
        return r < 0 ? r : run->error;
}

static Verdict common_verdict(const Leaves *leaves) {
        Verdict least = VERDICT_UNSAFE, worst = VERDICT_SAFE;

        for (size_t i = 0; i < leaves->n; i++) {
                const Verdict its = leaves->items[i].check.verdict;

                least = its < least ? its : least;
                worst = its > worst ? its : worst;
        }
        return least == worst && (leaves->n_classes == 1 || least == VERDICT_UNSAFE) ? least
                                                                                     : VERDICT_UNKNOWN;
}

/* Adds what makes the difference, or all questions if no single one does. */
static int add_missing(const Leaves *leaves, CheckRun *run) {
        size_t before = run->check->n_missing;

        if (leaves_vmm_matters(leaves))
                check_missing(run, VMM_MISSING, vmm_of(leaves->guest)->name);
        if (leaves_version_matters(leaves))
                check_missing(run, VERSION_MISSING);
        for (LayoutQuestion q = 0; q < _LAYOUT_QUESTION_MAX; q++)
                if (leaves_question_matters(leaves, q))
                        check_missing(run, "%s", layout_question_missing(q));
        if (run->check->n_missing == before && leaves->any_version)
                check_missing(run, VERSION_MISSING);
        if (run->check->n_missing == before && leaves->any_vmm)
                check_missing(run, VMM_MISSING, vmm_of(leaves->guest)->name);
        return run->error;
}

/* Member by member: there is padding between them, and bytes after the end of a label. */
static bool same_ranges(const Layout *a, const Layout *b) {
        if (a->n != b->n || a->phys_bits != b->phys_bits)
                return false;
        for (size_t i = 0; i < a->n; i++) {
                const LayoutRange *x = &a->ranges[i], *y = &b->ranges[i];

                if (x->kind != y->kind || x->start != y->start || x->end != y->end ||
                                x->device != y->device || x->bar != y->bar ||
                                strcmp(x->label, y->label) != 0)
                        return false;
        }
        return true;
}

/* The nominal layout; undetermined if another answer would change it. */
static int set_layout(const Leaves *leaves, Layout *ret) {
        const Leaf *own = &leaves->items[leaves->nominal];
        const Layout *layout = &own->check.layout;

        *ret = *layout;
        ret->ranges = malloc((layout->n + 1) * sizeof(*layout->ranges));
        if (!ret->ranges) {
                ret->n = 0;
                return -ENOMEM;
        }
        if (layout->n > 0)
                memcpy(ret->ranges, layout->ranges, layout->n * sizeof(*layout->ranges));
        for (size_t i = 0; i < leaves->n && ret->unknown == REASON_NONE; i++) {
                const Layout *other = &leaves->items[i].check.layout;
                LayoutQuestion q = 0;

                if (leaves->items[i].version != own->version || leaves->items[i].vmm != own->vmm ||
                                same_ranges(other, layout))
                        continue;
                while (q + 1 < _LAYOUT_QUESTION_MAX && leaves->items[i].answers[q] == own->answers[q])
                        q++;
                ret->unknown = REASON_AMBIGUOUS;
                snprintf(ret->missing, sizeof(ret->missing), "%s", layout_question_missing(q));
        }
        return 0;
}

int leaves_merge(const Leaves *leaves, Check *ret) {
        const Check *own = &leaves->items[leaves->nominal].check;
        Check check = { .verdict = common_verdict(leaves) };
        CheckRun run = { .guest = leaves->guest, .check = &check };
        int r;

        r = set_layout(leaves, &check.layout);
        if (r >= 0)
                r = add_common(leaves, own, &run);
        if (r >= 0 && leaves->n_classes > 1)
                r = add_missing(leaves, &run);
        if (r < 0) {
                check_done(&check);
                return r;
        }
        *ret = check;
        return 0;
}

/* ── what holds in some ────────────────────────────────────────────────────────────────────────────────── */

/* Leaves of one class with the same answers, at any version. */
typedef struct Entry {
        size_t leaf; /* the first of them */
        LeafVersions versions;
        bool questions; /* its answers are shown */
} Entry;

static bool same_answers(const Leaves *leaves, const Leaf *a, const Leaf *b) {
        for (LayoutQuestion q = 0; q < _LAYOUT_QUESTION_MAX; q++)
                if (a->answers[q] != b->answers[q] && leaves_question_matters(leaves, q))
                        return false;
        return true;
}

/* Versions of the firmware at which all leaves of one QEMU have one class. */
static uint32_t whole_versions(const Leaves *leaves, size_t vmm, unsigned class) {
        uint32_t some = 0, others = 0;

        for (size_t i = 0; i < leaves->n; i++)
                if (leaves->items[i].vmm != vmm)
                        continue;
                else if (leaves->items[i].class == class)
                        some |= UINT32_C(1) << leaves->items[i].version;
                else
                        others |= UINT32_C(1) << leaves->items[i].version;
        return some & ~others;
}

/* Joins entries equal under several QEMUs. */
static size_t join_entries(const Leaves *leaves, Entry *entries, size_t n) {
        size_t kept = 0;

        for (size_t i = 0; i < n; i++) {
                const Leaf *leaf = &leaves->items[entries[i].leaf];
                size_t j = 0;

                while (j < kept &&
                                (leaves->items[entries[j].leaf].class != leaf->class ||
                                                entries[j].versions.firmwares !=
                                                                entries[i].versions.firmwares ||
                                                entries[j].questions != entries[i].questions ||
                                                (entries[j].questions &&
                                                                !same_answers(leaves,
                                                                                &leaves->items[entries[j].leaf],
                                                                                leaf))))
                        j++;
                if (j < kept)
                        entries[j].versions.vmms |= entries[i].versions.vmms;
                else
                        entries[kept++] = entries[i];
        }
        return kept;
}

/* One for the versions at which no question matters to a class, one for each set of answers at others. */
static size_t list_entries(const Leaves *leaves, Entry *entries) {
        size_t n = 0;

        for (size_t i = 0; i < leaves->n; i++) {
                const Leaf *leaf = &leaves->items[i];
                const uint32_t whole = whole_versions(leaves, leaf->vmm, leaf->class),
                               bit = UINT32_C(1) << leaf->version, vmm = UINT32_C(1) << leaf->vmm;
                size_t j = 0;

                while (j < n &&
                                (leaves->items[entries[j].leaf].class != leaf->class ||
                                                entries[j].versions.vmms != vmm ||
                                                entries[j].questions == !!(whole & bit) ||
                                                (entries[j].questions &&
                                                                !same_answers(leaves,
                                                                                &leaves->items[entries[j].leaf],
                                                                                leaf))))
                        j++;
                if (j == n)
                        entries[n++] = (Entry){ i, { vmm, 0 }, !(whole & bit) };
                entries[j].versions.firmwares |= bit;
        }
        return join_entries(leaves, entries, n);
}

static bool in_entry(const Leaves *leaves, const Entry *entry, const Leaf *leaf) {
        const Leaf *first = &leaves->items[entry->leaf];

        return leaf->class == first->class && entry->versions.vmms & UINT32_C(1) << leaf->vmm &&
                        entry->versions.firmwares & UINT32_C(1) << leaf->version &&
                        (!entry->questions || same_answers(leaves, first, leaf));
}

static bool same_remedy(const CheckFinding *a, const CheckFinding *b) {
        return strcmp(a->remedy, b->remedy) == 0 && strcmp(a->libvirt, b->libvirt) == 0 &&
                        strcmp(a->qemu, b->qemu) == 0 && strcmp(a->proxmox, b->proxmox) == 0;
}

/* Keeps remedies shared by all of the entry. */
static int add_rest_one(const Leaves *leaves, const Entry *entry, const Leaf *leaf,
                const CheckFinding *finding, CheckAlternative *ret) {
        int r = check_add_copy(&ret->findings, &ret->n, finding);
        CheckFinding *copy = &ret->findings[ret->n - 1];
        bool differ = false;

        for (size_t i = 0; r >= 0 && i < leaves->n; i++) {
                const CheckFinding *its = finding_set_find(&leaves->items[i].found, finding);

                if (!its || !in_entry(leaves, entry, &leaves->items[i]))
                        continue;
                if (!same_remedy(its, finding)) {
                        *copy->remedy = *copy->libvirt = *copy->qemu = *copy->proxmox = 0;
                        copy->changed = false;
                }
                differ = differ || numbers_differ(&leaves->items[i], finding);
        }
        return r >= 0 && differ ? mark_numbers(leaf, leaves, copy) : r;
}

static int add_rest_missing(const Check *common, const Check *its, CheckAlternative *ret) {
        for (size_t i = 0; i < its->n_missing; i++) {
                char(*grown)[sizeof(ret->missing[0])];

                if (check_has_missing(common, its->missing[i]))
                        continue;
                grown = grow(ret->missing, ret->n_missing, sizeof(*grown));
                if (!grown)
                        return -ENOMEM;
                ret->missing = grown;
                memcpy(grown[ret->n_missing++], its->missing[i], sizeof(*grown));
        }
        return 0;
}

static int tell(const Leaves *leaves, const Entry *entry, const Check *common, const FindingSet *in_common,
                CheckAlternative *ret) {
        const Leaf *own = &leaves->items[leaves->nominal];
        const Leaf *leaf = in_entry(leaves, entry, own) ? own : &leaves->items[entry->leaf];
        int r = 0;

        ret->verdict = leaf->check.verdict;
        leaf_words(leaves, leaf, entry->versions, entry->questions, ret->when, sizeof(ret->when));
        for (size_t i = 0; r >= 0 && i < leaf->check.n; i++)
                if (leaf->check.findings[i].verdict != VERDICT_SAFE &&
                                !finding_set_has(in_common, &leaf->check.findings[i]))
                        r = add_rest_one(leaves, entry, leaf, &leaf->check.findings[i], ret);
        return r < 0 ? r : add_rest_missing(common, &leaf->check, ret);
}

int leaves_tell(const Leaves *leaves, Check *check) {
        _cleanup_(finding_set_done) FindingSet in_common = {};
        _cleanup_free_ Entry *entries = calloc(leaves->n + 1, sizeof(*entries));
        size_t n;
        int r;

        if (!entries)
                return -ENOMEM;
        r = finding_set_make(check->findings, check->n, &in_common);
        if (r < 0)
                return r;
        n = list_entries(leaves, entries);
        check->alternatives = calloc(n + 1, sizeof(*check->alternatives));
        if (!check->alternatives)
                return -ENOMEM;
        for (size_t i = 0; r >= 0 && i < n && i < CHECK_ALTERNATIVES_MAX; i++)
                r = tell(leaves, &entries[i], check, &in_common,
                                &check->alternatives[check->n_alternatives++]);
        return r;
}
