/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How firmware finds places for BARs, and the table of firmware. */

#include "guest/firmware/firmware.h"
#include "guest/layout/space.h"

/* What firmware keeps free behind a port for what may be plugged in (OvmfPkg PciHotPlugInitDxe, SeaBIOS pciinit.c). */
typedef struct PortNeed {
        uint64_t bytes; /* of the 64-bit window at least */
        uint64_t align; /* of a window that is not empty, at least; a power of two */
        uint64_t low;   /* bytes below 4 GiB */
} PortNeed;

#define PORT_LOW (2 * MIB) /* of the 32-bit window that each port takes */

/* One firmware. */
typedef struct Firmware {
        const char *name;
        /* Adds its windows and the BARs in them to the layout. */
        void (*place)(Space *space);
        /* shown: the port shows that it takes hot-plug; share: what the version gives a port of the 64-bit window. */
        PortNeed (*port)(const GuestPort *port, bool shown, uint64_t share);
        bool root_first; /* of BARs that are alike those of the root bus come first, then ports from the highest bus down */
        bool low_ports; /* a prefetchable 32-bit BAR behind a port keeps the port's window below 4 GiB */
        bool grows; /* its window is as long as what is in it, and may grow to the end of the addresses */
        size_t n_versions;
        const GuestVersion *versions; /* one for each set of rules */
} Firmware;

extern const Firmware firmware_ovmf, firmware_seabios;

/* Never NULL. */
const Firmware *firmware_of(FirmwareKind kind);

/* OVMF's, and what is reckoned with where none is known: it asks for what it gives ports, or for what a port says instead,
 * rounded up to a power of two. */
PortNeed port_need_asked(const GuestPort *port, bool shown, uint64_t share);

/* share: what the firmware's version gives a port of the 64-bit window; 0 none. */
PortNeed port_need(const Guest *guest, const Layout *layout, const GuestPort *port, uint64_t share);

/* Bytes below 4 GiB for the windows of all ports, with the devices' own. Everything below: where no port's window for 64-bit
 * BARs lies above. */
uint64_t ports_low(const Guest *guest, const Layout *layout, bool everything);

typedef struct BarUnit {
        int device, bar; /* bar -1: a port's window with all 64-bit prefetchable BARs of the device; beyond the
                          * devices: windows of ports alone */
        uint32_t count; /* as many, one behind the other */
        uint64_t size, align;
        bool empty; /* nothing is placed in it */
} BarUnit;

typedef struct BarList {
        size_t n, n_placed; /* with BARs to place */
        BarUnit *units; /* owned; largest alignment first, then largest size, then as the firmware has them */
        uint64_t sum, align;
} BarList;

typedef enum BarSet {
        BARS_64_PREFETCHABLE,
        BARS_64_PLAIN,
        BARS_64, /* both */
        BARS_32,
        BARS_ALL,
} BarSet;

void bar_list_done(BarList *list);
/* What a firmware gives every hot-plug port: a window aligned to at least that much, and a multiple of it long. */
typedef struct PortShare {
        uint64_t bytes;
        bool instead; /* of the alignment that the BARs behind the port need, which may be more */
} PortShare;

/* Without a share (NULL) a port's window is aligned to its largest BAR. -ENOMEM. */
int bar_list_make(const Space *space, BarSet set, const PortShare *share, BarList *ret);
/* One after the other from `start`, and adds their ranges to the layout. Returns the end. */
uint64_t bar_list_place(Space *space, const BarList *list, uint64_t start);
/* Fits the set of 32-bit BARs, with `spare` bytes besides, below 4 GiB? -ENOMEM. */
int layout_fits_32(const Space *space, BarSet set, uint64_t spare, bool *ret);
