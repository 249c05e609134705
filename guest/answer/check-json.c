/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "guest/answer/answer.h"
#include "guest/guest.h"
#include "guest/remedy/remedy.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "profile/document/field-write.h"
#include "profile/document/json-fact.h"

/* One range of the layout, with the names of its BAR. */
typedef struct LayoutPart {
        LayoutKind kind;
        uint64_t start, end;
        const char *label, *device; /* NULL: none */
        int bar;                    /* -1: none */
} LayoutPart;

struct CheckAnswer {
        const char *name;
        VmmKind vmm;
        Check check;
        char changes[CHECK_PLAN_MAX][CHANGE_WORDS_MAX];
        size_t n_parts;
        LayoutPart *parts; /* owned */
        size_t n_assumed, n_ignored;
        const GuestNote *assumed, *ignored;
        size_t n_targets;
        const CheckTarget *targets;
};

/* ── words ─────────────────────────────────────────────────────────────────────────────────────────────── */

static const char *const check_verdict_table[_VERDICT_MAX] = {
        [VERDICT_SAFE] = "safe",
        [VERDICT_WARNING] = "warning",
        [VERDICT_UNKNOWN] = "warning",
        [VERDICT_UNSAFE] = "unsafe",
};
const Words check_verdict_words = { _VERDICT_MAX, check_verdict_table };

static const char *const finding_verdict_table[_VERDICT_MAX] = {
        [VERDICT_SAFE] = "info",
        [VERDICT_WARNING] = "warning",
        [VERDICT_UNKNOWN] = "warning",
        [VERDICT_UNSAFE] = "unsafe",
};
static const Words finding_verdict_words = { _VERDICT_MAX, finding_verdict_table };

const char *check_verdict_word(Verdict verdict) {
        return words_get(&check_verdict_words, verdict);
}

const char *finding_verdict_word(Verdict verdict) {
        return words_get(&finding_verdict_words, verdict);
}

/* ── texts ─────────────────────────────────────────────────────────────────────────────────────────────── */

json_t *answer_text(const char *text) {
        char printable[512];

        if (!text)
                return json_null();
        text_shown(text, printable, sizeof(printable));
        return json_string(printable);
}

json_t *answer_texts(const char *texts, size_t n, size_t size) {
        json_t *array = json_array();
        bool ok = true;

        for (size_t i = 0; i < n && ok; i++)
                ok = json_array_append_new(array, answer_text(texts + i * size)) == 0;
        return json_finish(array, ok && array);
}

static json_t *write_text(const void *value) {
        return answer_text(*(const char *const *) value);
}

static json_t *write_array(const void *value) {
        return answer_text(value);
}

static json_t *write_lines(const void *value) {
        return json_string(*(const char *const *) value);
}

#define TEXT_SCHEMA "{\"type\": \"string\"}"
#define WORDS_SCHEMA "{\"type\": \"string\", \"minLength\": 1}"
#define TEXTS_SCHEMA "{\"type\": \"array\", \"items\": " WORDS_SCHEMA "}"

const FieldHook answer_text_hook = { .write = write_text, .schema = TEXT_SCHEMA };
static const FieldHook words_hook = { .write = write_text, .schema = WORDS_SCHEMA };
const FieldHook answer_lines_hook = { .write = write_lines, .schema = TEXT_SCHEMA };
static const FieldHook array_hook = { .write = write_array, .schema = TEXT_SCHEMA };
static const FieldHook when_hook = { .write = write_array, .schema = WORDS_SCHEMA };
static const FieldHook device_hook = { .write = write_text, .schema = "{\"type\": [\"string\", \"null\"]}" };

static json_t *write_missing(const void *value) {
        const Check *check = value;

        return answer_texts((const char *) check->missing, check->n_missing, sizeof(check->missing[0]));
}

static json_t *write_alternative_missing(const void *value) {
        const CheckAlternative *alternative = value;

        return answer_texts((const char *) alternative->missing, alternative->n_missing,
                        sizeof(alternative->missing[0]));
}

