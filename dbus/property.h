/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One table a kind of object: each property's name, where its value stands, how it is written and how two values compare.
 * The sd-bus vtables, the change signals, and the properties Unknown and Provenance all come from it. */

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-bus.h>

typedef struct PropertyKind {
        /* `value` is the struct member that the property's offset leads to. */
        int (*append)(sd_bus_message *reply, const void *value);
        bool (*equal)(const void *a, const void *b);
        bool fact; /* the value is a Fact: it has provenance, and a reason when unknown */
} PropertyKind;

typedef struct Property {
        const char *name;
        const PropertyKind *kind;
        size_t offset;
} Property;

typedef struct PropertyTable {
        const Property *properties;
        size_t n;
} PropertyTable;

/* Appends text that is printable UTF-8 already, as everything in a profile is since it was decoded: sd-bus does not look at
 * each byte once more. */
int property_append_text(sd_bus_message *reply, const char *text, size_t n);

/* A kind NAME has property_NAME, its getter for a vtable, and its signature as a literal. */
#define PROPERTY_KIND(name)                                                                             \
        extern const PropertyKind property_##name;                                                      \
        int property_get_##name(sd_bus *bus, const char *path, const char *interface, const char *name, \
                        sd_bus_message *reply, void *userdata, sd_bus_error *error)

#define PROPERTY_SIGNATURE_bits "u"
#define PROPERTY_SIGNATURE_number "t"
#define PROPERTY_SIGNATURE_state "s"
#define PROPERTY_SIGNATURE_text "s"
#define PROPERTY_SIGNATURE_counter "t"
#define PROPERTY_SIGNATURE_count "u"
#define PROPERTY_SIGNATURE_word "s"
#define PROPERTY_SIGNATURE_ranges "a(tt)"
#define PROPERTY_SIGNATURE_regions "a(tts)"

PROPERTY_KIND(bits);    /* Fact; 0 when unknown */
PROPERTY_KIND(number);  /* Fact; 0 when unknown */
PROPERTY_KIND(state);   /* Fact: "yes", "no", "unknown" */
PROPERTY_KIND(text);    /* char[] */
PROPERTY_KIND(counter); /* uint64_t */
PROPERTY_KIND(count);   /* uint32_t */
PROPERTY_KIND(ranges);  /* RangeSet */
PROPERTY_KIND(regions); /* ReservedRegions */

/* A property as it stands in a vtable, and as it stands in a table. */
#define PROPERTY_VTABLE(type, property, kind, member, flags)                                              \
        SD_BUS_PROPERTY(property, PROPERTY_SIGNATURE_##kind, property_get_##kind, offsetof(type, member), \
                        flags)
#define PROPERTY_ROW(type, property, kind, member) \
        { property, &property_##kind, offsetof(type, member) }

/* Defines the getter of a kind from its `append`. */
#define PROPERTY_GETTER(kind)                                                                           \
        int property_get_##kind(sd_bus *bus, const char *path, const char *interface, const char *name, \
                        sd_bus_message *reply, void *userdata, sd_bus_error *error) {                   \
                return property_##kind.append(reply, userdata);                                         \
        }

/* a{ss}: the facts of a table that are unknown, with the reason; and all of them, with where the value came from. */
int property_append_unknown(const PropertyTable *table, const void *object, sd_bus_message *reply);
int property_append_provenance(const PropertyTable *table, const void *object, sd_bus_message *reply);

/* Names of the properties that differ, NULL-terminated; at most max - 1. */
size_t property_changes(const PropertyTable *table, const void *before, const void *after, const char **ret,
                size_t max);
