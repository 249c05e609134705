/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The three kinds of object on the bus, as sd-bus serves them. */

#include <systemd/sd-bus.h>

#include "dbus/property.h"

#define INTERFACE_ROWS_MAX (PROPERTIES_MAX + 16)

typedef struct Interface {
        const char *name;
        PropertyList list;
        sd_bus_vtable vtable[INTERFACE_ROWS_MAX]; /* the properties, Unknown, Provenance, and the methods */
} Interface;

typedef enum InterfaceKind {
        INTERFACE_HOST,  /* userdata is the Publication */
        INTERFACE_IOMMU, /* the ProfileIommu */
        INTERFACE_GROUP, /* the ProfileGroup */
        _INTERFACE_MAX,
} InterfaceKind;

/* They stay where they are: sd-bus keeps pointers into them. */
typedef struct Interfaces {
        Interface kinds[_INTERFACE_MAX];
} Interfaces;

/* What the objects on a bus read. Their slots' userdata is the publication: by it getters find the rest. */
typedef struct Served {
        Publication publication; /* first */
        Interfaces interfaces;
} Served;

void interfaces_init(Interfaces *interfaces);

/* a{sv}, all properties of an object. -errno. */
int interface_append_all(const Interface *interface, const Publication *publication, const void *object,
                sd_bus_message *reply);

/* Appends text that is printable UTF-8 already, as everything in a profile is since it was decoded: sd-bus does not look at
 * each byte once more. */
int message_append_text(sd_bus_message *reply, const char *text, size_t n);
