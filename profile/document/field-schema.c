/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/field-schema.h"

#include <stdio.h>

#include "profile/document/json-fact.h"
#include "profile/document/read-value.h"

static json_t *object_schema(const FieldTable *table);

/* ── words and references ──────────────────────────────────────────────────────────────────────────────── */

/* Null for "none": the empty word, or with `first` 1 the word of 0. */
static json_t *words_schema(const Words *words, unsigned first) {
        json_t *array = json_array();
        bool ok = true;

        if (first > 0)
                ok = json_array_append_new(array, json_null()) == 0;
        for (unsigned i = first; i < words->n && ok; i++)
                if (words_find(words, words_get(words, i)) == (int) i)
                        ok = json_array_append_new(array, json_string(words_get(words, i))) == 0;
        return json_pack("{s:o}", "enum", json_finish(array, ok));
}

static json_t *reference(const char *name, bool nullable) {
        char text[40];

        snprintf(text, sizeof(text), "#/$defs/%s", name);
        return nullable ? json_pack("{s:[{s:s}, {s:s}]}", "anyOf", "$ref", text, "type", "null")
                        : json_pack("{s:s}", "$ref", text);
}

static json_t *typed(const char *type, bool nullable) {
        return nullable ? json_pack("{s:[s, s]}", "type", type, "null") : json_pack("{s:s}", "type", type);
}

/* No control or invisible characters, and none that change text direction. */
#define SEEN \
        "[^\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]"

/* What the reader accepts of text from people; it counts bytes, which a schema cannot. */
static json_t *written(json_t *schema, const Field *field, size_t size) {
        bool ok = json_put(schema, "maxLength", json_integer((json_int_t) size - 1)) &&
                        json_put(schema, "pattern",
                                        json_sprintf("^" SEEN "%s$", field->kind == FIELD_NAME ? "+" : "*"));

        return json_finish(schema, ok);
}

/* ── kinds ─────────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *integer_schema(const Field *field, bool nullable) {
        json_t *schema = typed("integer", nullable);
        bool ok = json_put(schema, "minimum", json_integer((json_int_t) field->min));

        if (field->max > 0)
                ok = ok && json_put(schema, "maximum", json_integer((json_int_t) field->max));
        return json_finish(schema, ok);
}

static json_t *digits_schema(const Field *field, bool nullable) {
        json_t *schema = typed("string", nullable);
        char pattern[32];

        snprintf(pattern, sizeof(pattern), "^0x[0-9a-f]{%d}$", (int) field->max);
        return json_finish(schema, json_put(schema, "pattern", json_string(pattern)));
}

static json_t *list_schema(const Field *field, json_t *items) {
        json_t *schema = typed("array", field->present > 0);
        bool ok = json_put(schema, "items", items);

        if (field->min > 0)
                ok = ok && json_put(schema, "minItems", json_integer((json_int_t) field->min));
        if (field->max > 0)
                ok = ok && json_put(schema, "maxItems", json_integer((json_int_t) field->max));
        return json_finish(schema, ok);
}

/* One element per row, in row order. */
static json_t *rows_schema(const Field *field) {
        json_t *items = json_array();
        bool ok = true;

        for (size_t i = 0; i < field->rows->n && ok; i++) {
                const Field *row = &field->rows->fields[i];
                json_t *item;

                if (!(row->flags & FIELD_BUS))
                        continue;
                item = object_schema(field->table);
                ok = json_put(json_object_get(item, "properties"), field->table->fields[0].key,
                                json_pack("{s:s}", "const", row->key));
                ok = json_array_append_new(items, json_finish(item, ok)) == 0;
        }
        return json_pack("{s:s, s:I, s:b, s:o}", "type", "array", "minItems",
                        (json_int_t) json_array_size(items), "items", 0, "prefixItems",
                        json_finish(items, ok));
}

static json_t *kind_schema(const Field *field) {
        /* A later member is left out, not null. */
        bool left_out = field->when && field->flags & FIELD_LATER;
        bool nullable = field->present > 0 || (field->when && !left_out) || field->flags & FIELD_OR_NONE;

        switch (field->kind) {
        case FIELD_NUMBER:
                return reference("number", false);
        case FIELD_STATE:
                return reference("state", false);
        case FIELD_REGISTER:
                return reference("register", false);
        case FIELD_STRING:
        case FIELD_NAME:
        case FIELD_LINE:
                return typed("string", nullable);
        case FIELD_TEXT:
        case FIELD_UNIT:
                return typed("string", true);
        case FIELD_NAMES:
                return list_schema(field, typed("string", false));
        case FIELD_FIXED:
                return json_pack("{s:s}", "const", field->fixed);
        case FIELD_WORD:
                return words_schema(field->words, !*words_get(field->words, 0));
        case FIELD_REASON:
                return reference("reason", false);
        case FIELD_STATE3:
                return reference("triple", false);
        case FIELD_BOOLEAN:
                return typed("boolean", nullable);
        case FIELD_INTEGER:
                return integer_schema(field, nullable);
        case FIELD_HEX:
                return reference("address", nullable);
        case FIELD_DIGITS:
                return digits_schema(field, nullable);
        case FIELD_PCI:
                return reference("pciAddress", nullable);
        case FIELD_GROUP:
                return typed("integer", true);
        case FIELD_OBJECT:
                return nullable ? json_pack("{s:[o, {s:s}]}", "anyOf", object_schema(field->table), "type",
                                                  "null")
                                : object_schema(field->table);
        case FIELD_LIST:
                return field->rows ? rows_schema(field) : list_schema(field, object_schema(field->table));
        default:
                return NULL;
        }
}

