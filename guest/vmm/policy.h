/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What VMMs and firmware do at which version, as tables: the rules in layout-*.c and window-*.c read these and hold no
 * version number of their own. */

#include "guest/guest.h"

/* One machine type of QEMU under one version of the program. */
typedef struct QemuPolicy {
        bool start_check;   /* refuses a layout that the width does not reach */
        bool relocates_amd; /* AMD: above 4 GiB moves to 1 TiB instead of crossing the HyperTransport hole */
        bool long_mode_decides; /* whether the hole counts: else a width above 32 does */
        bool checks_short;      /* without long mode what memory needs is checked; else everything passes */
        bool pae_gives_36;      /* 36 bits for PAE as well as PSE36 */
        bool tcg_width_fixed;   /* without KVM phys-bits may only be what it is anyway */
        bool has_hotplug;       /* a region for memory devices exists at all */
        bool slot_gigabyte;     /* 1 GiB more a slot */
        bool cxl_after_slots; /* where there is no region CXL leaves its place and that of its slots free */
        bool hole_in_hotplug; /* the 64-bit hole is counted from the hot-plug region's start */
        bool gigabyte_align;  /* i440FX: splits at 3 GiB, not at 3.5 GiB */
        bool guest_phys_bits; /* CPUID's guest width can be given */
        bool guest_phys_bits_auto; /* and is filled in under KVM */
        bool numa_mem_gone;        /* mem= of NUMA nodes */
        bool checks_aw_bits;       /* a vIOMMU wider than the host's IOMMU refuses an assigned device */
        bool microvm_window_hides; /* its 64-bit window hides RAM that reaches it, also where no BAR is */
        bool ports_hide_hotplug; /* ports of PCI Express do not show that they take hot-plug: ACPI's is used */
        bool bridges_hotplug;    /* a conventional bridge has a hot-plug controller */
        uint64_t hole64_size;    /* default of pci-hole64-size */
} QemuPolicy;

/* A vIOMMU of QEMU: its aw-bits. */
typedef struct ViommuPolicy {
        uint8_t aw_bits; /* default; 0: has no such property */
        uint8_t narrowest, widest;
        bool only_ends; /* takes the narrowest and the widest, and nothing between them */
} ViommuPolicy;

typedef struct OvmfPolicy {
        bool dynamic;               /* a window by width, at the top of the address space */
        bool avoids_reserved;       /* moves it below an entry of the e820 table */
        bool la57;                  /* knows 5-level paging, where it was built with it */
        bool la57_by_memory;        /* goes back to 4 levels below 1 TiB of RAM */
        bool reads_guest_bits;      /* GuestPhysBits of CPUID */
        Tristate override_is_exact; /* X-PciMmio64Mb makes the window smaller as well as larger */
        bool cloud_hypervisor;      /* there: from the end of RAM to the end of the width */
        uint8_t cap;                /* widest with 4-level paging */
        uint8_t smm_cap;            /* widest that System Management Mode maps with 4 levels */
        uint8_t share_shift;        /* window = address space >> this */
        uint8_t port_shift; /* a hot-plug port of a window beyond the classic size has window >> this; 0 no such */
        uint32_t ecam; /* where it puts q35's configuration space */
} OvmfPolicy;

typedef struct SeabiosPolicy {
        bool top;           /* places the window at the top of the address space */
        bool pci64;         /* reads opt/org.seabios/pci64; RAM above 4 GiB alone asks for a window */
        bool ports_aligned; /* a hot-plug port's window is aligned to its largest BAR too, not to its share alone */
        uint8_t port_shift;     /* a hot-plug port has address space >> this, where a window was asked for */
        uint8_t cap;            /* widest used */
        uint64_t uncapped_from; /* RAM above 4 GiB that lifts the cap; 0 never */
} SeabiosPolicy;

/* What a tag leaves to who builds it. */
typedef struct OvmfBuild {
        Tristate five_level;   /* 5-level paging */
        Tristate mmio64_exact; /* the exact override, before its tag; unknown: as the tag has it */
} OvmfBuild;

typedef struct CloudHypervisorPolicy {
        bool tells_mappable; /* tells the guest, as KVM would, that all of its width can be mapped */
        bool subtracts_sme; /* takes what SME may take from the width where AMD's CPU has it, switched on or not */
        bool last_has_rest; /* the last segment's part goes to the end; else parts are whole times 4 GiB */
        bool p2p_option;    /* --platform vfio_p2p_dma=off is there */
} CloudHypervisorPolicy;

/* A machine version of zero is the newest of the program, a program version of zero the newest known. */
QemuPolicy policy_qemu(MachineKind kind, GuestVersion machine, GuestVersion program);
ViommuPolicy policy_viommu(ViommuKind viommu, MachineKind kind, GuestVersion machine, GuestVersion program);
CloudHypervisorPolicy policy_cloud_hypervisor(GuestVersion version);
OvmfPolicy policy_ovmf(GuestVersion version);
OvmfBuild policy_ovmf_of_debian(GuestVersion version);
SeabiosPolicy policy_seabios(GuestVersion version);
/* One version for each set of rules that a firmware has had, from 0 on. False: there are no more. */
bool policy_firmware_version(FirmwareKind kind, size_t i, GuestVersion *ret);

/* Is `version` at least major.minor.patch? */
bool version_reaches(GuestVersion version, uint32_t major, uint32_t minor, uint32_t patch);
bool version_known(GuestVersion version);
