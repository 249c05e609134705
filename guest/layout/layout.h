/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where a guest's memory and windows will lie, by the rules of its VMM and firmware at their versions (QEMU
 * hw/i386/pc*.c, OvmfPkg PlatformInitLib, SeaBIOS pciinit.c, cloud-hypervisor memory_manager.rs). Pure. */

#include "guest/guest.h"
#include "guest/layout/start.h"
#include "probe/decode/memory/range.h"

typedef enum LayoutKind {
        LAYOUT_RAM = 0, /* at boot */
        LAYOUT_HOTPLUG, /* device memory region, whole */
        LAYOUT_SGX,
        LAYOUT_CXL,
        LAYOUT_HOLE64,   /* as the VMM counts it for its own check */
        LAYOUT_WINDOW64, /* where the firmware puts 64-bit BARs */
        LAYOUT_WINDOW32,
        LAYOUT_BAR, /* one device's, at its predicted place; only where the placement is determined */
        LAYOUT_ECAM,
        LAYOUT_MSI,
        LAYOUT_RESERVED, /* HyperTransport hole in the guest's own map, and the like */
        LAYOUT_PMEM,     /* Cloud Hypervisor's persistent memory */
        _LAYOUT_KIND_MAX,
} LayoutKind;

WORDS_DECLARE(LayoutKind, layout_kind);

typedef struct LayoutRange {
        LayoutKind kind;
        uint64_t start, end; /* inclusive */
        int device;          /* LAYOUT_BAR: index into guest.devices; -1 */
        int bar;             /* LAYOUT_BAR: index into its bars */
        char label[64];      /* "RAM below 4 GiB", "OVMF 64-bit window" */
} LayoutRange;

typedef struct Layout {
        uint8_t phys_bits;       /* what the guest's CPUID says; 0: not known (a host width is missing) */
        uint8_t guest_phys_bits; /* EAX[23:16]; 0 none */
        bool relocated;          /* AMD: above 4 GiB moved to 1 TiB */
        uint64_t top;            /* last address that the VMM's start check counts */
        bool starts;             /* nothing below is against it */
        bool beyond;             /* the VMM looks, and top does not fit phys_bits */
        size_t n_causes;         /* other reasons why it does not start, */
        StartCause causes[START_CAUSES_MAX]; /* beside the guest's own `refused` */
        uint8_t firmware_bits; /* width that the firmware works with; 0 when no firmware places BARs */
        uint8_t smm_bits;      /* width that its System Management Mode maps; 0 when it has none */
        bool small_pages;      /* which is less than it would be, as the CPU has no 1 GiB pages */
        bool window_dynamic;   /* placed at the top by width; else classic, after RAM */
        char rule[128];        /* which rule placed the window: "OVMF 202211: 1/8 of the address space" */
        bool bars_fit_64, bars_fit_32;
        unsigned full; /* of Cloud Hypervisor: 1 + the PCI segment whose part of the device area is too short, */
        uint64_t full_size; /* and how long that is; 0 none */
        uint64_t port_share; /* of the 64-bit window that each hot-plug port takes at least; 0 no more than its BARs */
        Reason unknown;   /* NONE: the layout is determined; else why not */
        char missing[96]; /* what input is missing */
        unsigned asked;   /* bits of LayoutQuestion: what it depends on and nobody told */
        size_t n;
        LayoutRange *ranges; /* by start; owned */
} Layout;

/* What the layout takes from the host, because the guest says "as the host". 0 and unknown where not known. */
typedef struct LayoutHost {
        CpuVendor vendor;
        uint8_t cpu_physical_bits;   /* raw */
        Tristate tells_guest_bits;   /* KVM's EAX[23:16] is not 0, */
        uint8_t guest_mappable_bits; /* and is this, or would be */
        Tristate la57, pdpe1gb;
        Tristate sme;          /* CPUID offers it, */
        uint8_t sme_reduction; /* and says that it takes so many bits */
} LayoutHost;

void layout_done(Layout *layout);

/* -ENOMEM only; what cannot be told is `unknown` in the result. */
int layout_derive(const Guest *guest, const LayoutHost *host, Layout *ret);
