/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Guests of Xen: libxl makes their memory map (tools/libs/light), hvmloader places the BARs of an HVM guest
 * before its firmware starts (tools/firmware/hvmloader), and Xen decides what CPUID says. */

#include "guest/layout/space.h"
#include "guest/vmm/vmm.h"

/* Where RAM below 4 GiB ends, and BARs begin, unless something moves it (public/hvm/e820.h). */
#define XEN_HOLE_START UINT64_C(0xF0000000)
/* hvmloader's own memory, ACPI tables, special pages and the interrupt controllers, up to 4 GiB. */
#define XEN_RESERVED_START UINT64_C(0xFC000000)
/* Allocated by hvmloader, which stops if a reserved region of the host is there. */
#define XEN_DYNAMIC_START UINT64_C(0xFC100000)
#define XEN_DYNAMIC_END UINT64_C(0xFE000000)

/* hvmloader stops with less (e820.c). */
#define XEN_LOW_RAM_MIN (2 * MIB)

#define XEN_HOLE_MIN (4 * GIB - XEN_HOLE_START)
#define XEN_HOLE_MAX XEN_HOLE_START
#define XEN_BOUNDARY_DEFAULT (2 * GIB)

/* Entries of the memory map that libxl can pass on: E820MAX, less RAM below and above 4 GiB. */
#define XEN_REGIONS_MAX 125

typedef struct XenPolicy {
        bool large_above; /* 64-bit BARs above 1 GiB go above 4 GiB, and the hole does not grow for them */
        bool loses_rdm;   /* xl ignores rdm= that has a policy= */
        bool traditional; /* has qemu-xen-traditional with ROMBIOS */
} XenPolicy;

/* Unknown: the newest. */
XenPolicy policy_xen(GuestVersion version);
size_t xen_versions(const Guest *guest, GuestVersion ret[VMM_VERSIONS_MAX]);
void xen_version_set(const GuestVersion *version, Guest *guest);

/* Reserved device memory of the host that the guest's map takes into account. */
typedef struct XenRegion {
        uint64_t start, end; /* exclusive */
        int device;          /* index into guest.devices; -1: of strategy=host only */
        bool strict;
        bool left_out; /* it meets RAM, and the policy is relaxed */
} XenRegion;

typedef struct XenMap {
        uint64_t low_end;  /* of RAM below 4 GiB */
        uint64_t high_end; /* of RAM above 4 GiB; 4 GiB: none */
        bool hap;
        size_t n_regions;
        XenRegion regions[XEN_REGIONS_MAX];
} XenMap;

/* Bytes of memory that the guest may have: maxmem=, which is static. */
uint64_t xen_static_max(const Guest *guest);
/* Memory of the emulated graphics card, which is not RAM; bytes. */
uint64_t xen_video_memory(const Guest *guest);
/* xen.vga, or the default: "cirrus". */
const char *xen_vga(const Guest *guest);
/* Whether it has hardware-assisted paging. UNKNOWN: it depends on what is unknown of the host. */
Tristate xen_hap(const Guest *guest, const LayoutHost *host);

void xen_width(Space *space);
void xen_layout(Space *space);
/* RAM and reserved regions, as libxl makes them (libxl_dom.c, libxl_dm.c). */
void xen_memory(Space *space, XenMap *map);
/* BARs, as hvmloader places them (pci.c). May move RAM. */
void xen_place(Space *space, XenMap *map);
/* Settings and hosts with which no guest is made. */
void xen_start(Space *space);

void xen_start_words(const Guest *guest, const Layout *layout, const StartCause *cause, StartWords *ret);

/* Whether `devices` of CHANGE_RDM_RELAXED has this one. */
bool xen_in_relaxed(uint64_t devices, size_t device);
bool xen_change(const Change *change, Guest *guest);
void xen_option(ChangeRun *run, const Change *change);
void xen_element(ChangeRun *run, const Change *change);
