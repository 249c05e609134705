/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where a guest's memory and windows will lie, by the rules of its VMM and firmware at their versions (QEMU
 * hw/i386/pc*.c, OvmfPkg PlatformInitLib, SeaBIOS pciinit.c, cloud-hypervisor memory_manager.rs). Pure. */

#include "guest/guest.h"
#include "probe/decode/memory/range.h"

/* Why a VMM does not start a guest, setting by setting: each with what was asked for and what is possible. Where memory would
 * come to lie is another question (Layout.beyond). The causes are QEMU's: no other VMM says as much. */
typedef enum StartCauseKind {
        START_MACHINE_NEVER = 0, /* no QEMU has this machine type */
        START_MACHINE_NEWER,     /* this QEMU has it not yet; max: its newest, as below, */
        START_MACHINE_GONE,      /* or no longer; min: its oldest, major << 16 | minor */
        START_MACHINE_OTHERS,    /* it is a distribution's own, and the QEMU is not of that */
        START_WIDTH,             /* phys-bits outside min to max */
        START_WIDTH_SHORT,       /* phys-bits of a CPU without long mode */
        START_WIDTH_TCG,         /* before 6.0 QEMU has one width without KVM: max */
        START_LIMIT,             /* host-phys-bits-limit below min */
        START_HINT_ABSENT,       /* guest-phys-bits before 9.1 */
        START_HINT_SHORT,        /* guest-phys-bits of a CPU without long mode */
        START_HINT,              /* guest-phys-bits outside min to max */
        START_MAX_SMALL,         /* maxmem below RAM, which is min */
        START_MAX_ODD,           /* maxmem is no multiple of min */
        START_NO_REGION,         /* maxmem or slots, and the machine type has no hot-plug */
        START_SLOTS,             /* more than max */
        START_SLOTS_ALONE,       /* and no maxmem beyond RAM */
        START_NO_HOLE,           /* RAM below 4 GiB reaches max, where the I/O APIC is */
        START_NUMA,              /* the nodes' memory is not RAM's, which is min */
        START_NUMA_MEM,          /* mem= of a machine type since 5.1 */
        START_DIMMS,             /* more of them than slots: max */
        START_NO_MEMORY_DEVICES, /* memory devices, and no maxmem beyond RAM */
        START_PLUGGED,           /* memory devices larger than maxmem leaves: max */
        START_FRAGMENTED,        /* they fit, and not at the places that they may have; max: the region */
        _START_CAUSE_MAX,
} StartCauseKind;

typedef struct StartCause {
        StartCauseKind kind;
        uint64_t value;    /* asked for: bits, bytes or a count */
        uint64_t min, max; /* possible; 0 where it has no such end */
} StartCause;

#define START_CAUSES_MAX 16

/* What a layout depends on and nobody told. A layout notes each such question that it met; the check then lays the guest out
 * once for each answer (answer/alternatives.h). */
typedef enum LayoutQuestion {
        LAYOUT_ASKS_LONG_MODE = 0,
        LAYOUT_ASKS_PAE,
        LAYOUT_ASKS_PSE36,
        LAYOUT_ASKS_VENDOR,
        LAYOUT_ASKS_PDPE1GB,
        LAYOUT_ASKS_LA57,
        LAYOUT_ASKS_GUEST_BITS,
        LAYOUT_ASKS_FIVE_LEVEL,
        LAYOUT_ASKS_MMIO64_EXACT,
        _LAYOUT_QUESTION_MAX,
} LayoutQuestion;

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
        bool vmm_places;               /* the VMM places BARs itself, in windows of its own, */
        bool moved;                    /* and firmware moves them afterwards */
        bool ports_hide, bridges_hide; /* ports, conventional bridges do not show that they take hot-plug */
        Reason unknown;                /* NONE: the layout is determined; else why not */
        char missing[96];              /* what input is missing */
        unsigned asked;                /* bits of LayoutQuestion: what it depends on and nobody told */
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

/* A layout in the making (space.h). */
typedef struct Space Space;

void layout_done(Layout *layout);

/* ── questions ─────────────────────────────────────────────────────────────────────────────────────────── */

/* How `missing` names it. */
const char *layout_question_missing(LayoutQuestion question);
/* 2 or 3. */
unsigned layout_question_answers(LayoutQuestion question);
/* The guest with that answer. */
void layout_question_answer(LayoutQuestion question, unsigned answer, Guest *guest);
/* "with 1 GiB pages (pdpe1gb)" */
const char *layout_question_words(LayoutQuestion question, unsigned answer);
