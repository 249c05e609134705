/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The settings as part of a baseline's document. */

#include <jansson.h>

#include "fleet/settings.h"
#include "guest/answer/answer.h"
#include "probe/cleanup.h"

static bool has_hosts(const void *object) {
        return ((const SettingProblem *) object)->n_hosts > 0;
}

static bool is_offered(const void *object) {
        return setting_offered(object);
}

static json_t *write_text(const void *value) {
        return answer_text(*(char *const *) value);
}

/* Written by hawd, of any length. */
static json_t *write_lines(const void *value) {
        return json_string(*(char *const *) value);
}

/* Null by .when. */
#define TEXT_OR_NULL "{\"type\": [\"string\", \"null\"]}"
static const FieldHook lines_hook = { .write = write_lines, .schema = TEXT_OR_NULL };
static const FieldHook or_null_hook = { .write = write_text, .schema = TEXT_OR_NULL };

static bool is_wide(const void *object) {
        return ((const Settings *) object)->cpu_bits > 0;
}

#define PROBLEM(member) FIELD_MEMBER(SettingProblem, member)

static const Field problem_fields[] = {
        { "hosts", FIELD_INTEGER, 0, PROBLEM(n_hosts), .text = "On how many hosts; 0: none." },
        { "text", FIELD_CUSTOM, 0, PROBLEM(text), .hook = &or_null_hook, .when = has_hosts,
                        .text = "The finding on the first of them." },
        { "host", FIELD_CUSTOM, 0, PROBLEM(host), .hook = &or_null_hook, .when = has_hosts,
                        .text = "An example of such a host; empty: unknown." },
};
static const FieldTable problem_table = { FIELD_TABLE(problem_fields) };

#define SETTING(member) FIELD_MEMBER(Setting, member)

static const Field setting_fields[] = {
        { "for", FIELD_WORD, 0, SETTING(consumer), .words = &setting_for_words,
                        .text = "The program that it is for." },
        { "name", FIELD_CUSTOM, 0, SETTING(name), .hook = &answer_text_hook,
                        .text = "What or where it is." },
        { "needs", FIELD_CUSTOM, 0, SETTING(needs), .hook = &answer_text_hook,
                        .text = "Oldest versions that support it; empty: any." },
        { "note", FIELD_CUSTOM, 0, SETTING(note), .hook = &answer_text_hook, .text = "What else to know." },
        { "text", FIELD_CUSTOM, 0, SETTING(text), .hook = &lines_hook, .when = is_offered,
                        .text = "Lines to paste; null: it is unsafe on a host, or no host was checked." },
        { "hosts", FIELD_INTEGER, 0, SETTING(n_hosts), .text = "On how many hosts it was checked." },
        { "unsafe", FIELD_OBJECT, 0, SETTING(unsafe), .table = &problem_table,
                        .text = "Hosts where a guest with it does not run, or not safely." },
        { "warning", FIELD_OBJECT, 0, SETTING(warning), .table = &problem_table,
                        .text = "Hosts where check warns about a guest with it." },
};
static const FieldTable setting_table = { FIELD_TABLE(setting_fields) };

#define SETTINGS(member) FIELD_MEMBER(Settings, member)

static const Field settings_fields[] = {
        { "bits", FIELD_INTEGER, 0, SETTINGS(bits), .max = SETTINGS_BITS_MAX, .text = "The width." },
        { "devices", FIELD_BOOLEAN, 0, SETTINGS(devices), .text = "For guests with assigned devices." },
        { "cpuBits", FIELD_INTEGER, 0, SETTINGS(cpu_bits), .max = SETTINGS_BITS_MAX, .when = is_wide,
                        .text = "Width of the CPU where only firmware keeps to `bits`; null: the same." },
        { "settings", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(Settings, items, n), .max = SETTINGS_MAX,
                        .table = &setting_table, .text = "Each was read back and checked on every class." },
};
const FieldTable settings_table = {
        FIELD_TABLE(settings_fields),
        .text = "Settings for guests of one width.",
};
