/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/pci/pci-address.h"
#include "profile/document/field-read.h"
#include "profile/profile.h"

/* Maximum for FIELD_NAMES: a file name of 255 bytes, each escaped to at most four. */
#define NAME_MAX_BYTES 1021
#define LINE_MAX_BYTES 4096

/* ── integers ──────────────────────────────────────────────────────────────────────────────────────────── */

static void store(const Field *field, void *value, int64_t number) {
        if (field->size == sizeof(uint8_t))
                *(uint8_t *) value = (uint8_t) number;
        else if (field->size == sizeof(uint16_t))
                *(uint16_t *) value = (uint16_t) number;
        else if (field->size == sizeof(uint32_t))
                *(uint32_t *) value = (uint32_t) number;
        else
                *(uint64_t *) value = (uint64_t) number;
}

static int read_integer(const JsonValue *value, const Field *field, void *ret) {
        bool nullable = field->flags & FIELD_OR_NONE || field->present > 0;
        uint64_t max = field->max ? field->max : INT64_MAX;
        json_int_t number = json_integer_value(value->json);

        if (nullable && json_is_null(value->json)) {
                store(field, ret, field->none);
                return 0;
        }
        if (!json_is_integer(value->json) || number < 0 || (uint64_t) number < field->min ||
                        (uint64_t) number > max)
                return json_value_fail(value, "expected an integer from %" PRIu64 " to %" PRIu64 "%s",
                                field->min, max, nullable ? " or null" : "");
        store(field, ret, number);
        return 0;
}

static int read_digits(const JsonValue *value, const Field *field, void *ret) {
        const char *text = json_string_value(value->json);
        size_t digits = field->max;

        if (!text || strlen(text) != 2 + digits || strncmp(text, "0x", 2) != 0 ||
                        strspn(text + 2, "0123456789abcdef") != digits)
                return json_value_fail(
                                value, "expected \"0x\" and %zu lower-case hexadecimal digits", digits);
        store(field, ret, (int64_t) strtoull(text + 2, NULL, 16));
        return 0;
}

/* ── text and words ────────────────────────────────────────────────────────────────────────────────────── */

static int read_name(const JsonValue *value, size_t size, char *ret) {
        if (json_is_string(value->json) && json_string_length(value->json) == 0)
                return json_value_fail(value, "expected a name");
        return json_value_text(value, size, ret);
}

static int read_names(const JsonValue *value, const Field *field, void *object) {
        char ***names = (char ***) ((char *) object + field->offset);
        size_t n;
        int r;

        r = json_value_array(value, field->max, &n);
        if (r < 0 || n == 0)
                return r;
        *names = calloc(n, sizeof(char *));
        if (!*names)
                return -ENOMEM;
        *(size_t *) ((char *) object + field->count) = n;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);
                char name[NAME_MAX_BYTES];

                r = read_name(&element, sizeof(name), name);
                if (r < 0)
                        return r;
                (*names)[i] = strdup(name);
                if (!(*names)[i])
                        return -ENOMEM;
        }
        return 0;
}

/* No control characters of ASCII or of ISO 8859 (U+0080 to U+009F): the text goes to terminals. */
static bool is_line(const char *text) {
        for (const unsigned char *c = (const unsigned char *) text; *c; c++)
                if (*c < ' ' || *c == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0))
                        return false;
        return true;
}

