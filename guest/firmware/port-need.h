/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What firmware keeps free behind a port for what may be plugged in (OvmfPkg PciHotPlugInitDxe, SeaBIOS pciinit.c). */

#include "guest/guest.h"

typedef struct PortNeed {
        uint64_t bytes; /* of the 64-bit window at least */
        uint64_t align; /* of a window that is not empty, at least; a power of two */
        uint64_t low;   /* bytes below 4 GiB */
} PortNeed;

/* share: what the firmware's version gives a port of that window; 0 none. */
PortNeed port_need(const Guest *guest, const GuestPort *port, uint64_t share);

/* Bytes below 4 GiB for the windows of all ports, with the devices' own. Everything below: where no port's window for 64-bit
 * BARs lies above. */
uint64_t ports_low(const Guest *guest, bool everything);
