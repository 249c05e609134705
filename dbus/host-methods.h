/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Methods and the signal of the host object. Their userdata is the Publication in an ObjectTree. */

#include <systemd/sd-bus.h>

extern const sd_bus_vtable host_methods[];
