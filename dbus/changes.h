/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "dbus/interface.h"

/* Tells what became of `before` in `now`: InterfacesRemoved and InterfacesAdded for units and groups that went and came,
 * PropertiesChanged where something else differs, and then ProfileChanged. -errno of the first that could not be sent. */
int changes_emit(sd_bus *bus, const Interfaces *interfaces, const Publication *before,
                const Publication *now);
