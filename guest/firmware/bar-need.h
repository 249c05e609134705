/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What 64-bit BARs take of the firmware's window. The window of a port is aligned to the largest BAR behind it and as long
 * as a multiple of that: a card with one large BAR and some small ones there costs twice its size. */

#include "guest/guest.h"
#include "guest/layout/layout.h"

typedef struct BarNeed {
        uint64_t bytes;   /* all devices and ports */
        uint64_t largest; /* BAR */
        size_t n_devices; /* with a 64-bit BAR */
        size_t n_largest; /* of them with one as large as the largest */
        size_t n_ports;   /* besides, which take something with none of the devices behind them */
} BarNeed;

/* Size of a device's BAR i, by which the sum is made: as it is, or as it may become. */
typedef uint64_t (*BarSize)(const GuestDevice *device, unsigned bar, const void *userdata);

/* port_share: of the layout. */
void bar_need(const Guest *guest, uint64_t port_share, BarSize size, const void *userdata, BarNeed *ret);

/* Bytes that 64-bit BARs have; 0 without a window. */
uint64_t bar_room(const Guest *guest, const Layout *layout);