static json_t *write_changes(const void *value) {
        const CheckAnswer *answer = value;

        return answer_texts(answer->changes[0], answer->check.plan.n, sizeof(answer->changes[0]));
}

static const FieldHook missing_hook = { .write = write_missing, .schema = TEXTS_SCHEMA };
static const FieldHook alternative_missing_hook = { .write = write_alternative_missing,
        .schema = TEXTS_SCHEMA };
static const FieldHook changes_hook = {
        .write = write_changes,
        .schema = "{\"type\": \"array\", \"minItems\": 1, \"maxItems\": 4, \"items\": " WORDS_SCHEMA "}",
};

/* ── findings ──────────────────────────────────────────────────────────────────────────────────────────── */

#define FINDING(member) FIELD_MEMBER(CheckFinding, member)

static bool has_range(const void *object) {
        const CheckFinding *finding = object;

        return finding->start > 0 || finding->end > 0;
}

static const Field conflict_fields[] = {
        { "start", FIELD_HEX, 0, FINDING(start), .text = "First address." },
        { "end", FIELD_HEX, 0, FINDING(end), .text = "Last address." },
};
static const FieldTable conflict_table = { FIELD_TABLE(conflict_fields) };

static const FieldHook rule_hook = {
        .schema = "{\"type\": \"string\", \"pattern\": \"^R(1[0-4]|[1-9])$\"}"
};

static const Field finding_fields[] = {
        { "rule", FIELD_WORD, 0, FINDING(rule), .words = &rule_words, .hook = &rule_hook,
                        .text = "The rule (docs/check.md)." },
        { "verdict", FIELD_WORD, 0, FINDING(verdict), .words = &finding_verdict_words,
                        .text = "How bad it is." },
        { "subject", FIELD_CUSTOM, 0, FINDING(subject), .hook = &answer_text_hook,
                        .text = "What it is about: \"guest\", \"host\", \"firmware\", a device's name." },
        { "summary", FIELD_CUSTOM, 0, FINDING(summary), .hook = &words_hook,
                        .text = "What was found, in one line." },
        { "numbers", FIELD_CUSTOM, 0, FINDING(numbers), .hook = &answer_text_hook,
                        .text = "The numbers that were compared." },
        { "remedy", FIELD_CUSTOM, 0, FINDING(remedy), .hook = &answer_text_hook,
                        .text = "What to do; empty: no remedy is known." },
        { "libvirt", FIELD_CUSTOM, 0, FINDING(libvirt), .hook = &answer_lines_hook,
                        .text = "The setting to change, as the domain has it, with the change, which was found to help; empty: none." },
        { "option", FIELD_CUSTOM, 0, FINDING(qemu), .hook = &answer_lines_hook,
                        .text = "The same as an option of the VMM, quoted for a shell; empty: none." },
        { "proxmox", FIELD_CUSTOM, 0, FINDING(proxmox), .hook = &answer_lines_hook,
                        .text = "The same as a command of Proxmox VE, for its guests alone; empty: none." },
        { "plan", FIELD_BOOLEAN, 0, FINDING(in_plan), .text = "Whether the plan removes it." },
        { "range", FIELD_OBJECT, 0, .table = &conflict_table, .when = has_range,
                        .text = "The addresses in conflict." },
};
static const FieldTable finding_fields_table = { FIELD_TABLE(finding_fields) };

static const Field alternative_fields[] = {
        { "when", FIELD_CUSTOM, 0, FIELD_MEMBER(CheckAlternative, when), .hook = &when_hook,
                        .text = "The answer: \"OVMF before 202211\", \"a CPU with 1 GiB pages (pdpe1gb)\"." },
        { "verdict", FIELD_WORD, 0, FIELD_MEMBER(CheckAlternative, verdict), .words = &check_verdict_words,
                        .text = "Verdict for the whole guest then." },
        { "missing", FIELD_CUSTOM, 0, .hook = &alternative_missing_hook,
                        .text = "Inputs that are missing then." },
        { "findings", FIELD_LIST, 0, FIELD_ELEMENTS(CheckAlternative, findings, n),
                        .table = &finding_fields_table,
                        .text = "Findings that do not hold with all answers." },
};
static const FieldTable alternative_table = { FIELD_TABLE(alternative_fields) };

