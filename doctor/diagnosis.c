/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/diagnosis.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "doctor/diagnose-parts.h"
#include "probe/decode/text.h"
#include "profile/document/field-write.h"

static const char *const diagnosis_state_table[_DIAGNOSIS_STATE_MAX] = {
        [DIAGNOSIS_OK] = "ok",
        [DIAGNOSIS_PROBLEM] = "problem",
        [DIAGNOSIS_UNKNOWN] = "unknown",
};

WORDS_DEFINE(DiagnosisState, diagnosis_state);

static void printable(char *ret, size_t size, const char *text) {
        text_printable((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, ret, size);
}

DiagnosisEntry *diagnosis_add(
                Diagnosis *diagnosis, const char *id, DiagnosisState state, const char *looked) {
        /* The last one is overwritten. */
        if (diagnosis->n == DIAGNOSIS_ENTRIES_MAX)
                diagnosis->n--;
        DiagnosisEntry *entry = &diagnosis->entries[diagnosis->n++];

        *entry = (DiagnosisEntry){ .state = state };
        printable(entry->id, sizeof(entry->id), id);
        printable(entry->looked, sizeof(entry->looked), looked);
        return entry;
}

static void say(char *ret, size_t size, const char *format, va_list ap)
                __attribute__((format(printf, 3, 0)));

static void say(char *ret, size_t size, const char *format, va_list ap) {
        char text[1024];

        vsnprintf(text, sizeof(text), format, ap);
        printable(ret, size, text);
}

void diagnosis_found(DiagnosisEntry *entry, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        say(entry->found, sizeof(entry->found), format, ap);
        va_end(ap);
}

void diagnosis_remedy(DiagnosisEntry *entry, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        say(entry->remedy, sizeof(entry->remedy), format, ap);
        va_end(ap);
}

void diagnose(const Surroundings *surroundings, const Profile *profile, bool by_service, Diagnosis *ret) {
        *ret = (Diagnosis){};
        snprintf(ret->source, sizeof(ret->source), "%s",
                        by_service                                ? "service"
                                        : surroundings->host.live ? "host"
                                                                  : "tree");
        diagnose_service(surroundings, ret);
        diagnose_collector(surroundings, profile, by_service, ret);
        diagnose_host(surroundings, profile, by_service, ret);
        diagnose_programs(surroundings, ret);
        diagnose_profile(profile, ret);
        for (size_t i = 0; i < ret->n; i++) {
                ret->n_problems += ret->entries[i].state == DIAGNOSIS_PROBLEM;
                ret->n_unknown += ret->entries[i].state == DIAGNOSIS_UNKNOWN;
        }
}

/* ── hawd-doctor/1 ─────────────────────────────────────────────────────────────────────────────────────── */

#define ENTRY(member) FIELD_MEMBER(DiagnosisEntry, member)

static const Field entry_fields[] = {
        { "id", FIELD_NAME, 0, ENTRY(id),
                        .text = "What the entry is about; the id of a finding if it is one of the profile." },
        { "state", FIELD_WORD, 0, ENTRY(state), .words = &diagnosis_state_words,
                        .text = "ok, problem, or unknown: hawctl could not look." },
        { "looked", FIELD_NAME, 0, ENTRY(looked), .text = "What was looked at." },
        { "found", FIELD_NAME, 0, ENTRY(found), .text = "What was found there." },
        { "remedy", FIELD_TEXT, 0, ENTRY(remedy), .text = "What to do; null: nothing." },
};
static const FieldTable entry_table = { FIELD_TABLE(entry_fields), .text = "A cause." };

#define DIAGNOSIS(member) FIELD_MEMBER(Diagnosis, member)

static const Field diagnosis_fields[] = {
        { "schema", FIELD_FIXED, 0, .fixed = DIAGNOSIS_SCHEMA, .text = "What the document is." },
        { "source", FIELD_NAME, 0, DIAGNOSIS(source),
                        .text = "Who read the host: service; host, this process; or tree, what --root names." },
        { "problems", FIELD_INTEGER, 0, DIAGNOSIS(n_problems), .text = "How many entries are problems." },
        { "unknown", FIELD_INTEGER, 0, DIAGNOSIS(n_unknown), .text = "How many are unknown." },
        { "entries", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(Diagnosis, entries, n),
                        .max = DIAGNOSIS_ENTRIES_MAX, .table = &entry_table, .text = "What was looked at." },
};
const FieldTable diagnosis_table = {
        FIELD_TABLE(diagnosis_fields),
        .text = "Why something is unknown on a host: hawctl doctor --json.",
};

json_t *diagnosis_json(const Diagnosis *diagnosis) {
        return fields_json(&(FieldContext){}, &diagnosis_table, diagnosis);
}
