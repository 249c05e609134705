/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The three kinds of object: what sd-bus serves, and the table by which two states of one compare. */

#include <systemd/sd-bus.h>

#include "dbus/property.h"
#include "dbus/publication.h"

/* userdata is the Publication; the methods find PublicationCalls by it (host-methods.h). */
extern const sd_bus_vtable host_vtable[];
extern const PropertyTable host_table;

/* userdata is the ProfileIommu, ProfileGroup. */
extern const sd_bus_vtable iommu_vtable[];
extern const PropertyTable iommu_table;
extern const sd_bus_vtable group_vtable[];
extern const PropertyTable group_table;