/* ── plan and layout ───────────────────────────────────────────────────────────────────────────────────── */

#define ANSWER(member) FIELD_MEMBER(CheckAnswer, member)

static bool has_plan(const void *object) {
        return ((const CheckAnswer *) object)->check.plan.n > 0;
}

static const Field plan_fields[] = {
        { "changes", FIELD_CUSTOM, 0, .hook = &changes_hook, .text = "The changes in words." },
        { "verdict", FIELD_WORD, 0, ANSWER(check.plan.verdict), .words = &check_verdict_words,
                        .text = "Verdict for the guest with all of them." },
        { "remaining", FIELD_INTEGER, 0, ANSWER(check.plan.remaining),
                        .text = "Findings that remain, without information." },
        { "libvirt", FIELD_CUSTOM, 0, ANSWER(check.plan.forms.libvirt), .hook = &answer_lines_hook,
                        .text = "Whole elements of the domain, one a line; empty: none." },
        { "option", FIELD_CUSTOM, 0, ANSWER(check.plan.forms.option), .hook = &answer_lines_hook,
                        .text = "Options, one a line; empty: none." },
        { "proxmox", FIELD_CUSTOM, 0, ANSWER(check.plan.forms.proxmox), .hook = &answer_lines_hook,
                        .text = "A command of Proxmox VE; empty: none." },
        { "note", FIELD_STRING, 0, ANSWER(check.plan.forms.note),
                        .text = "What has to be known of these forms." },
};
static const FieldTable plan_table = { FIELD_TABLE(plan_fields) };

#define PART(member) FIELD_MEMBER(LayoutPart, member)

static const Field part_fields[] = {
        { "kind", FIELD_WORD, 0, PART(kind), .words = &layout_kind_words, .text = "What is there." },
        { "start", FIELD_HEX, 0, PART(start), .text = "First address." },
        { "end", FIELD_HEX, 0, PART(end), .text = "Last address." },
        { "label", FIELD_CUSTOM, 0, PART(label), .hook = &answer_text_hook, .text = "Its name for people." },
        { "device", FIELD_CUSTOM, 0, PART(device), .hook = &device_hook, .text = "Of a BAR: its device." },
        { "bar", FIELD_INTEGER, FIELD_OR_NONE, PART(bar), .none = -1, .max = 5,
                        .text = "Of a BAR: its number." },
};
static const FieldTable part_table = { FIELD_TABLE(part_fields) };

static bool has_top(const void *object) {
        return ((const CheckAnswer *) object)->check.layout.top > 0;
}

/* Reports known causes even if inputs are missing. */
static bool knows_start(const void *object) {
        const Layout *layout = &((const CheckAnswer *) object)->check.layout;

        return layout->unknown == REASON_NONE || !layout->starts;
}

#define LAYOUT(member) FIELD_MEMBER(CheckAnswer, check.layout.member)
#define WIDTH_MAX 64

static const Field layout_fields[] = {
        { "physBits", FIELD_INTEGER, FIELD_OR_NONE, LAYOUT(phys_bits), .min = 1, .max = WIDTH_MAX,
                        .text = "The guest's width; null: unknown." },
        { "guestPhysBits", FIELD_INTEGER, FIELD_OR_NONE, LAYOUT(guest_phys_bits), .min = 1, .max = WIDTH_MAX,
                        .text = "CPUID 0x80000008 EAX[23:16] of the guest; null: none, or unknown." },
        { "relocated", FIELD_BOOLEAN, 0, LAYOUT(relocated),
                        .text = "Memory above 4 GiB is moved to 1 TiB (AMD)." },
        { "top", FIELD_HEX, 0, LAYOUT(top), .when = has_top,
                        .text = "Last address that the VMM counts when it starts." },
        { "starts", FIELD_BOOLEAN, 0, LAYOUT(starts), .when = knows_start,
                        .text = "Whether the VMM starts the guest; null: unknown." },
        { "firmwareBits", FIELD_INTEGER, FIELD_OR_NONE, LAYOUT(firmware_bits), .min = 1, .max = WIDTH_MAX,
                        .text = "The width that the firmware uses; null: unknown, or none." },
        { "windowDynamic", FIELD_BOOLEAN, 0, LAYOUT(window_dynamic),
                        .text = "The 64-bit window is placed by the width, otherwise after memory." },
        { "rule", FIELD_CUSTOM, 0, LAYOUT(rule), .hook = &array_hook,
                        .text = "What placed the 64-bit window." },
        { "unknown", FIELD_REASON, 0, LAYOUT(unknown), .text = "Why the layout is not determined." },
        { "ranges", FIELD_LIST, 0, FIELD_ELEMENTS(CheckAnswer, parts, n_parts), .table = &part_table,
                        .text = "Address ranges, by start." },
};
static const FieldTable layout_table = { FIELD_TABLE(layout_fields) };