int field_read_line(const JsonValue *value, char **ret) {
        const char *text = json_string_value(value->json);

        if (!text || strlen(text) != json_string_length(value->json) || strlen(text) > LINE_MAX_BYTES ||
                        !is_line(text))
                return json_value_fail(value,
                                "expected a string of at most %d bytes, without control characters",
                                LINE_MAX_BYTES);
        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

/* "a", "b" or null */
static int fail_word(const JsonValue *value, const Words *words) {
        bool nullable = !*words_get(words, 0);
        unsigned last = words->n - !nullable;
        char text[256] = "";
        size_t n = 0;

        for (unsigned i = nullable; i < words->n && n < sizeof(text); i++)
                n += (size_t) snprintf(text + n, sizeof(text) - n, "%s\"%s\"",
                                i == nullable               ? ""
                                                : i == last ? " or "
                                                            : ", ",
                                words_get(words, i));
        return json_value_fail(value, "expected %s%s", text, nullable ? " or null" : "");
}

static int read_word(const JsonValue *value, const Field *field, void *ret) {
        int word = -EINVAL;

        if (json_is_null(value->json) && !*words_get(field->words, 0))
                word = 0;
        else if (json_is_string(value->json) && json_string_length(value->json) > 0)
                word = words_find(field->words, json_string_value(value->json));
        if (word < 0)
                return fail_word(value, field->words);
        store(field, ret, word);
        return 0;
}

static int read_reason(const JsonValue *value, Reason *ret) {
        int reason = json_is_null(value->json)        ? REASON_NONE
                        : json_is_string(value->json) ? reason_from_string(json_string_value(value->json))
                                                      : -EINVAL;

        /* In documents NONE is null, not a word. */
        if (reason < 0 || (reason == REASON_NONE && !json_is_null(value->json)))
                return json_value_fail(value, "expected a reason (\"absent\", \"permission\", …) or null");
        *ret = (Reason) reason;
        return 0;
}

static int read_tristate(const JsonValue *value, Tristate *ret) {
        if (!json_is_boolean(value->json) && !json_is_null(value->json))
                return json_value_fail(value, "expected true, false or null");
        *ret = json_is_null(value->json) ? TRISTATE_UNKNOWN : tristate(json_is_true(value->json));
        return 0;
}

static int read_text(const JsonValue *value, const Field *field, char *ret) {
        *ret = 0;
        return field->kind == FIELD_TEXT && json_is_null(value->json) ? 0
                        : field->kind == FIELD_NAME                   ? read_name(value, field->size, ret)
                                                    : json_value_text(value, field->size, ret);
}

/* ── facts ─────────────────────────────────────────────────────────────────────────────────────────────── */

static const Field fact_fields[] = {
        { "provenance", FIELD_WORD, FIELD_MEMBER(Fact, provenance), .words = &provenance_words },
        { "source", FIELD_STRING, FIELD_MEMBER(Fact, source) },
        { "reason", FIELD_REASON, FIELD_MEMBER(Fact, reason) },
};
static const FieldTable fact_table = { FIELD_TABLE(fact_fields) };

/* Null if and only if unknown; unknown if and only if it has a reason. */
static int check_fact(const JsonValue *object, const JsonValue *value, const Fact *fact) {
        JsonValue reason;
        int r = json_value_member(object, "reason", &reason);

        if (r < 0)
                return r;
        if (fact_known(fact) && fact->reason != REASON_NONE)
                return json_value_fail(&reason, "expected null, the value is known");
        if (!fact_known(fact) && fact->reason == REASON_NONE)
                return json_value_fail(&reason, "expected a reason, the value is unknown");
        if (!fact_known(fact) && !json_is_null(value->json))
                return json_value_fail(value, "expected null, its provenance is \"unknown\"");
        return 0;
}

static int read_fact(const JsonValue *object, const Field *field, Fact *ret) {
        JsonValue value;
        bool state;
        int r;

        r = fields_read(object, &fact_table, ret);
        if (r >= 0)
                r = json_value_member(object, "value", &value);
        if (r >= 0)
                r = check_fact(object, &value, ret);
        if (r < 0 || !fact_known(ret))
                return r;
        if (field->kind == FIELD_NUMBER)
                return json_value_integer(&value, 0, field->max ? field->max : INT64_MAX, &ret->value);
        if (field->kind == FIELD_REGISTER)
                return json_value_hex(&value, &ret->value);
        r = json_value_boolean(&value, &state);
        if (r >= 0)
                ret->value = state;
        return r;
}

/* ── names of other objects ────────────────────────────────────────────────────────────────────────────── */

static int read_pci_address(const JsonValue *value, const Field *field, PciAddress *ret) {
        if (json_is_string(value->json) &&
                        pci_address_parse((Bytes){ .data = (const uint8_t *) json_string_value(value->json),
                                                          .n = json_string_length(value->json) },
                                        ret))
                return 0;
        return json_value_fail(value, "expected a PCI address (\"0000:00:1f.3\")%s",
                        field->present > 0 ? " or null" : "");
}

static int read_unit(const JsonValue *value, int *ret) {
        const json_t *unit = json_is_string(value->json)
                        ? json_object_get(value->reader->units, json_string_value(value->json))
                        : NULL;

        *ret = unit ? (int) json_integer_value(unit) : -1;
        return unit || json_is_null(value->json)
                        ? 0
                        : json_value_fail(value, "expected the name of a unit in iommus, or null");
}

static int compare_ids(const void *key, const void *element) {
        uint64_t id = *(const uint64_t *) key;
        const ProfileGroup *group = element;

        return id < group->id ? -1 : id > group->id;
}

static int read_group(const JsonValue *value, int *ret) {
        static const Field id_field = { .kind = FIELD_INTEGER,
                .flags = FIELD_OR_NONE,
                .none = -1,
                .size = sizeof(uint64_t),
                .max = INT32_MAX };
        const Profile *profile = value->reader->profile;
        const ProfileGroup *group = NULL;
        uint64_t id;
        int r = read_integer(value, &id_field, &id);

        *ret = -1;
        if (r < 0 || json_is_null(value->json))
                return r;
        if (profile->n_groups > 0)
                group = bsearch(&id, profile->groups, profile->n_groups, sizeof(ProfileGroup), compare_ids);
        if (!group)
                return json_value_fail(value, "expected the id of a group in groups, or null");
        *ret = (int) (group - profile->groups);
        return 0;
}

/* ── all kinds ─────────────────────────────────────────────────────────────────────────────────────────── */

int field_read_value(const JsonValue *value, const Field *field, void *object) {
        void *ret = (char *) object + field->offset;

        switch (field->kind) {
        case FIELD_NUMBER:
        case FIELD_STATE:
        case FIELD_REGISTER:
                return read_fact(value, field, ret);
        case FIELD_STRING:
        case FIELD_NAME:
        case FIELD_TEXT:
                return read_text(value, field, ret);
        case FIELD_LINE:
                return field_read_line(value, ret);
        case FIELD_NAMES:
                return read_names(value, field, object);
        case FIELD_FIXED:
                return json_is_string(value->json) &&
                                                strcmp(json_string_value(value->json), field->fixed) == 0
                                ? 0
                                : json_value_fail(value, "expected \"%s\"", field->fixed);
        case FIELD_WORD:
                return read_word(value, field, ret);
        case FIELD_REASON:
                return read_reason(value, ret);
        case FIELD_STATE3:
                return read_tristate(value, ret);
        case FIELD_BOOLEAN:
                return json_value_boolean(value, ret);
        case FIELD_INTEGER:
                return read_integer(value, field, ret);
        case FIELD_HEX:
                return json_value_hex(value, ret);
        case FIELD_DIGITS:
                return read_digits(value, field, ret);
        case FIELD_PCI:
                return read_pci_address(value, field, ret);
        case FIELD_UNIT:
                return read_unit(value, ret);
        case FIELD_GROUP:
                return read_group(value, ret);
        default:
                return 0;
        }
}
