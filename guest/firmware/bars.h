/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How firmware places BARs, and the table of firmware. */

#include "guest/firmware/firmware.h"
#include "guest/layout/space.h"

/* Space that firmware reserves behind a port for hot-plug (OvmfPkg PciHotPlugInitDxe, SeaBIOS pciinit.c). */
typedef struct PortNeed {
        uint64_t bytes; /* minimum in the 64-bit window */
        uint64_t align; /* minimum if the window is not empty; a power of two */
        uint64_t low;   /* bytes below 4 GiB */
} PortNeed;

#define PORT_LOW (2 * MIB) /* of the 32-bit window, per port */

typedef struct Firmware {
        const char *name;
        /* Adds its windows and their BARs to the layout. */
        void (*place)(Space *space);
        /* shown: the port reports hot-plug support; share: bytes of the 64-bit window per port, by
         * version. */
        PortNeed (*port)(const GuestPort *port, bool shown, uint64_t share);
        bool root_first; /* equal BARs: those of the root bus first, then ports from the highest bus down */
        bool low_ports;  /* a prefetchable 32-bit BAR behind a port keeps the port's window below 4 GiB */
        bool grows;      /* the window fits its content and may grow to the end of the address space */
        size_t n_versions;
        const GuestVersion *versions; /* one per set of rules */
} Firmware;

extern const Firmware firmware_aavmf, firmware_ovmf, firmware_seabios;

/* Windows and BARs of QEMU's virt on arm64, also of a kernel that is started without firmware. */
void place_arm64(Space *space);

/* Never NULL. */
const Firmware *firmware_of(FirmwareKind kind);

/* OVMF's rule, also for unknown firmware: it reserves its default for a port, or what the port requests,
 * rounded up to a power of two. */
PortNeed port_need_asked(const GuestPort *port, bool shown, uint64_t share);

/* share: bytes of the 64-bit window that the firmware gives a port; 0 none. */
PortNeed port_need(const Guest *guest, const Layout *layout, const GuestPort *port, uint64_t share);

/* Bytes below 4 GiB for the windows of all ports, with the devices' own. everything: no port has a 64-bit
 * window above 4 GiB. */
uint64_t ports_low(const Guest *guest, const Layout *layout, bool everything);

typedef struct BarUnit {
        int device, bar; /* bar -1: a port's window with all 64-bit prefetchable BARs of the device; device
                          * index beyond the last: ports only */
        uint32_t count;  /* number of such units in a row */
        uint64_t size, align;
        bool empty; /* nothing is placed in it */
} BarUnit;

typedef struct BarList {
        size_t n, n_placed; /* with BARs to place */
        BarUnit *units;     /* owned; by alignment, then by size, descending; then in the firmware's order */
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
/* What firmware gives each hot-plug port: the window's minimum alignment; the size is a multiple of it. */
typedef struct PortShare {
        uint64_t bytes;
        bool instead; /* replaces the alignment of the BARs behind the port */
} PortShare;

/* share NULL: a port's window is aligned to its largest BAR. -ENOMEM. */
int bar_list_make(const Space *space, BarSet set, const PortShare *share, BarList *ret);
/* Places units upwards from `start`, adds their ranges to the layout, returns the end. */
uint64_t bar_list_place(Space *space, const BarList *list, uint64_t start);
/* Whether 32-bit BARs of the set and `spare` bytes fit below 4 GiB. -ENOMEM. */
int layout_fits_32(const Space *space, BarSet set, uint64_t spare, bool *ret);
