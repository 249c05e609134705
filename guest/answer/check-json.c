/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "guest/answer/migration.h"
#include "guest/guest.h"
#include "guest/remedy/remedy.h"
#include "guest/rules/check.h"
#include "probe/decode/text.h"

const char *check_verdict_word(Verdict verdict) {
        return verdict_to_string(verdict == VERDICT_UNKNOWN ? VERDICT_WARNING : verdict);
}

const char *finding_verdict_word(Verdict verdict) {
        return verdict == VERDICT_SAFE ? "info" : check_verdict_word(verdict);
}

/* A name that was cut may end within a character, and JSON takes only whole ones. */
json_t *check_text_json(const char *text) {
        char printable[512];

        text_shown(text, printable, sizeof(printable));
        return json_string(printable);
}

static json_t *address_json(uint64_t address) {
        return json_sprintf("0x%" PRIx64, address);
}

static json_t *range_json(uint64_t start, uint64_t end) {
        if (start == 0 && end == 0)
                return json_null();
        return json_pack("{s:o, s:o}", "start", address_json(start), "end", address_json(end));
}

static json_t *finding_json(const CheckFinding *finding) {
        return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "rule",
                        rule_to_string(finding->rule), "verdict", finding_verdict_word(finding->verdict),
                        "subject", check_text_json(finding->subject), "summary",
                        check_text_json(finding->summary), "numbers", check_text_json(finding->numbers),
                        "remedy", check_text_json(finding->remedy), "libvirt", json_string(finding->libvirt),
                        "option", json_string(finding->qemu), "proxmox", json_string(finding->proxmox),
                        "plan", finding->in_plan, "range", range_json(finding->start, finding->end));
}

static json_t *findings_json(const CheckFinding *findings, size_t n) {
        json_t *array = json_array();

        for (size_t i = 0; i < n; i++)
                json_array_append_new(array, finding_json(&findings[i]));
        return array;
}

static json_t *missing_json(const char (*missing)[96], size_t n) {
        json_t *array = json_array();

        for (size_t i = 0; i < n; i++)
                json_array_append_new(array, check_text_json(missing[i]));
        return array;
}

static json_t *alternatives_json(const Check *check) {
        json_t *array = json_array();

        for (size_t i = 0; i < check->n_alternatives; i++) {
                const CheckAlternative *alternative = &check->alternatives[i];

                json_array_append_new(array,
                                json_pack("{s:o, s:s, s:o, s:o}", "when", check_text_json(alternative->when),
                                                "verdict", check_verdict_word(alternative->verdict),
                                                "missing",
                                                missing_json(alternative->missing, alternative->n_missing),
                                                "findings",
                                                findings_json(alternative->findings, alternative->n)));
        }
        return array;
}

static json_t *layout_range_json(const Guest *guest, const LayoutRange *range) {
        bool bar = range->kind == LAYOUT_BAR && range->device >= 0 &&
                        (size_t) range->device < guest->n_devices && range->bar >= 0 &&
                        range->bar < guest->devices[range->device].n_bars;
        const GuestDevice *device = bar ? &guest->devices[range->device] : NULL;

        return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "kind", layout_kind_to_string(range->kind),
                        "start", address_json(range->start), "end", address_json(range->end), "label",
                        check_text_json(range->label), "device",
                        device ? check_text_json(device->name) : json_null(), "bar",
                        device ? json_integer(device->bars[range->bar].index) : json_null());
}

static json_t *bits_json(unsigned bits) {
        return bits ? json_integer(bits) : json_null();
}

static json_t *layout_json(const Guest *guest, const Layout *layout) {
        bool known = layout->unknown == REASON_NONE;
        json_t *ranges = json_array();

        for (size_t i = 0; i < layout->n; i++)
                json_array_append_new(ranges, layout_range_json(guest, &layout->ranges[i]));
        return json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "physBits",
                        bits_json(layout->phys_bits), "guestPhysBits", bits_json(layout->guest_phys_bits),
                        "relocated", layout->relocated, "top",
                        layout->top ? address_json(layout->top) : json_null(), "starts",
                        known || !layout->starts ? json_boolean(layout->starts) : json_null(),
                        "firmwareBits", bits_json(layout->firmware_bits), "windowDynamic",
                        layout->window_dynamic, "rule", check_text_json(layout->rule), "unknown",
                        known ? json_null() : json_string(reason_to_string(layout->unknown)), "ranges",
                        ranges);
}

static json_t *notes_json(const GuestNote *notes, size_t n) {
        json_t *array = json_array();

        for (size_t i = 0; i < n; i++)
                json_array_append_new(array,
                                json_pack("{s:o, s:o}", "what", check_text_json(notes[i].what), "text",
                                                check_text_json(notes[i].text)));
        return array;
}

/* The parts of a plan: its words and forms are hawd's own ASCII, long ones among them. */
static json_t *plan_json(const Guest *guest, const Check *check) {
        const CheckPlan *plan = &check->plan;
        json_t *changes = json_array();

        if (plan->n == 0) {
                json_decref(changes);
                return json_null();
        }
        for (size_t i = 0; i < plan->n; i++) {
                char words[CHANGE_WORDS_MAX];

                change_words(&plan->changes[i], guest, words);
                json_array_append_new(changes, json_string(words));
        }
        return json_pack("{s:o, s:s, s:I, s:s, s:s, s:s, s:s}", "changes", changes, "verdict",
                        check_verdict_word(plan->verdict), "remaining", (json_int_t) plan->remaining,
                        "libvirt", plan->forms.libvirt, "option", plan->forms.option, "proxmox",
                        plan->forms.proxmox, "note", plan->forms.note);
}

json_t *check_json(const Guest *guest, const Check *check) {
        return json_pack("{s:s, s:{s:o, s:s}, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
                        "hawd-check/1", "guest", "name", check_text_json(guest->name), "vmm",
                        vmm_to_string(guest->vmm), "verdict", check_verdict_word(check->verdict), "missing",
                        missing_json(check->missing, check->n_missing), "findings",
                        findings_json(check->findings, check->n), "alternatives", alternatives_json(check),
                        "plan", plan_json(guest, check), "layout", layout_json(guest, &check->layout),
                        "assumed", notes_json(guest->assumed, guest->n_assumed), "ignored",
                        notes_json(guest->ignored, guest->n_ignored));
}

json_t *migration_json(const char *target, const Migration *migration) {
        json_t *object = json_pack("{s:o, s:s}", "target", check_text_json(target), "verdict",
                        check_verdict_word(migration->verdict));

        for (MigrationKind kind = 0; kind < _MIGRATION_MAX; kind++) {
                const Check *answer = &migration->answers[kind];

                json_object_set_new(object, migration_kind_to_string(kind),
                                json_pack("{s:s, s:o, s:o}", "verdict", check_verdict_word(answer->verdict),
                                                "missing", missing_json(answer->missing, answer->n_missing),
                                                "findings", findings_json(answer->findings, answer->n)));
        }
        return object;
}