/* ── the other host ────────────────────────────────────────────────────────────────────────────────────── */

static const Field migration_fields[] = {
        { "verdict", FIELD_WORD, 0, FIELD_MEMBER(Check, verdict), .words = &check_verdict_words,
                        .text = "The verdict." },
        { "missing", FIELD_CUSTOM, 0, .hook = &missing_hook, .text = "Inputs that are missing." },
        { "findings", FIELD_LIST, 0, FIELD_ELEMENTS(Check, findings, n), .table = &finding_fields_table,
                        .text = "Findings, worst first." },
};
static const FieldTable migration_table = { FIELD_TABLE(migration_fields) };

#define TARGET(member) FIELD_MEMBER(CheckTarget, member)

static const Field target_fields[] = {
        { "target", FIELD_CUSTOM, 0, TARGET(name), .hook = &answer_text_hook,
                        .text = "The target host, as named on the command line." },
        { "verdict", FIELD_WORD, 0, TARGET(migration.verdict), .words = &check_verdict_words,
                        .text = "The worst of those below." },
        { "live", FIELD_OBJECT, 0, TARGET(migration.answers[MIGRATION_LIVE]), .table = &migration_table,
                        .text = "Moved while it runs." },
        { "offline", FIELD_OBJECT, 0, TARGET(migration.answers[MIGRATION_OFFLINE]),
                        .table = &migration_table, .text = "The guest started on the target host." },
        { "hotplug", FIELD_OBJECT, 0, TARGET(migration.answers[MIGRATION_HOTPLUG]),
                        .table = &migration_table, .text = "Given a device after the move." },
};
static const FieldTable target_table = { FIELD_TABLE(target_fields) };

static bool has_targets(const void *object) {
        return ((const CheckAnswer *) object)->n_targets > 0;
}

/* ── document ──────────────────────────────────────────────────────────────────────────────────────────── */

static const Field guest_fields[] = {
        { "name", FIELD_CUSTOM, 0, ANSWER(name), .hook = &answer_text_hook, .text = "The guest's name." },
        { "vmm", FIELD_WORD, 0, ANSWER(vmm), .words = &vmm_words, .text = "Its VMM." },
};
static const FieldTable guest_name_table = { FIELD_TABLE(guest_fields) };

static const Field note_fields[] = {
        { "what", FIELD_CUSTOM, 0, FIELD_MEMBER(GuestNote, what), .hook = &array_hook,
                        .text = "What it is about." },
        { "text", FIELD_CUSTOM, 0, FIELD_MEMBER(GuestNote, text), .hook = &array_hook, .text = "The note." },
};
static const FieldTable note_table = { FIELD_TABLE(note_fields) };

static json_t *write_answer_missing(const void *value) {
        return write_missing(&((const CheckAnswer *) value)->check);
}

static const FieldHook answer_missing_hook = { .write = write_answer_missing, .schema = TEXTS_SCHEMA };

