/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/field-write.h"

#include <stdio.h>

#include "profile/document/json-fact.h"
#include "profile/profile.h"

static json_t *names_json(const Field *field, const void *object) {
        char *const *names = *(char *const *const *) field_value(field, object);
        json_t *array = json_array();
        bool ok = true;

        for (size_t i = 0; i < field_count(field, object) && ok; i++)
                ok = json_array_append_new(array, json_string(names[i])) == 0;
        return json_finish(array, ok);
}

static json_t *list_json(const FieldContext *context, const Field *field, const void *object) {
        json_t *array = json_array();
        bool ok = true;

        for (size_t i = 0; i < field_count(field, object) && ok; i++)
                ok = json_array_append_new(array,
                                     fields_json(context, field->table, field_element(field, object, i))) ==
                                0;
        return json_finish(array, ok);
}

/* An empty word means none. */
static json_t *word_json(const Field *field, const void *object) {
        return json_text(words_get(field->words, (unsigned) field_integer(field, object)));
}

static json_t *integer_json(const Field *field, const void *object) {
        int64_t value = field_integer(field, object);

        if (field->flags & FIELD_OR_NONE && value == field->none)
                return json_null();
        /* Above 2^63 - 1, which JSON libraries share. */
        return value < 0 ? json_null() : json_integer(value);
}

static json_t *digits_json(const Field *field, const void *object) {
        char text[19];

        snprintf(text, sizeof(text), "0x%0*llx", (int) field->max,
                        (unsigned long long) field_integer(field, object));
        return json_string(text);
}

static json_t *unit_json(const Profile *profile, int unit) {
        return unit >= 0 ? json_string(profile->iommus[unit].name) : json_null();
}

static json_t *group_json(const Profile *profile, int group) {
        return group >= 0 ? json_integer(profile->groups[group].id) : json_null();
}

static json_t *value_json(const FieldContext *context, const Field *field, const void *object) {
        const void *value = field_value(field, object);

        switch (field->kind) {
        case FIELD_NUMBER:
                return json_number(value);
        case FIELD_STATE:
                return json_state(value);
        case FIELD_REGISTER:
                return json_register(value);
        case FIELD_STRING:
        case FIELD_NAME:
                return json_string(value);
        case FIELD_TEXT:
                return json_text(value);
        case FIELD_LINE:
                return json_string(*(char *const *) value);
        case FIELD_NAMES:
                return names_json(field, object);
        case FIELD_FIXED:
                return json_string(field->fixed);
        case FIELD_WORD:
                return word_json(field, object);
        case FIELD_REASON:
                return json_reason(*(const Reason *) value);
        case FIELD_STATE3:
                return json_tristate(*(const Tristate *) value);
        case FIELD_BOOLEAN:
                return json_boolean(*(const bool *) value);
        case FIELD_INTEGER:
                return integer_json(field, object);
        case FIELD_HEX:
                return json_hex(*(const uint64_t *) value);
        case FIELD_DIGITS:
                return digits_json(field, object);
        case FIELD_PCI:
                return json_pci_address(value);
        case FIELD_UNIT:
                return unit_json(context->profile, *(const int *) value);
        case FIELD_GROUP:
                return group_json(context->profile, *(const int *) value);
        case FIELD_OBJECT:
                return fields_json(context, field->table, value);
        case FIELD_LIST:
                return list_json(context, field, object);
        default:
                return NULL;
        }
}

json_t *field_json(const FieldContext *context, const Field *field, const void *object) {
        if (!field_present(field, object))
                return json_null();
        if (field->hook && field->hook->write)
                return field->hook->write(field_value(field, object));
        return value_json(context, field, object);
}

/* Equal to the zeroed struct. */
static bool is_nothing(const Field *field, const void *object, const json_t *value) {
        if (json_is_null(value))
                return true;
        if (field->flags & FIELD_ALWAYS)
                return false;
        return (json_is_false(value) && field->kind == FIELD_BOOLEAN) ||
                        (field->kind == FIELD_WORD && field_integer(field, object) == 0) ||
                        (json_is_integer(value) && json_integer_value(value) == 0) ||
                        (json_is_string(value) && json_string_length(value) == 0) ||
                        (json_is_object(value) && json_object_size(value) == 0) ||
                        (json_is_array(value) && json_array_size(value) == 0);
}

json_t *fields_json(const FieldContext *context, const FieldTable *table, const void *object) {
        json_t *json = json_object();
        bool ok = json != NULL;

        for (size_t i = 0; i < table->n && ok; i++) {
                const Field *field = &table->fields[i];
                json_t *value;

                if (field_left_out(field, context->canonical, object))
                        continue;
                value = field_json(context, field, object);
                if (table->given && is_nothing(field, object, value))
                        json_decref(value);
                else
                        ok = json_put(json, field->key, value);
        }
        return json_finish(json, ok);
}
