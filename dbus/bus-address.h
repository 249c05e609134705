/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

/* Connects to the bus at an address ("unix:path=…", D-Bus specification, Server Addresses) as one of its clients. 0 or
 * more, *ret is the caller's; or negative errno of sd-bus. */
int bus_open_address(const char *address, sd_bus **ret);