static json_t *field_schema(const Field *field, bool given) {
        bool hooked = field->hook && field->hook->schema;
        json_t *schema = hooked ? json_loads(field->hook->schema, 0, NULL) : kind_schema(field);

        if (schema && given && !hooked && (field->kind == FIELD_STRING || field->kind == FIELD_NAME))
                schema = written(schema, field, field->size);
        if (schema && field->text && !json_put(schema, "description", json_string(field->text)))
                return json_finish(schema, false);
        return schema;
}

static json_t *object_schema(const FieldTable *table) {
        json_t *properties = json_object(), *required = json_array(), *schema;
        bool ok = properties && required;

        for (size_t i = 0; i < table->n && ok; i++) {
                const Field *field = &table->fields[i];

                ok = json_put(properties, field->key, field_schema(field, table->given));
                if (table->given ? field->flags & FIELD_REQUIRED : !(field->flags & FIELD_LATER))
                        ok = ok && json_array_append_new(required, json_string(field->key)) == 0;
        }
        schema = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
                        "additionalProperties", 0);
        if (json_array_size(required) > 0)
                ok = ok && json_put(schema, "required", json_incref(required));
        json_decref(required);
        if (table->text)
                ok = ok && json_put(schema, "description", json_string(table->text));
        if (table->schema) {
                json_t *more = json_loads(table->schema, 0, NULL);

                ok = ok && json_object_update(schema, more) == 0;
                json_decref(more);
        }
        return json_finish(schema, ok);
}

/* ── what all documents share ──────────────────────────────────────────────────────────────────────────── */

/* Takes over the schema of a known value. */
static json_t *fact_schema(const char *description, json_t *value) {
        return json_pack("{s:s, s:s, s:b, s:[s,s,s,s], s:{s:o, s:o, s:{s:s}, s:o},"
                         " s:{s:{s:{s:s}}}, s:{s:{s:{s:s}, s:{s:s}}}, s:{s:{s:{s:{s:s}}, s:{s:s}}}}",
                        "description", description, "type", "object", "additionalProperties", 0, "required",
                        "value", "provenance", "source", "reason", "properties", "value", value,
                        "provenance", words_schema(&provenance_words, 0), "source", "type", "string",
                        "reason", reference("reason", false),                                      /* … */
                        "if", "properties", "provenance", "const", "unknown",                      /* … */
                        "then", "properties", "value", "type", "null", "reason", "type", "string", /* … */
                        "else", "properties", "value", "not", "type", "null", "reason", "type", "null");
}

static json_t *patterned(const char *pattern, const char *description) {
        return json_pack(
                        "{s:s, s:s, s:s}", "type", "string", "pattern", pattern, "description", description);
}

static json_t *definitions(void) {
        static const Field any = { .max = 0 };

        return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "reason", words_schema(&reason_words, 1),
                        "address",
                        patterned("^0x(0|[1-9a-f][0-9a-f]{0,15})$",
                                        "lower-case hexadecimal without padding; ends are inclusive"),
                        "number", fact_schema("a number and its source", integer_schema(&any, true)),
                        "state",
                        fact_schema("a yes or no and its source; null is unknown, not no",
                                        typed("boolean", true)),
                        "register",
                        fact_schema("a register's raw value and its source", reference("address", true)),
                        "pciAddress",
                        patterned("^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]$",
                                        "DOMAIN:BUS:DEVICE.FUNCTION"),
                        "triple", typed("boolean", true));
}

json_t *fields_schema(const FieldTable *table, const char *id, const char *title) {
        json_t *schema = object_schema(table);
        json_t *head = json_pack("{s:s, s:s, s:s}", "$schema",
                        "https://json-schema.org/draft/2020-12/schema", "$id", id, "title", title);
        bool ok = schema && head && json_object_update(head, schema) == 0 &&
                        json_put(head, "$defs", definitions());

        json_decref(schema);
        return json_finish(head, ok);
}
