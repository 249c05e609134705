/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* QEMU: what it does at which version, which machine types it has, how its program is found. Sources: hw/i386/pc*.c,
 * target/i386/cpu.c and host-cpu.c, docs/about/removed-features, "-M help" of 5.2, 7.2, 10.0 and 11.1. */

#include "guest/vmm/vmm.h"

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

/* A machine version of zero is the newest of the program, a program version of zero the newest known. */
QemuPolicy policy_qemu(MachineKind kind, GuestVersion machine, GuestVersion program);
QemuPolicy policy_qemu_of(const Guest *guest);
VmmViommu policy_viommu(ViommuKind viommu, MachineKind kind, GuestVersion machine, GuestVersion program);

/* ── machine types ─────────────────────────────────────────────────────────────────────────────────────── */

/* They come with a release and go some years later. */
typedef enum MachineFate {
        MACHINE_THERE = 0,
        MACHINE_NEVER, /* no release has had it */
        MACHINE_NEWER, /* it came with a later one */
        MACHINE_GONE,  /* it was taken out */
} MachineFate;

/* Of pc and q35; a version of zero is the newest, which is always there. *ret_oldest is the oldest that the program has.
 * Where the sources do not say it is there. */
MachineFate policy_machine(
                MachineKind kind, GuestVersion machine, GuestVersion program, GuestVersion *ret_oldest);

/* The newest: a program between two releases has that of the next one. */
GuestVersion policy_newest_machine(GuestVersion program);

/* Whose QEMU has a distribution's own type, "noble" or "rhel9.2.0": as GuestInstalled names it, "" not known. */
const char *policy_machine_of(const char *own);

/* ── versions ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Of Vmm: which versions may run a guest that does not name one. The oldest stands for those before it as well, back to 2.10. */
size_t qemu_versions(const Guest *guest, GuestVersion ret[VMM_VERSIONS_MAX]);
void qemu_version_set(const GuestVersion *version, Guest *guest);

/* That a path names, as that of a Nix store or of a directory that somebody built in; all zero: none. */
GuestVersion qemu_path_version(const char *path);

/* A path that the packages of a distribution put QEMU at, or no path at all: the version installed is its. */
bool qemu_path_packaged(const char *path);

/* ── the layout ────────────────────────────────────────────────────────────────────────────────────────── */

void qemu_width(Space *space);
void qemu_layout(Space *space);
/* Machine type, memory, NUMA; memory devices go into [start, end). */
void qemu_start(Space *space, const QemuPolicy *qemu, uint64_t start, uint64_t end);
void qemu_start_words(const Guest *guest, const Layout *layout, const StartCause *cause, StartWords *ret);

/* ── changes ───────────────────────────────────────────────────────────────────────────────────────────── */

bool qemu_change(const Change *change, Guest *guest);
void qemu_option(ChangeRun *run, const Change *change);
