/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Properties of a kind of object: the rows of its table that are on the bus, named by their JSON keys,
 * capitalised. Names and types do not depend on the bus: emit-interface prints them at build time. */

#include <stdbool.h>
#include <stddef.h>

#include "dbus/publication.h"
#include "profile/document/field.h"

#define PROPERTIES_MAX 48
#define PROPERTY_NAME_MAX 48
#define PROPERTY_SIGNATURE_MAX 12

typedef struct Property {
        char name[PROPERTY_NAME_MAX];
        char signature[PROPERTY_SIGNATURE_MAX];
        const Field *field;
        size_t offset; /* of the struct with the field, in the object */
} Property;

typedef struct PropertyList {
        size_t n;
        Property properties[PROPERTIES_MAX];
        bool facts; /* has facts, so a property Provenance */
} PropertyList;

/* Keeps the order of the table. */
void property_list_make(const FieldTable *table, PropertyList *ret);

/* NULL: unknown name. */
const Property *property_find(const PropertyList *list, const char *name);

/* For a row that explains another: name of that property. */
void property_explained(const Field *reason, char ret[PROPERTY_NAME_MAX]);

/* Names of published properties that differ between two states of an object, NULL-terminated; fewer than
 * max. Facts are compared by value: reason and source are separate properties. */
size_t property_changes(const PropertyList *list, const Profile *before, const void *old, const Profile *now,
                const void *new, const char **ret, size_t max);

/* Publication; other objects (ProfileIommu, ProfileGroup) use the tables of the profile. */
extern const FieldTable publication_table;
