/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

/* Connects to the bus at an address ("unix:path=…", D-Bus specification, Server Addresses) as a client.
 * Returns >= 0, the caller owns *ret; or negative errno of sd-bus. */
int bus_open_address(const char *address, sd_bus **ret);