static const Field check_fields[] = {
        { "schema", FIELD_FIXED, 0, .fixed = "hawd-check/1", .text = "Form of the document." },
        { "guest", FIELD_OBJECT, 0, .table = &guest_name_table, .text = "Whose check it is." },
        { "verdict", FIELD_WORD, 0, ANSWER(check.verdict), .words = &check_verdict_words,
                        .text = "The worst of the findings; what is missing makes it a warning, never safe." },
        { "missing", FIELD_CUSTOM, 0, .hook = &answer_missing_hook, .text = "Inputs that are missing." },
        { "findings", FIELD_LIST, 0, FIELD_ELEMENTS(CheckAnswer, check.findings, check.n),
                        .table = &finding_fields_table, .text = "Findings, worst first." },
        { "alternatives", FIELD_LIST, 0,
                        FIELD_ELEMENTS(CheckAnswer, check.alternatives, check.n_alternatives),
                        .max = CHECK_ALTERNATIVES_MAX, .table = &alternative_table,
                        .text = "Where the answer to what is missing decides: one for each answer, with what does not hold for all of them." },
        { "plan", FIELD_OBJECT, 0, .table = &plan_table, .when = has_plan,
                        .text = "The fewest changes of the guest that, tried together, make it as safe as such changes can; null: nothing was found, or no change helps." },
        { "layout", FIELD_OBJECT, 0, .table = &layout_table, .text = "Where memory and windows lie." },
        { "assumed", FIELD_LIST, 0, FIELD_ELEMENTS(CheckAnswer, assumed, n_assumed), .table = &note_table,
                        .text = "What the guest's description does not say or the host does not tell, and what is assumed." },
        { "ignored", FIELD_LIST, 0, FIELD_ELEMENTS(CheckAnswer, ignored, n_ignored), .table = &note_table,
                        .text = "What it says and hawd does not understand." },
        { "targets", FIELD_LIST, FIELD_LATER, FIELD_ELEMENTS(CheckAnswer, targets, n_targets),
                        .table = &target_table, .when = has_targets,
                        .text = "Of hawctl check --for: one for each host." },
};
const FieldTable check_table = {
        FIELD_TABLE(check_fields),
        .text = "May this guest run on this host (docs/check.md). What is missing is named and makes a verdict a warning, never safe.",
        .schema = "{\"if\": {\"properties\": {\"verdict\": {\"const\": \"safe\"}}}, "
                  "\"then\": {\"properties\": {\"missing\": {\"maxItems\": 0}}}}",
};

static LayoutPart part_of(const Guest *guest, const LayoutRange *range) {
        bool bar = range->kind == LAYOUT_BAR && range->device >= 0 &&
                        (size_t) range->device < guest->n_devices && range->bar >= 0 &&
                        range->bar < guest->devices[range->device].n_bars;
        const GuestDevice *device = bar ? &guest->devices[range->device] : NULL;

        return (LayoutPart){ .kind = range->kind,
                .start = range->start,
                .end = range->end,
                .label = range->label,
                .device = device ? device->name : NULL,
                .bar = device ? device->bars[range->bar].index : -1 };
}

json_t *check_json(const Guest *guest, const Check *check, const CheckTarget *targets, size_t n_targets) {
        _cleanup_free_ LayoutPart *parts = calloc(check->layout.n + 1, sizeof(*parts));
        _cleanup_free_ GuestNote *assumed =
                        calloc(guest->n_assumed + check->n_assumed + 1, sizeof(*assumed));
        CheckAnswer answer = { .name = guest->name,
                .vmm = guest->vmm,
                .check = *check,
                .n_parts = check->layout.n,
                .parts = parts,
                .assumed = assumed,
                .n_ignored = guest->n_ignored,
                .ignored = guest->ignored,
                .n_targets = n_targets,
                .targets = targets };

        if (!parts || !assumed)
                return NULL;
        for (size_t i = 0; i < guest->n_assumed; i++)
                assumed[answer.n_assumed++] = guest->assumed[i];
        for (size_t i = 0; i < check->n_assumed; i++)
                assumed[answer.n_assumed++] = check->assumed[i];
        for (size_t i = 0; i < check->layout.n; i++)
                parts[i] = part_of(guest, &check->layout.ranges[i]);
        for (size_t i = 0; i < check->plan.n; i++)
                change_words(&check->plan.changes[i], guest, answer.changes[i]);
        return fields_json(&(FieldContext){}, &check_table, &answer);
}
