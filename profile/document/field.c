/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/field.h"

#include <stdlib.h>
#include <string.h>

#include "probe/decode/pci/pci-address.h"
#include "profile/profile.h"

bool field_is_collection(const Field *field) {
        if (field->kind != FIELD_LIST)
                return false;
        for (size_t i = 0; i < field->table->n; i++)
                if (field->table->fields[i].flags & FIELD_KEY)
                        return true;
        return false;
}

static int64_t load(const void *value, size_t size, bool is_signed) {
        uint64_t wide = 0;

        /* Each width has its own type, so byte order does not matter. */
        if (size == sizeof(uint8_t))
                wide = *(const uint8_t *) value;
        else if (size == sizeof(uint16_t))
                wide = *(const uint16_t *) value;
        else if (size == sizeof(uint32_t))
                return is_signed ? *(const int32_t *) value : (int64_t) * (const uint32_t *) value;
        else
                wide = *(const uint64_t *) value;
        return (int64_t) wide;
}

int64_t field_integer(const Field *field, const void *object) {
        return load(field_value(field, object), field->size, field->none < 0);
}

bool field_present(const Field *field, const void *object) {
        if (field->present > 0 && !*(const bool *) ((const char *) object + field->present))
                return false;
        return !field->when || field->when(object);
}

size_t field_count(const Field *field, const void *object) {
        return (size_t) load((const char *) object + field->count, field->count_size, false);
}

const void *field_element(const Field *field, const void *object, size_t i) {
        const char *array = field_value(field, object);

        return (field->flags & FIELD_INLINE ? array : *(const char *const *) array) + i * field->size;
}

const Field *field_find(const FieldTable *table, const char *key) {
        for (size_t i = 0; i < table->n; i++)
                if (strcmp(table->fields[i].key, key) == 0)
                        return &table->fields[i];
        return NULL;
}

static int compare_keys(const void *a, const void *b) {
        const Field *const *x = a, *const *y = b;

        return strcmp((*x)->key, (*y)->key);
}

bool field_left_out(const Field *field, bool canonical, const void *object) {
        return (field->flags & FIELD_LATER && field->when && !field->when(object)) ||
                        (canonical && field->flags & FIELD_VOLATILE);
}

size_t fields_published(
                const FieldTable *table, bool canonical, const void *object, const Field **ret, size_t max) {
        size_t n = 0;

        for (size_t i = 0; i < table->n && n < max; i++)
                if (!field_left_out(&table->fields[i], canonical, object))
                        ret[n++] = &table->fields[i];
        if (canonical)
                qsort(ret, n, sizeof(ret[0]), compare_keys);
        return n;
}

/* ── comparison ────────────────────────────────────────────────────────────────────────────────────────── */

static bool equal_facts(const Fact *a, const Fact *b) {
        return a->provenance == b->provenance && a->reason == b->reason &&
                        (!fact_known(a) || a->value == b->value) && strcmp(a->source, b->source) == 0;
}

static bool equal_names(const Field *field, const void *a, const void *b) {
        char *const *x = *(char *const *const *) field_value(field, a);
        char *const *y = *(char *const *const *) field_value(field, b);
        size_t n = field_count(field, a);

        if (n != field_count(field, b))
                return false;
        for (size_t i = 0; i < n; i++)
                if (strcmp(x[i], y[i]) != 0)
                        return false;
        return true;
}

static bool equal_lists(const Field *field, const FieldContext *a_context, const void *a,
                const FieldContext *b_context, const void *b) {
        size_t n = field_count(field, a);

        if (n != field_count(field, b))
                return false;
        for (size_t i = 0; i < n; i++)
                if (!fields_equal(field->table, a_context, field_element(field, a, i), b_context,
                                    field_element(field, b, i)))
                        return false;
        return true;
}

/* Compares names: indices change when units come and go. */
static bool equal_units(const Profile *a, int x, const Profile *b, int y) {
        if (x < 0 || y < 0)
                return x < 0 && y < 0;
        return strcmp(a->iommus[x].name, b->iommus[y].name) == 0;
}

static bool equal_groups(const Profile *a, int x, const Profile *b, int y) {
        if (x < 0 || y < 0)
                return x < 0 && y < 0;
        return a->groups[x].id == b->groups[y].id;
}

static bool equal_values(const Field *field, const FieldContext *a_context, const void *a,
                const FieldContext *b_context, const void *b) {
        const void *x = field_value(field, a), *y = field_value(field, b);

        switch (field->kind) {
        case FIELD_NUMBER:
        case FIELD_STATE:
        case FIELD_REGISTER:
                return equal_facts(x, y);
        case FIELD_STRING:
        case FIELD_NAME:
        case FIELD_TEXT:
                return strcmp(x, y) == 0;
        case FIELD_LINE:
                return strcmp(*(char *const *) x, *(char *const *) y) == 0;
        case FIELD_NAMES:
                return equal_names(field, a, b);
        case FIELD_PCI:
                return pci_address_compare(x, y) == 0;
        case FIELD_UNIT:
                return equal_units(
                                a_context->profile, *(const int *) x, b_context->profile, *(const int *) y);
        case FIELD_GROUP:
                return equal_groups(
                                a_context->profile, *(const int *) x, b_context->profile, *(const int *) y);
        case FIELD_OBJECT:
                return fields_equal(field->table, a_context, x, b_context, y);
        case FIELD_LIST:
                return equal_lists(field, a_context, a, b_context, b);
        case FIELD_FIXED:
        case FIELD_CUSTOM: /* without a hook, derived from other members */
                return true;
        default:
                return memcmp(x, y, field->size) == 0;
        }
}

bool field_equal(const Field *field, const FieldContext *a_context, const void *a,
                const FieldContext *b_context, const void *b) {
        bool present = field_present(field, a);

        if (present != field_present(field, b))
                return false;
        if (!present)
                return true;
        if (field->hook && field->hook->equal)
                return field->hook->equal(field_value(field, a), field_value(field, b));
        return equal_values(field, a_context, a, b_context, b);
}

bool fields_equal(const FieldTable *table, const FieldContext *a_context, const void *a,
                const FieldContext *b_context, const void *b) {
        for (size_t i = 0; i < table->n; i++)
                if (!field_equal(&table->fields[i], a_context, a, b_context, b))
                        return false;
        return true;
}
