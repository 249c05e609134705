/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where a guest's memory and windows will lie, by the rules of its VMM and firmware at their versions (QEMU
 * hw/i386/pc*.c, OvmfPkg PlatformInitLib, SeaBIOS pciinit.c, cloud-hypervisor memory_manager.rs). Pure. */

#include "guest/guest.h"
#include "probe/decode/memory/range.h"

/* Why a VMM does not start a guest: one cause for each setting, with the requested and the possible value.
 * Layout.beyond covers the place of memory. Cloud Hypervisor has no causes. */
typedef enum StartCauseKind {
        START_MACHINE_NEVER = 0, /* no QEMU has this machine type */
        START_MACHINE_NEWER,     /* not yet supported; max: its newest, as below */
        START_MACHINE_GONE,      /* removed; min: its oldest, major << 16 | minor */
        START_MACHINE_OTHERS,    /* a distribution's own type, but another QEMU */
        START_WIDTH,             /* phys-bits outside min to max */
        START_WIDTH_SHORT,       /* phys-bits of a CPU without long mode */
        START_WIDTH_TCG,         /* QEMU before 6.0 without KVM: only max */
        START_LIMIT,             /* host-phys-bits-limit below min */
        START_HINT_ABSENT,       /* guest-phys-bits before 9.1 */
        START_HINT_SHORT,        /* guest-phys-bits of a CPU without long mode */
        START_HINT,              /* guest-phys-bits outside min to max */
        START_MAX_SMALL,         /* maxmem below RAM: min */
        START_MAX_ODD,           /* maxmem not a multiple of min */
        START_NO_REGION,         /* maxmem or slots; the machine type has no hot-plug */
        START_SLOTS,             /* above max */
        START_SLOTS_ALONE,       /* without maxmem above RAM */
        START_NO_HOLE,           /* RAM below 4 GiB reaches max, the I/O APIC */
        START_NUMA,              /* total of the nodes differs from RAM, min */
        START_NUMA_MEM,          /* mem=; machine type since 5.1 */
        START_DIMMS,             /* more DIMMs than slots: max */
        START_NO_MEMORY_DEVICES, /* memory devices without maxmem above RAM */
        START_PLUGGED,           /* memory devices exceed the room in maxmem: max */
        START_FRAGMENTED,        /* enough room, but not at permitted addresses; max: the region */
        /* QEMU's virt */
        START_GIC_CPUS, /* more CPUs than the machine supports: max; min: VirtCpuLimit (vmm/virt) */
        START_REDIST,   /* QEMU before 6.2 without KVM: more CPUs than one region of redistributors: max */
        START_IPA,      /* QEMU before 7.0 with KVM: bits of the map above the host's: max */
        START_PA_TCG,   /* QEMU before 7.0 without KVM: bits of the map above the CPU model's: max */
        START_HUGE,     /* maxmem and slots exceed 64 bits */
        START_MMIO_SIZE_ODD,   /* highmem-mmio-size not a power of two */
        START_MMIO_SIZE_SMALL, /* highmem-mmio-size below min */
        START_SWITCH_ABSENT,   /* a switch that this version does not have; value: VirtSwitch (vmm/virt) */
        START_TWO_IOMMUS,      /* virtio-iommu beside iommu=smmuv3 */
        START_MTE,             /* mte=on; value 0: the CPU model lacks it, 1: this QEMU under KVM */
        START_NESTED,          /* virtualization=on under KVM */
        START_GICV2_ITS,       /* GICv2 with its=on */
        START_MODEL_ABSENT,    /* a CPU model that this QEMU does not have yet; min: the first, as above */
        START_GED,             /* DIMMs without UEFI firmware or ACPI; value 1: with mte=on */
        /* Xen */
        START_RDM_CONFLICT,    /* reserved device memory in RAM: value to max, both inclusive */
        START_RDM_LOADER,      /* reserved device memory where hvmloader has its own: value to max */
        START_RDM_POLICY,      /* rdm= without a policy, which xl then leaves undefined for the device */
        START_RDM_MANY,        /* more regions of it than a memory map can have: max */
        START_LOW_RAM,         /* RAM below 4 GiB, value, ends below min, where hvmloader stops */
        START_HOLE,            /* mmio_hole= outside min to max */
        START_VIDEO_MEMORY,    /* videoram= below min */
        START_HOST_MEMORY,     /* memory=, more than the host has: max */
        START_ON_DEMAND,       /* maxmem= above memory=, min, with assigned devices */
        START_NO_HVM,          /* Xen there cannot run HVM and PVH guests */
        START_NO_HAP,          /* hap=1, but the host has none */
        START_NO_SHADOW,       /* this Xen has no shadow paging; value 1: hap=0 */
        START_PVH_ASSIGNED,    /* devices assigned to a PVH guest */
        START_PASSTHROUGH_OFF, /* passthrough="disabled" with assigned devices */
        START_NO_PASSTHROUGH,  /* passthrough= without assigned devices, which this Xen cannot do */
        START_SHARED_TABLES, /* passthrough="share_pt"; value 0: of a PV guest, 1: this Xen cannot, 2: without HAP */
        START_NESTED_HAP,  /* nestedhvm=1 without HAP */
        START_TRADITIONAL, /* qemu-xen-traditional, which this Xen does not have */
        START_BIOS,        /* firmware of the other device model; value 1: of qemu-xen */
        START_PCI_SLOTS,   /* more devices than slots of its PCI bus: max */
        _START_CAUSE_MAX,
} StartCauseKind;

