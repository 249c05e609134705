/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/read-fact.h"
#include "profile/document/read.h"
#include "profile/profile.h"

#define FINDING_TEXT_MAX 4096

/* ── firmware: why there is no table ───────────────────────────────────────────────────────────────────── */

static int read_table(const JsonValue *value, const JsonField *field, void *ret) {
        JsonValue table;
        Reason *reason = ret;
        int r;

        r = json_read_reason(value, field, reason);
        if (r < 0)
                return r;
        r = json_value_member(value->parent, "table", &table);
        if (r < 0)
                return r;
        if (*reason == REASON_NONE)
                return json_is_object(table.json) ? 0 : json_value_fail(&table, "expected an object");
        return json_is_null(table.json) ? 0 : json_value_fail(&table, "expected null");
}

static const JsonField dmar_members[] = {
        { "reason", read_table, JSON_FIELD(ProfileFirmware, dmar_reason) },
};

static const JsonField ivrs_members[] = {
        { "reason", read_table, JSON_FIELD(ProfileFirmware, ivrs_reason) },
};

static const JsonField firmware_members[] = {
        { "dmar", json_read_object, .fields = &(const JsonFields){ ELEMENTS(dmar_members), dmar_members } },
        { "ivrs", json_read_object, .fields = &(const JsonFields){ ELEMENTS(ivrs_members), ivrs_members } },
};
const JsonFields document_firmware_fields = { ELEMENTS(firmware_members), firmware_members };

/* ── memory ────────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_below(const IomemEntry *a, const IomemEntry *b) {
        return a->start < b->start || (a->start == b->start && a->end < b->end);
}

static int read_range(const JsonValue *value, IomemEntry *ret) {
        JsonValue type;
        int r;

        r = json_read_start_end(value, &ret->start, &ret->end);
        if (r < 0)
                return r;
        r = json_value_member(value, "type", &type);
        if (r < 0)
                return r;
        r = json_value_text(&type, sizeof(ret->name), ret->name);
        if (r < 0)
                return r;
        ret->kind = iomem_kind((Bytes){ .data = (const uint8_t *) ret->name, .n = strlen(ret->name) });
        return 0;
}

static int read_ranges(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileMemory *memory = ret;
        size_t n;
        int r;

        r = json_value_array(value, IOMEM_ENTRIES_MAX, &n);
        if (r < 0 || n == 0)
                return r;
        memory->ranges = calloc(n, sizeof(IomemEntry));
        if (!memory->ranges)
                return -ENOMEM;
        memory->n_ranges = n;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);

                r = read_range(&element, &memory->ranges[i]);
                if (r < 0)
                        return r;
                if (i > 0 && is_below(&memory->ranges[i], &memory->ranges[i - 1]))
                        return json_value_fail(&element, "expected ranges in ascending order");
        }
        return 0;
}

#define MEMORY(member) JSON_FIELD(ProfileMemory, member)

static const JsonField memory_members[] = {
        { "ramTop", json_read_register, MEMORY(ram_top) },
        { "ranges", read_ranges },
        { "rangesReason", json_read_reason, MEMORY(ranges_reason) },
        { "rangesSource", json_read_text, MEMORY(ranges_source) },
        { "hotAdded", json_read_ranges, MEMORY(hot_added) },
        { "hotplugReason", json_read_reason, MEMORY(hotplug_reason) },
        { "blockSize", json_read_number, MEMORY(block_size) },
};
const JsonFields document_memory_fields = { ELEMENTS(memory_members), memory_members };

/* ── findings ──────────────────────────────────────────────────────────────────────────────────────────── */

/* No control characters of ASCII or of ISO 8859 (U+0080 to U+009F): the text goes to terminals. */
static bool is_line(const char *text) {
        for (const unsigned char *c = (const unsigned char *) text; *c; c++)
                if (*c < ' ' || *c == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0))
                        return false;
        return true;
}

static int read_line(const JsonValue *value, const JsonField *field, void *ret) {
        const char *text = json_string_value(value->json);
        char *copy;

        if (!text || strlen(text) != json_string_length(value->json) || strlen(text) > FINDING_TEXT_MAX ||
                        !is_line(text))
                return json_value_fail(value,
                                "expected a string of at most %d bytes, without control characters",
                                FINDING_TEXT_MAX);
        copy = strdup(text);
        if (!copy)
                return -ENOMEM;
        *(char **) ret = copy;
        return 0;
}

/* "iommu-absent": lower-case words with dashes between them. Those of newer versions too. */
static bool is_id(const char *text) {
        size_t n = strlen(text);

        return n > 0 && n <= 64 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == n &&
                        text[0] != '-' && text[n - 1] != '-' && !strstr(text, "--");
}

static int read_id(const JsonValue *value, const JsonField *field, void *ret) {
        if (!json_is_string(value->json) || !is_id(json_string_value(value->json)))
                return json_value_fail(value, "expected lower-case words with dashes between them");
        return read_line(value, field, ret);
}

#define FINDING(member) JSON_FIELD(Finding, member)

static const JsonField finding_members[] = {
        { "id", read_id, FINDING(id) },
        { "severity", json_read_word, FINDING(severity), .word = severity_from_string,
                        .expected = "\"info\", \"warning\" or \"error\"" },
        { "subject", read_line, FINDING(subject) },
        { "summary", read_line, FINDING(summary) },
        { "detail", read_line, FINDING(detail) },
        { "remedy", read_line, FINDING(remedy) },
};

int document_read_findings(const JsonValue *value, const JsonField *field, void *ret) {
        static const JsonFields fields = { ELEMENTS(finding_members), finding_members };
        FindingList *list = ret;
        void *elements;
        size_t n;
        int r;

        r = json_value_new_elements(value, sizeof(Finding), &elements, &n);
        if (r < 0 || n == 0)
                return r;
        list->findings = elements;
        list->n = n;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);

                r = json_read_fields(&element, &fields, &list->findings[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}
