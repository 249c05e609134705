/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/place-document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/field-read.h"
#include "profile/document/field-write.h"
#include "profile/document/json-fact.h"

static json_t *write_when(const void *value) {
        return json_text(*(char *const *) value);
}

static int read_when(const JsonValue *json, void *value) {
        char **text = value;

        if (!json_is_null(json->json))
                return field_read_line(json, text);
        *text = strdup("");
        return *text ? 0 : -ENOMEM;
}

static const FieldHook when_hook = {
        .write = write_when,
        .read = read_when,
        .schema = "{\"type\": [\"string\", \"null\"], \"minLength\": 1}",
};

/* Of a PlaceAnswer, in any language: a device's name may be part of it. */
static json_t *write_missing(const void *value) {
        const PlaceAnswer *answer = value;
        json_t *array = json_array();
        bool ok = array != NULL;

        for (size_t i = 0; ok && i < answer->n_missing; i++)
                ok = json_array_append_new(array, json_string(answer->missing[i])) == 0;
        return json_finish(array, ok);
}

static int read_missing(const JsonValue *json, void *value) {
        PlaceAnswer *answer = value;
        size_t n;
        int r = json_value_array(json, JSON_ARRAY_MAX, &n);

        if (r < 0)
                return r;
        answer->missing = calloc(n + 1, sizeof(*answer->missing));
        if (!answer->missing)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                const JsonValue element = json_value_element(json, i);

                r = field_read_line(&element, &answer->missing[i]);
                if (r < 0)
                        return r;
                answer->n_missing++;
        }
        return 0;
}

static const FieldHook missing_hook = {
        .write = write_missing,
        .read = read_missing,
        .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\", \"minLength\": 1}}",
};
/* The same, or null. */
static const FieldHook line_missing_hook = {
        .write = write_missing,
        .read = read_missing,
        .schema = "{\"type\": [\"array\", \"null\"], \"items\": {\"type\": \"string\", \"minLength\": 1}}",
};

#define REASON_FIELD(member) FIELD_MEMBER(PlaceReason, member)

static const Field reason_fields[] = {
        { "verdict", FIELD_WORD, 0, REASON_FIELD(verdict), .words = &check_verdict_words,
                        .text = "warning or unsafe." },
        { "rule", FIELD_WORD, 0, REASON_FIELD(rule), .words = &rule_words,
                        .text = "R1 to R14, see docs/check.md." },
        { "subject", FIELD_LINE, 0, REASON_FIELD(subject),
                        .text = "What it is about: the guest, a device." },
        { "summary", FIELD_LINE, 0, REASON_FIELD(summary), .text = "One line." },
        { "when", FIELD_CUSTOM, 0, REASON_FIELD(when), .hook = &when_hook,
                        .text = "Applies only then, such as with some versions of the firmware; null: always." },
};
static const FieldTable reason_table = { FIELD_TABLE(reason_fields), .text = "A finding of check." };

#define ANSWER(member) FIELD_MEMBER(PlaceAnswer, member)

static const Field answer_fields[] = {
        { "verdict", FIELD_WORD, 0, ANSWER(verdict), .words = &check_verdict_words,
                        .text = "safe, warning or unsafe." },
        { "reasons", FIELD_LIST, 0, FIELD_ELEMENTS(PlaceAnswer, reasons, n_reasons), .table = &reason_table,
                        .text = "Findings without information, worst first." },
        { "missing", FIELD_CUSTOM, 0, .offset = 0, .hook = &missing_hook,
                        .text = "Inputs that are unknown." },
};
static const FieldTable answer_table = { FIELD_TABLE(answer_fields) };

#define MOVE(type, key, place, kind, sentence)                                                  \
        {                                                                                       \
                key, FIELD_OBJECT, 0, FIELD_MEMBER(type, place moves[kind]),                    \
                                .present = offsetof(type, place moved), .table = &answer_table, \
                                .text = sentence                                                \
        }
#define MOVE_FIELDS(type, place)                                                                \
        MOVE(type, "live", place, MIGRATION_LIVE, "Moved while it runs; null without --from."), \
                        MOVE(type, "offline", place, MIGRATION_OFFLINE,                         \
                                        "Stopped and started there; null without --from."),     \
                        MOVE(type, "hotplug", place, MIGRATION_HOTPLUG,                         \
                                        "Given a device after the move; null without --from.")

/* ── a placement as text ───────────────────────────────────────────────────────────────────────────────── */

static const Field placement_fields[] = {
        { "check", FIELD_OBJECT, 0, FIELD_MEMBER(Placement, check), .table = &answer_table },
        MOVE_FIELDS(Placement, ),
};
static const FieldTable placement_table = { FIELD_TABLE(placement_fields) };

int placement_pack(const Placement *placement, char **ret) {
        json_t *json = fields_json(&(FieldContext){}, &placement_table, placement);

        *ret = json ? json_dumps(json, JSON_COMPACT) : NULL;
        json_decref(json);
        return *ret ? 0 : -ENOMEM;
}

int placement_unpack(const char *text, Placement *ret) {
        JsonError error = {};
        JsonReader reader = { .error = &error };
        JsonValue top = { .reader = &reader };
        Placement placement = {};
        json_t *json;
        int r = json_text_parse(text, strlen(text), &json, &error);

        if (r < 0)
                return r;
        top.json = json;
        r = fields_read(&top, &placement_table, &placement);
        json_decref(json);
        if (r < 0) {
                placement_done(&placement);
                return r;
        }
        *ret = placement;
        return 0;
}

/* ── hawd-place/1 ──────────────────────────────────────────────────────────────────────────────────────── */

#define LINE(member) FIELD_MEMBER(PlaceLine, member)

/* Of the words of a verdict, or none. */
static const FieldHook judged_hook = {
        .schema = "{\"enum\": [\"safe\", \"warning\", \"unsafe\", null]}",
};

static const Field line_fields[] = {
        { "schema", FIELD_FIXED, 0, .fixed = PLACE_SCHEMA, .text = "What the document is." },
        { "host", FIELD_TEXT, 0, LINE(hostname), .text = "The host's name." },
        { "machineId", FIELD_TEXT, 0, LINE(machine_id), .text = "Application-specific machine id." },
        { "class", FIELD_STRING, 0, LINE(class), .text = "Key of its class." },
        { "verdict", FIELD_WORD, 0, LINE(placement.check.verdict), .present = offsetof(PlaceLine, judged),
                        .words = &check_verdict_words, .hook = &judged_hook,
                        .text = "Whether the guest can start on the host: safe, warning or unsafe; null: only a summary of it was read." },
        { "reasons", FIELD_LIST, 0,
                        FIELD_ELEMENTS(PlaceLine, placement.check.reasons, placement.check.n_reasons),
                        .present = offsetof(PlaceLine, judged), .table = &reason_table,
                        .text = "Findings without information, worst first; null with the verdict." },
        { "missing", FIELD_CUSTOM, 0, FIELD_MEMBER(PlaceLine, placement.check),
                        .present = offsetof(PlaceLine, judged), .hook = &line_missing_hook,
                        .text = "Inputs that are unknown; null with the verdict." },
        MOVE_FIELDS(PlaceLine, placement.),
};
const FieldTable place_table = {
        FIELD_TABLE(line_fields),
        .text = "Whether one host may take a guest: a line of hawctl place --json.",
};

json_t *place_line_json(const PlaceLine *line) {
        return fields_json(&(FieldContext){}, &place_table, line);
}