typedef struct StartCause {
        StartCauseKind kind;
        uint64_t value;    /* requested: bits, bytes or a count */
        uint64_t min, max; /* supported; 0: no such bound */
} StartCause;

#define START_CAUSES_MAX 16

/* An input that the layout depends on and that is not known. A layout records each one; the check then
 * repeats the layout for each answer (answer/search.h). */
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
        LAYOUT_HOLE64,   /* as the VMM's start check counts it */
        LAYOUT_WINDOW64, /* where firmware places 64-bit BARs */
        LAYOUT_WINDOW32,
        LAYOUT_BAR, /* one BAR at its predicted place, if the placement is determined */
        LAYOUT_ECAM,
        LAYOUT_MSI,
        LAYOUT_RESERVED, /* HyperTransport hole and similar, in the guest's own map */
        LAYOUT_PMEM,     /* Cloud Hypervisor's persistent memory */
        LAYOUT_REDIST,   /* the second region of GICv3 redistributors */
        LAYOUT_DEVICES,  /* fixed devices below RAM */
        LAYOUT_RDM,      /* Xen: reserved device memory of the host, mapped 1:1 */
        _LAYOUT_KIND_MAX,
} LayoutKind;

WORDS_DECLARE(LayoutKind, layout_kind);

/* What QEMU's virt leaves out without a word if it does not fit into the address space. */
typedef enum LayoutDropped {
        DROPPED_REDIST = 0,
        DROPPED_ECAM, /* the one at 0x3f000000 is used instead */
        DROPPED_WINDOW64,
        _DROPPED_MAX,
} LayoutDropped;

/* What firmware of arm64 leaves without an address, before Linux places all BARs anew. */
typedef enum LayoutLeft {
        LEFT_NONE = 0,
        LEFT_SOME, /* BARs that do not fit */
        LEFT_ALL,  /* every device's */
} LayoutLeft;

/* Reserved device memory of the host that meets the guest's RAM and is left out of its map. */
typedef struct LayoutLost {
        uint64_t start, end; /* inclusive */
        int device;          /* index into guest.devices; -1: of no assigned device */
} LayoutLost;

#define LAYOUT_LOST_MAX 8

