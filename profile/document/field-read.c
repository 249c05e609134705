/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/field-read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/fact.h"

/* ── lists ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void set_count(const Field *field, void *object, size_t n) {
        char *count = (char *) object + field->count;

        if (field->count_size == sizeof(uint8_t))
                *(uint8_t *) count = (uint8_t) n;
        else if (field->count_size == sizeof(uint32_t))
                *(uint32_t *) count = (uint32_t) n;
        else
                *(size_t *) count = n;
}

static int read_elements(const JsonValue *value, const Field *field, void *object, size_t n) {
        const void *before = NULL;

        for (size_t i = 0; i < n; i++) {
                const JsonValue json = json_value_element(value, i);
                void *element = (void *) field_element(field, object, i);
                int r = fields_read(&json, field->table, element);

                if (r >= 0 && field->table->check)
                        r = field->table->check(&json, element, before);
                if (r < 0)
                        return r;
                before = element;
        }
        return 0;
}

static int read_list(const JsonValue *value, const Field *field, void *object) {
        size_t n;
        int r = json_value_array(value, field->max ? field->max : JSON_ARRAY_MAX, &n);

        if (r < 0 || n == 0)
                return r;
        if (!(field->flags & FIELD_INLINE)) {
                void *array = calloc(n, field->size);

                if (!array)
                        return -ENOMEM;
                *(void **) ((char *) object + field->offset) = array;
        }
        set_count(field, object, n);
        return read_elements(value, field, object, n);
}

/* ── members ───────────────────────────────────────────────────────────────────────────────────────────── */

static int read_object(const JsonValue *value, const Field *field, void *object) {
        void *member = (char *) object + field->offset;
        int r = fields_read(value, field->table, member);

        return r >= 0 && field->table->check ? field->table->check(value, member, NULL) : r;
}

/* Also a value that is null if .when is false must not be another. */
static int read_value(const JsonValue *value, const Field *field, void *object) {
        int r = field_read_value(value, field, object);

        if (r < 0 || !(field->flags & FIELD_OF_ITSELF) || json_is_null(value->json) || field->when(object))
                return r;
        return json_value_fail(value, "expected null, or a value that this member has");
}

/* Null if the member is missing. */
static int read_member(const JsonValue *value, const Field *field, void *object) {
        bool null = json_is_null(value->json);

        if (field->when && !(field->flags & FIELD_OF_ITSELF) && !field->when(object))
                return null ? 0 : json_value_fail(value, "expected null");
        if (field->present > 0) {
                *(bool *) ((char *) object + field->present) = !null;
                if (null)
                        return 0;
        }
        if (field->hook && field->hook->read)
                return field->hook->read(value, (char *) object + field->offset);
        if (field->kind == FIELD_OBJECT)
                return read_object(value, field, object);
        if (field->kind == FIELD_LIST)
                return read_list(value, field, object);
        return read_value(value, field, object);
}

/* Sets members that are missing in documents of older versions. */
static void fill_missing(const Field *field, void *object) {
        void *value = (char *) object + field->offset;

        if (field_is_fact(field))
                *(Fact *) value = fact_unknown(REASON_ABSENT, "not in the document");
        else if (field->kind == FIELD_REASON)
                *(Reason *) value = REASON_ABSENT;
        else if (field->kind == FIELD_OBJECT)
                for (size_t i = 0; i < field->table->n; i++)
                        fill_missing(&field->table->fields[i], value);
}

static int read_field(const JsonValue *value, const FieldTable *table, const Field *field, void *object) {
        JsonValue member;
        int r;

        if ((table->given || field->flags & FIELD_LATER) && !json_object_get(value->json, field->key)) {
                if (!table->given)
                        fill_missing(field, object);
                return 0;
        }
        r = json_value_member(value, field->key, &member);
        return r < 0 ? r : read_member(&member, field, object);
}

static int refuse_unknown(const JsonValue *value, const FieldTable *table) {
        char printable[64];
        JsonValue member = { .reader = value->reader, .parent = value, .key = printable };
        const char *key;
        json_t *json;

        json_object_foreach((json_t *) value->json, key, json) {
                if (field_find(table, key))
                        continue;
                text_printable((Bytes){ .data = (const uint8_t *) key, .n = strlen(key) }, printable,
                                sizeof(printable));
                return json_value_fail(&member, "no such member");
        }
        return 0;
}

int fields_read(const JsonValue *value, const FieldTable *table, void *object) {
        JsonValue member;
        int r = 0;

        if (!json_is_object(value->json))
                return json_value_fail(value, "expected an object");
        if (table->given)
                r = refuse_unknown(value, table);
        for (size_t i = 0; i < table->n && r >= 0; i++)
                if (!table->fields[i].when)
                        r = read_field(value, table, &table->fields[i], object);
        /* Members that depend on later ones in the document. */
        for (size_t i = 0; i < table->n && r >= 0; i++)
                if (table->fields[i].when)
                        r = read_field(value, table, &table->fields[i], object);
        for (size_t i = 0; i < table->n && r >= 0; i++)
                if (table->fields[i].flags & FIELD_REQUIRED)
                        r = json_value_member(value, table->fields[i].key, &member);
        return r;
}
