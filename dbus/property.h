/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of a kind of object: the rows of its table that are on the bus, by the JSON keys that lead to them, each
 * with a capital. What they are called and how they are typed needs no bus: emit-interface prints it at build time. */

#include <stdbool.h>
#include <stddef.h>

#include "dbus/publication.h"
#include "profile/field/field.h"

#define PROPERTIES_MAX 48
#define PROPERTY_NAME_MAX 48
#define PROPERTY_SIGNATURE_MAX 12

typedef struct Property {
        char name[PROPERTY_NAME_MAX];
        char signature[PROPERTY_SIGNATURE_MAX];
        const Field *field;
        size_t offset; /* in the object, of the struct whose field it is */
} Property;

typedef struct PropertyList {
        size_t n;
        Property properties[PROPERTIES_MAX];
        bool facts; /* some are facts: there is a property Provenance */
} PropertyList;

/* The rows in the order of the table. */
void property_list_make(const FieldTable *table, PropertyList *ret);

/* NULL when there is none of that name. */
const Property *property_find(const PropertyList *list, const char *name);

/* Of a row that explains another: that one's name on the bus. */
void property_explained(const Field *reason, char ret[PROPERTY_NAME_MAX]);

/* Names of the published properties that differ between two states of an object, NULL-terminated; at most max - 1. A fact
 * differs by its value: why it is unknown and where it came from are properties of their own. */
size_t property_changes(const PropertyList *list, const Profile *before, const void *old, const Profile *now,
                const void *new, const char **ret, size_t max);

/* Publication; the other objects are ProfileIommu and ProfileGroup, with the tables of the profile. */
extern const FieldTable publication_table;