typedef struct LayoutRange {
        LayoutKind kind;
        uint64_t start, end; /* inclusive */
        int device;          /* LAYOUT_BAR: index into guest.devices; -1 */
        int bar;             /* LAYOUT_BAR: index into its bars */
        char label[64];      /* "RAM below 4 GiB", "OVMF 64-bit window" */
} LayoutRange;

typedef struct Layout {
        uint8_t phys_bits;                   /* in the guest's CPUID; 0: unknown (a host width is missing) */
        uint8_t guest_phys_bits;             /* EAX[23:16]; 0 none */
        bool relocated;                      /* AMD: RAM above 4 GiB is at 1 TiB */
        uint64_t top;                        /* last address in the VMM's start check */
        bool starts;                         /* no cause below applies */
        bool beyond;                         /* the VMM checks, and top exceeds phys_bits */
        size_t n_causes;                     /* other reasons why it does not start */
        StartCause causes[START_CAUSES_MAX]; /* in addition to guest.refused */
        uint8_t firmware_bits;               /* width used by firmware; 0 if no firmware places BARs */
        uint8_t smm_bits;                    /* width mapped by System Management Mode; 0: no SMM */
        bool small_pages;                    /* reduced, because the CPU has no 1 GiB pages */
        bool window_dynamic;                 /* at the top by width; else classic, after RAM */
        char rule[128]; /* rule that placed the window: "OVMF 202211: 1/8 of the address space" */
        bool bars_fit_64, bars_fit_32;
        LayoutLeft left;
        size_t n_lost_bars;    /* Xen: BARs of any device for which hvmloader has no space */
        uint64_t largest_lost; /* of them; bytes */
        size_t n_lost;         /* further ones are not named */
        LayoutLost lost[LAYOUT_LOST_MAX];
        unsigned full; /* Cloud Hypervisor: 1 + PCI segment whose part of the device area is too short */
        uint64_t full_size;            /* size of that part; 0 none */
        uint64_t port_share;           /* minimum of the 64-bit window per hot-plug port; 0: only its BARs */
        bool vmm_places;               /* the VMM places BARs itself, in its own windows */
        bool moved;                    /* firmware moves them afterwards */
        bool ports_hide, bridges_hide; /* ports, conventional bridges do not report hot-plug support */
        unsigned dropped;              /* bits of LayoutDropped */
        uint64_t dropped_end[_DROPPED_MAX]; /* the last address that each would have had */
        Reason unknown;                     /* NONE: the layout is determined; else why not */
        char missing[96];                   /* missing input */
        unsigned asked;                     /* bits of LayoutQuestion: open inputs that it depends on */
        size_t n;
        LayoutRange *ranges; /* owned; by start */
} Layout;

/* Inputs from the host for settings "as the host". 0 and unknown if not known. */
typedef struct LayoutHost {
        CpuVendor vendor;
        uint8_t cpu_physical_bits;   /* raw */
        Tristate tells_guest_bits;   /* KVM's EAX[23:16] is not 0 */
        uint8_t guest_mappable_bits; /* its value if reported */
        Tristate la57, pdpe1gb;
        Tristate sme;          /* CPUID reports it */
        uint8_t sme_reduction; /* address bits that it takes */
        uint8_t ipa_bits;      /* arm64: KVM's limit for a guest; 0 unknown */
        bool is_arm64;
        const struct ProfileXen *
                        xen; /* of the host's profile; NULL: the host does not run Xen, or this is unknown */
} LayoutHost;

/* A layout being built (space.h). */
typedef struct Space Space;

void layout_done(Layout *layout);

/* ── questions ─────────────────────────────────────────────────────────────────────────────────────────── */

/* Its name in `missing`. */
const char *layout_question_missing(LayoutQuestion question);
/* 2 or 3. */
unsigned layout_question_answers(LayoutQuestion question);
/* Sets that answer in `guest`. */
void layout_question_answer(LayoutQuestion question, unsigned answer, Guest *guest);
/* "with 1 GiB pages (pdpe1gb)" */
const char *layout_question_words(LayoutQuestion question, unsigned answer);
