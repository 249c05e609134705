/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The methods and the signal of the host object. Their userdata is the Publication inside an ObjectTree. */

#include <systemd/sd-bus.h>

extern const sd_bus_vtable host_methods[];
