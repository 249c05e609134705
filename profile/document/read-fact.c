/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/read-fact.h"

#include <errno.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/memory/range.h"
#include "probe/fact.h"

int json_read_object(const JsonValue *value, const JsonField *field, void *ret) {
        return json_read_fields(value, field->fields, ret);
}

int json_read_string(const JsonValue *value, const JsonField *field, void *ret) {
        return json_value_text(value, field->size, ret);
}

int json_read_name(const JsonValue *value, const JsonField *field, void *ret) {
        if (json_is_string(value->json) && json_string_length(value->json) == 0)
                return json_value_fail(value, "expected a name");
        return json_value_text(value, field->size, ret);
}

int json_read_text(const JsonValue *value, const JsonField *field, void *ret) {
        if (!json_is_null(value->json))
                return json_value_text(value, field->size, ret);
        *(char *) ret = 0;
        return 0;
}

int json_read_word(const JsonValue *value, const JsonField *field, void *ret) {
        int word = json_is_string(value->json) ? field->word(json_string_value(value->json)) : -EINVAL;

        if (word < 0)
                return json_value_fail(value, "expected %s", field->expected);
        memcpy(ret, &word, sizeof(word));
        return 0;
}

int json_read_reason(const JsonValue *value, const JsonField *field, void *ret) {
        int reason = json_is_null(value->json)        ? REASON_NONE
                        : json_is_string(value->json) ? reason_from_string(json_string_value(value->json))
                                                      : -EINVAL;

        /* In the document NONE is null, never a word. */
        if (reason < 0 || (reason == REASON_NONE && !json_is_null(value->json)))
                return json_value_fail(value, "expected a reason (\"absent\", \"permission\", …) or null");
        *(Reason *) ret = (Reason) reason;
        return 0;
}

int json_read_tristate(const JsonValue *value, const JsonField *field, void *ret) {
        if (!json_is_boolean(value->json) && !json_is_null(value->json))
                return json_value_fail(value, "expected true, false or null");
        *(Tristate *) ret =
                        json_is_null(value->json) ? TRISTATE_UNKNOWN : tristate(json_is_true(value->json));
        return 0;
}

int json_read_bool(const JsonValue *value, const JsonField *field, void *ret) {
        return json_value_boolean(value, ret);
}

/* ── facts ─────────────────────────────────────────────────────────────────────────────────────────────── */

static const JsonField fact_members[] = {
        { "provenance", json_read_word, JSON_FIELD(Fact, provenance), .word = provenance_from_string,
                        .expected = "\"measured\", \"derived\", \"assumed\" or \"unknown\"" },
        { "source", json_read_string, JSON_FIELD(Fact, source) },
        { "reason", json_read_reason, JSON_FIELD(Fact, reason) },
};
static const JsonFields fact_fields = { ELEMENTS(fact_members), fact_members };

void json_missing_fact(void *ret) {
        *(Fact *) ret = fact_unknown(REASON_ABSENT, "not in the document");
}

/* All but the value, and that: null exactly when it is unknown, and unknown exactly when there is a reason. */
static int read_fact(const JsonValue *object, Fact *ret, JsonValue *ret_value) {
        JsonValue reason;
        int r;

        r = json_read_fields(object, &fact_fields, ret);
        if (r < 0)
                return r;
        r = json_value_member(object, "value", ret_value);
        if (r < 0)
                return r;
        r = json_value_member(object, "reason", &reason);
        if (r < 0)
                return r;
        if (fact_known(ret) && ret->reason != REASON_NONE)
                return json_value_fail(&reason, "expected null, the value is known");
        if (!fact_known(ret) && ret->reason == REASON_NONE)
                return json_value_fail(&reason, "expected a reason, the value is unknown");
        if (!fact_known(ret) && !json_is_null(ret_value->json))
                return json_value_fail(ret_value, "expected null, its provenance is \"unknown\"");
        return 0;
}

int json_read_number(const JsonValue *value, const JsonField *field, void *ret) {
        Fact *fact = ret;
        JsonValue number;
        int r;

        r = read_fact(value, fact, &number);
        if (r < 0 || !fact_known(fact))
                return r;
        return json_value_integer(&number, 0, field->max ? field->max : INT64_MAX, &fact->value);
}

int json_read_state(const JsonValue *value, const JsonField *field, void *ret) {
        Fact *fact = ret;
        JsonValue state;
        bool b;
        int r;

        r = read_fact(value, fact, &state);
        if (r < 0 || !fact_known(fact))
                return r;
        r = json_value_boolean(&state, &b);
        if (r < 0)
                return r;
        fact->value = b;
        return 0;
}

int json_read_register(const JsonValue *value, const JsonField *field, void *ret) {
        Fact *fact = ret;
        JsonValue number;
        int r;

        r = read_fact(value, fact, &number);
        if (r < 0 || !fact_known(fact))
                return r;
        return json_value_hex(&number, &fact->value);
}

/* ── addresses ─────────────────────────────────────────────────────────────────────────────────────────── */

int json_read_start_end(const JsonValue *value, uint64_t *ret_start, uint64_t *ret_end) {
        JsonValue start, end;
        int r;

        r = json_value_member(value, "start", &start);
        if (r < 0)
                return r;
        r = json_value_member(value, "end", &end);
        if (r < 0)
                return r;
        r = json_value_hex(&start, ret_start);
        if (r < 0)
                return r;
        r = json_value_hex(&end, ret_end);
        if (r < 0)
                return r;
        if (*ret_end < *ret_start)
                return json_value_fail(&end, "expected no less than start");
        return 0;
}

int json_read_ranges(const JsonValue *value, const JsonField *field, void *ret) {
        RangeSet *set = ret;
        size_t n;
        int r;

        r = json_value_array(value, JSON_ARRAY_MAX, &n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);
                uint64_t start, end;

                r = json_read_start_end(&element, &start, &end);
                if (r < 0)
                        return r;
                if (i > 0 && (start <= set->ranges[i - 1].end || start - 1 == set->ranges[i - 1].end))
                        return json_value_fail(&element,
                                        "expected a range above the one before, and apart from it");
                r = range_set_add(set, start, end);
                if (r < 0)
                        return r;
        }
        return 0;
}

int json_member_pci_address(const JsonValue *object, const char *key, bool *ret_known, PciAddress *ret) {
        JsonValue member;
        int r;

        r = json_value_member(object, key, &member);
        if (r < 0)
                return r;
        if (ret_known) {
                *ret_known = !json_is_null(member.json);
                if (!*ret_known)
                        return 0;
        }
        if (json_is_string(member.json) &&
                        pci_address_parse((Bytes){ .data = (const uint8_t *) json_string_value(member.json),
                                                          .n = json_string_length(member.json) },
                                        ret))
                return 0;
        return json_value_fail(&member,
                        ret_known ? "expected a PCI address (\"0000:00:1f.3\") or null"
                                  : "expected a PCI address (\"0000:00:1f.3\")");
}
