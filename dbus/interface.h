/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The three kinds of objects, as sd-bus serves them. */

#include <systemd/sd-bus.h>

#include "dbus/property.h"

#define INTERFACE_ROWS_MAX (PROPERTIES_MAX + 16)

typedef struct Interface {
        const char *name;
        PropertyList list;
        sd_bus_vtable vtable[INTERFACE_ROWS_MAX]; /* properties, Unknown, Provenance, methods */
} Interface;

typedef enum InterfaceKind {
        INTERFACE_HOST,  /* userdata: Publication */
        INTERFACE_IOMMU, /* ProfileIommu */
        INTERFACE_GROUP, /* ProfileGroup */
        _INTERFACE_MAX,
} InterfaceKind;

/* Must not move: sd-bus keeps pointers. */
typedef struct Interfaces {
        Interface kinds[_INTERFACE_MAX];
} Interfaces;

/* The data that objects serve. Userdata of their slots is the publication, which leads to the rest. */
typedef struct Served {
        Publication publication; /* first */
        Interfaces interfaces;
} Served;

void interfaces_init(Interfaces *interfaces);

/* a{sv}, all properties of an object. -errno. */
int interface_append_all(const Interface *interface, const Publication *publication, const void *object,
                sd_bus_message *reply);

/* Appends text that is printable UTF-8, as all text in a profile is since decoding: sd-bus does not check
 * it again. */
int message_append_text(sd_bus_message *reply, const char *text, size_t n);
