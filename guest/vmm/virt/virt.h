/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* QEMU's virt machine on Arm: its policy by version, and its memory map. Sources: hw/arm/virt.c
 * (virt_set_memmap(), machvirt_init(), finalize_gic_version()), target/arm/cpu*.c, and starts of QEMU 5.2,
 * 7.2, 10.0 and 11.1. */

#include "guest/vmm/vmm.h"

typedef struct VirtPolicy {
        bool drops;         /* memory must fit; a high region that does not fit is left out silently */
        bool switches;      /* has highmem-redists, -ecam, -mmio and compact-highmem */
        bool sizes_window;  /* has highmem-mmio-size */
        bool compact;       /* a region that is off takes no space, unless compact-highmem=off */
        bool high_ecam;     /* the machine type has 256 MiB of PCI configuration */
        bool has_hotplug;   /* memory devices can be plugged in */
        bool has_ged;       /* the machine type has the device that DIMMs need */
        bool tcg_redists;   /* without KVM, a second region of redistributors */
        bool numa_mem_gone; /* mem= of NUMA nodes */
        bool gic3_default;  /* without gic-version=, more than 8 CPUs get GICv3 without KVM too */
        bool has_gic4;
        Tristate has_msi;    /* -machine msi=; then GICv2 excludes its=on */
        bool has_its;        /* -machine its= */
        bool one_iommu;      /* refuses a second one */
        bool has_expanders;  /* pxb-pcie */
        bool has_smmu;       /* -device arm-smmuv3 */
        bool kvm_mte;        /* mte=on under KVM, if the host's CPU has it */
        bool kvm_nested;     /* virtualization=on under KVM, if the host has it */
        uint32_t cpus;       /* of the machine type */
        uint8_t bits_of_max; /* -cpu max without KVM */
} VirtPolicy;

/* Versions as policy_qemu(). */
VirtPolicy policy_virt(GuestVersion machine, GuestVersion program);
VirtPolicy policy_virt_of(const Guest *guest);
VmmViommu policy_virt_viommu(ViommuKind viommu, GuestVersion program);

size_t virt_versions(const Guest *guest, GuestVersion ret[VMM_VERSIONS_MAX]);
void virt_version_set(const GuestVersion *version, Guest *guest);

/* ── CPU ───────────────────────────────────────────────────────────────────────────────────────────────── */

#define VIRT_CPU_DEFAULT "cortex-a15"

/* Address bits of a CPU model without KVM; 0: unknown model. *ret_64bit: it runs 64-bit code. */
uint8_t virt_model_bits(const char *model, const VirtPolicy *policy, bool *ret_64bit);
/* The first QEMU with the model; all zero: unknown model, or in all. */
GuestVersion virt_model_since(const char *model);
/* Whether a CPU model without KVM has memory tagging. */
bool virt_model_tags(const char *model);
/* The width in the rule that places memory. */
void virt_width(Space *space);

/* ── layout ────────────────────────────────────────────────────────────────────────────────────────────── */

/* CPUs whose redistributors fit into the first and the second region; those of GICv4 are twice as large. */
#define VIRT_GIC2_CPUS 8
#define VIRT_REDIST_CPUS 123
#define VIRT_REDIST2_CPUS 512
#define VIRT_REDIST_CPUS_GIC4 61
#define VIRT_REDIST2_CPUS_GIC4 256

#define VIRT_WINDOW_MIN (UINT64_C(512) << 30) /* of highmem-mmio-size, and its default */

/* Which limit, in START_GIC_CPUS. */
typedef enum VirtCpuLimit {
        VIRT_LIMIT_GIC = 0,
        VIRT_LIMIT_REDISTS, /* the second region of redistributors is off */
        VIRT_LIMIT_MACHINE,
} VirtCpuLimit;

/* An option of -machine, in START_SWITCH_ABSENT. */
typedef enum VirtSwitch {
        VIRT_REDISTS = 0,
        VIRT_ECAM,
        VIRT_MMIO,
        VIRT_COMPACT,
        VIRT_MMIO_SIZE,
        VIRT_MSI,
        VIRT_GIC4,
        VIRT_EXPANDER,
        VIRT_ITS,
        VIRT_SMMU,
        VIRT_HIGHMEM, /* in all */
        _VIRT_SWITCH_MAX,
} VirtSwitch;

/* Of the 64-bit PCI window, if it is there. */
uint64_t virt_window_size(const Guest *guest);

/* "highmem-redists"; the first QEMU with it. */
const char *virt_switch_name(VirtSwitch which);
GuestVersion virt_switch_since(VirtSwitch which);

/* The high part of the map, from the end of memory up. Ends are exclusive. */
typedef struct VirtMap {
        uint64_t hotplug, hotplug_end; /* the same: there is none */
        uint64_t memory_end;           /* of RAM and the hot-plug region, in whole GiB */
        uint64_t end;                  /* of all regions */
        uint64_t at[_DROPPED_MAX], size[_DROPPED_MAX];
        bool on[_DROPPED_MAX];
        bool overflows; /* maxmem and slots exceed 64 bits */
} VirtMap;

/* GIC version that the machine gets: 2, 3 or 4. */
uint8_t virt_gic(const Guest *guest);
uint32_t virt_max_cpus(const Guest *guest);
void virt_layout(Space *space);
void virt_start(Space *space, const VirtPolicy *policy, const VirtMap *map);
void virt_start_words(const Guest *guest, const Layout *layout, const StartCause *cause, StartWords *ret);

/* ── changes ───────────────────────────────────────────────────────────────────────────────────────────── */

bool virt_change(const Change *change, Guest *guest);
void virt_option(ChangeRun *run, const Change *change);
