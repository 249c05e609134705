/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The three kinds of object: what sd-bus serves, and the table by which two states of one compare. */

#include <systemd/sd-bus.h>

#include "dbus/property.h"
#include "dbus/publication.h"

/* userdata is the Publication; the methods find PublicationCalls by it (host-methods.h). */
extern const sd_bus_vtable host_vtable[];
extern const PropertyTable host_properties;

/* userdata is the ProfileIommu, ProfileGroup. */
extern const sd_bus_vtable iommu_vtable[];
extern const PropertyTable iommu_properties;
extern const sd_bus_vtable group_vtable[];
extern const PropertyTable group_properties;

/* The one property whose value stands elsewhere: its getter finds the publication by the slot that sd-bus serves at the
 * moment, and without one it is appended so. */
int property_get_unit(sd_bus *bus, const char *path, const char *interface, const char *name,
                sd_bus_message *reply, void *userdata, sd_bus_error *error);
int group_append_unit(sd_bus_message *reply, const Publication *publication, const ProfileGroup *group);
