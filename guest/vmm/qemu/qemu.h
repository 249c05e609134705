/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* QEMU: behaviour by version, machine types, how its program is found. Sources: hw/i386/pc*.c,
 * target/i386/cpu.c and host-cpu.c, docs/about/removed-features, "-M help" of 5.2, 7.2, 10.0 and 11.1. */

#include "guest/vmm/vmm.h"

/* One machine type of QEMU under one version of the program. */
typedef struct QemuPolicy {
        bool start_check;       /* rejects a layout beyond the width */
        bool relocates_amd;     /* AMD: RAM above 4 GiB moves to 1 TiB, not across the HyperTransport hole */
        bool long_mode_decides; /* whether the hole counts; else width above 32 */
        bool checks_short;      /* checks memory also without long mode; else everything passes */
        bool pae_gives_36;      /* 36 bits for PAE as well as PSE36 */
        bool tcg_width_fixed;   /* without KVM phys-bits accepts only its default */
        bool has_hotplug;       /* supports a region for memory devices */
        bool slot_gigabyte;     /* 1 GiB per slot */
        bool cxl_after_slots;   /* without a region, CXL leaves its place and its slots' free */
        bool hole_in_hotplug;   /* the 64-bit hole starts with the hot-plug region */
        bool gigabyte_align;    /* i440FX: splits at 3 GiB, not at 3.5 GiB */
        bool guest_phys_bits;   /* supports CPUID's guest width */
        bool guest_phys_bits_auto; /* sets it under KVM */
        bool numa_mem_gone;        /* mem= of NUMA nodes */
        bool checks_aw_bits;       /* rejects assigned devices if the vIOMMU is wider than the host's */
        bool microvm_window_hides; /* its 64-bit window hides RAM, even where no BAR is */
        bool ports_hide_hotplug;   /* PCI Express ports do not report hot-plug support: ACPI hot-plug is
                                  * used */
        bool bridges_hotplug;      /* conventional bridges have a hot-plug controller */
        bool odd_max;              /* maxmem need not be a multiple of the page size */
        uint64_t hole64_size;      /* default of pci-hole64-size */
} QemuPolicy;

/* Machine version zero: the program's newest. Program version zero: the newest known. */
QemuPolicy policy_qemu(MachineKind kind, GuestVersion machine, GuestVersion program);
QemuPolicy policy_qemu_of(const Guest *guest);
VmmViommu policy_viommu(ViommuKind viommu, MachineKind kind, GuestVersion machine, GuestVersion program);

/* ── machine types ─────────────────────────────────────────────────────────────────────────────────────── */

/* A release adds them, a later one removes them. */
typedef enum MachineFate {
        MACHINE_THERE = 0,
        MACHINE_NEVER, /* in no release */
        MACHINE_NEWER, /* added in a later one */
        MACHINE_GONE,  /* removed */
} MachineFate;

/* For pc, q35 and virt. Version zero: the newest, always supported. *ret_oldest: the program's oldest. Supported
 * unless the sources say otherwise. */
MachineFate policy_machine(
                MachineKind kind, GuestVersion machine, GuestVersion program, GuestVersion *ret_oldest);

/* The newest; between two releases, that of the next one. */
GuestVersion policy_newest_machine(GuestVersion program);

/* The QEMU build with a distribution's own type ("noble", "rhel9.2.0"), as in GuestInstalled; "" unknown. */
const char *policy_machine_of(const char *own);

/* ── versions ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Vmm.versions: candidates if the guest does not name one. The oldest also represents those before it, back
 * to 2.10. */
size_t qemu_versions(const Guest *guest, GuestVersion ret[VMM_VERSIONS_MAX]);
void qemu_version_set(const GuestVersion *version, Guest *guest);

/* The version in a path, such as a Nix store's or a build directory; all zero: none. */
GuestVersion qemu_path_version(const char *path);

/* Whether a distribution's package installs QEMU at that path, or the path is empty. */
bool qemu_path_packaged(const char *path);

/* Vmm.default_version and .elsewhere, for all machines. */
int qemu_default_version(Guest *guest, const GuestInstalled *installed);
bool qemu_elsewhere(const Guest *guest, const GuestInstalled *installed);

/* ── the layout ────────────────────────────────────────────────────────────────────────────────────────── */

void qemu_width(Space *space);
void qemu_layout(Space *space);
/* Machine type, memory, NUMA; memory devices go into [start, end). */
void qemu_start(Space *space, const QemuPolicy *qemu, uint64_t start, uint64_t end);
void qemu_start_words(const Guest *guest, const Layout *layout, const StartCause *cause, StartWords *ret);

/* ── changes ───────────────────────────────────────────────────────────────────────────────────────────── */

bool qemu_change(const Change *change, Guest *guest);
void qemu_option(ChangeRun *run, const Change *change);
/* The -machine option with the type, or the last one; NULL: none. Borrowed. */
json_t *qemu_option_machine(const ChangeRun *run);
