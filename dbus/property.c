/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/property.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/field/tables.h"

/* ── the host object ───────────────────────────────────────────────────────────────────────────────────── */

#define HOST_REGION(member) FIELD_MEMBER(HostRegion, region.member)

static const Field host_region_fields[] = {
        { "start", FIELD_HEX, FIELD_EMITS, HOST_REGION(start), .text = "First address." },
        { "end", FIELD_HEX, FIELD_EMITS, HOST_REGION(end), .text = "Last address." },
        { "type", FIELD_STRING, FIELD_EMITS, HOST_REGION(word), .text = "The kernel's word." },
};
static const FieldTable host_region_table = { FIELD_TABLE(host_region_fields) };

/* The profile, and members only for the bus and value files. */
static const Field publication_fields[] = {
        { "version", FIELD_FIXED, FIELD_CONST, .fixed = HAWD_VERSION, .text = "Version of hawd." },
        { "profile", FIELD_OBJECT, FIELD_FLAT, FIELD_MEMBER(Publication, profile), .table = &profile_table },
        { "reservedRegions", FIELD_LIST, FIELD_INVALIDATES | FIELD_FILE,
                        FIELD_ELEMENTS(Publication, profile.regions.regions, profile.regions.n),
                        .table = &host_region_table,
                        .text = "Distinct reserved regions of all groups: first address, last address, and the kernel's word (direct, direct-relaxable, reserved, msi)." },
        { "generation", FIELD_INTEGER, FIELD_EMITS | FIELD_FILE, FIELD_MEMBER(Publication, generation),
                        .text = "Number of the profile in this run of the service, from 1; it changes only when the content does." },
};
const FieldTable publication_table = {
        FIELD_TABLE(publication_fields),
        .text = "This host: its address widths and everything that bounds them. 0 stands for an unknown width; Unknown says why.",
};

/* ── names and types ───────────────────────────────────────────────────────────────────────────────────── */

static void append_capital(char *name, const char *key) {
        size_t n = strlen(name);

        snprintf(name + n, PROPERTY_NAME_MAX - n, "%c%s", toupper((unsigned char) *key), key + 1);
}

/* NULL: a list, typed by its elements. */
static const char *signature_of(const Field *field) {
        switch (field->kind) {
        case FIELD_NUMBER:
                return field->max > 0 && field->max <= UINT32_MAX ? "u" : "t";
        case FIELD_INTEGER:
                return field->size < sizeof(uint64_t) ? "u" : "t";
        case FIELD_REGISTER:
        case FIELD_HEX:
                return "t";
        case FIELD_NAMES:
                return "as";
        case FIELD_BOOLEAN:
                return "b";
        case FIELD_LIST:
                return NULL;
        default:
                return "s";
        }
}

static void make_signature(const Field *field, char ret[PROPERTY_SIGNATURE_MAX]) {
        const char *signature = signature_of(field);
        size_t n = 0;

        if (signature) {
                snprintf(ret, PROPERTY_SIGNATURE_MAX, "%s", signature);
                return;
        }
        n = (size_t) snprintf(ret, PROPERTY_SIGNATURE_MAX, "a(");
        for (size_t i = 0; i < field->table->n && n < PROPERTY_SIGNATURE_MAX - 2; i++)
                if (field->table->fields[i].flags & FIELD_BUS)
                        ret[n++] = *signature_of(&field->table->fields[i]);
        ret[n++] = ')';
        ret[n] = 0;
}

static void add(PropertyList *list, const Field *field, const char *prefix, size_t offset) {
        Property *property = &list->properties[list->n++];

        property->field = field;
        property->offset = offset;
        snprintf(property->name, sizeof(property->name), "%s", prefix);
        append_capital(property->name, field->key);
        make_signature(field, property->signature);
        list->facts |= field_is_fact(field);
}

static void add_table(PropertyList *list, const FieldTable *table, const char *prefix, size_t offset) {
        for (size_t i = 0; i < table->n; i++) {
                const Field *field = &table->fields[i];
                char below[PROPERTY_NAME_MAX];

                if (field->kind == FIELD_OBJECT) {
                        snprintf(below, sizeof(below), "%s", prefix);
                        if (!(field->flags & FIELD_FLAT))
                                append_capital(below, field->key);
                        add_table(list, field->table, below, offset + field->offset);
                } else if ((field->flags & FIELD_BUS || field->reason_of) && list->n < PROPERTIES_MAX)
                        add(list, field, prefix, offset);
        }
}

void property_list_make(const FieldTable *table, PropertyList *ret) {
        *ret = (PropertyList){};
        add_table(ret, table, "", 0);
}

const Property *property_find(const PropertyList *list, const char *name) {
        for (size_t i = 0; i < list->n; i++)
                if (strcmp(list->properties[i].name, name) == 0)
                        return &list->properties[i];
        return NULL;
}

void property_explained(const Field *reason, char ret[PROPERTY_NAME_MAX]) {
        *ret = 0;
        append_capital(ret, reason->reason_of);
}

/* ── changes ───────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Side {
        FieldContext context;
        const void *object;
} Side;

static bool equal_numbers(const Fact *a, const Fact *b) {
        return fact_known(a) == fact_known(b) && (!fact_known(a) || a->value == b->value);
}

/* Compares members that the bus has. */
static bool equal_lists(const Field *field, const Side *a, const Side *b) {
        size_t n = field_count(field, a->object);

        if (n != field_count(field, b->object))
                return false;
        for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < field->table->n; j++) {
                        const Field *member = &field->table->fields[j];

                        if (member->flags & FIELD_BUS &&
                                        !field_equal(member, &a->context, field_element(field, a->object, i),
                                                        &b->context, field_element(field, b->object, i)))
                                return false;
                }
        return true;
}

static bool equal_values(const Field *field, const Side *a, const Side *b) {
        if (field_is_fact(field))
                return equal_numbers(field_value(field, a->object), field_value(field, b->object));
        return field->kind == FIELD_LIST
                        ? equal_lists(field, a, b)
                        : field_equal(field, &a->context, a->object, &b->context, b->object);
}

static bool equal_reasons(const Field *field, const Side *a, const Side *b) {
        const void *x = field_value(field, a->object), *y = field_value(field, b->object);

        if (field_is_fact(field))
                return ((const Fact *) x)->reason == ((const Fact *) y)->reason;
        return !field->reason_of || *(const Reason *) x == *(const Reason *) y;
}

static bool equal_origins(const Field *field, const Side *a, const Side *b) {
        const Fact *x = field_value(field, a->object), *y = field_value(field, b->object);

        return !field_is_fact(field) ||
                        (x->provenance == y->provenance && strcmp(x->source, y->source) == 0);
}

size_t property_changes(const PropertyList *list, const Profile *before, const void *old, const Profile *now,
                const void *new, const char **ret, size_t max) {
        bool reasons = false, origins = false;
        size_t n = 0;

        for (size_t i = 0; i < list->n && n + 3 < max; i++) {
                const Property *property = &list->properties[i];
                const Field *field = property->field;
                const Side a = { { before }, (const char *) old + property->offset };
                const Side b = { { now }, (const char *) new + property->offset };

                if (field->flags & FIELD_BUS && !equal_values(field, &a, &b))
                        ret[n++] = property->name;
                reasons |= !equal_reasons(field, &a, &b);
                origins |= !equal_origins(field, &a, &b);
        }
        if (reasons)
                ret[n++] = "Unknown";
        if (origins)
                ret[n++] = "Provenance";
        ret[n] = NULL;
        return n;
}
