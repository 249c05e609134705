/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "dbus/interface.h"

/* Emits signals for changes from `before` to `now`: InterfacesRemoved and InterfacesAdded for units and
 * groups, PropertiesChanged for other differences, then ProfileChanged. -errno of the first failure. */
int changes_emit(sd_bus *bus, const Interfaces *interfaces, const Publication *before,
                const Publication *now);
