/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What VMMs differ in: a row of one table each. Everything else asks the row, and nothing but its own folder knows which VMM
 * it is. */

#include "guest/change.h"
#include "guest/layout/layout.h"
#include "guest/vmm/defaults.h"

/* Where a VMM itself puts a BAR, before firmware moves it. */
typedef struct VmmPlace {
        int device, bar;     /* bar -1: persistent memory, `device` its index in guest.pmem */
        uint64_t start, end; /* inclusive */
} VmmPlace;

typedef struct VmmPlaces {
        size_t n;
        VmmPlace *places;    /* owned */
        bool fit_64, fit_32; /* a BAR without a place ends the VMM */
        int full;            /* the first segment whose 64-bit part has no place for all; -1 none */
        uint64_t full_size;  /* how long that part is */
        int crowded;         /* a segment with more devices than it has places for; -1 none, */
        int segment_devices; /* which are so many */
} VmmPlaces;

/* The guest's own IOMMU. */
typedef struct VmmViommu {
        uint8_t aw_bits; /* default of its width; 0: it cannot be set */
        uint8_t narrowest, widest;
        bool only_ends; /* takes the narrowest and the widest, and nothing between them */
        uint8_t bits;   /* that it has; 0: none that matters to an assigned device */
        /* Where the host's IOMMU has less: */
        bool wider_refused; /* the VMM refuses an assigned device, */
        bool wider_warns;   /* or takes it, and what the guest maps there may fail, */
        bool wider_fails;   /* or it fails for certain */
} VmmViommu;

/* What is said of a setting that the VMM ends on: what is wrong, its value, what is possible, and what to do. */
typedef struct StartWords {
        char summary[160], numbers[192], advice[192];
} StartWords;

/* At least as many as there are versions to tell apart. */
#define VMM_VERSIONS_MAX 11

typedef struct Vmm {
        const char *name; /* "QEMU" */
        const char *const *
                        programs; /* what it is called as a program; NULL at the end, or all of it: vmm_of_program() */
        const char *sign;    /* before the name of an option: "--" */
        const char *setting; /* over its options in a remedy */
        unsigned machines; /* bits of MachineKind; a description that names no VMM is of the first with its machine */

        /* ── what a description leaves out ── */
        int (*default_version)(Guest *guest, const GuestInstalled *installed); /* and that of the machine */
        int (*default_firmware)(Guest *guest);                    /* where none is named: its kind */
        GuestVersion (*own_seabios)(const GuestVersion *version); /* in its source tree */
        bool (*elsewhere)(const Guest *guest,
                        const GuestInstalled *installed); /* the program is of no package of this host;
                                                                                 * NULL: it is */
        int (*default_devices)(Guest *guest);             /* CPU, vIOMMU */
        /* One version for each set of rules that matters to this guest, the first that has them: 1 or more. NULL: the newest
         * stands for all. set: takes one for the guest's, with the defaults that follow from it. */
        size_t (*versions)(const Guest *guest, GuestVersion ret[VMM_VERSIONS_MAX]);
        void (*version_set)(const GuestVersion *version, Guest *guest);

        /* ── layout ── */
        void (*width)(Space *space);  /* the address bits that the guest's CPUID reports */
        void (*layout)(Space *space); /* memory, windows, and the firmware's */
        /* NULL: firmware places BARs, the VMM none. -ENOMEM. */
        int (*places)(const Guest *guest, const Layout *layout, VmmPlaces *ret);
        /* NULL: the layout has no causes. */
        void (*start_words)(
                        const Guest *guest, const Layout *layout, const StartCause *cause, StartWords *ret);

        /* ── limits ── */
        VmmViommu (*viommu)(const Guest *guest);
        bool libvirt;     /* a libvirt domain may be its form */
        bool width_modes; /* the width is given as such, or as the host's with a limit (GuestCpu.width_mode) */
        bool segments;    /* it has PCI segments, and persistent memory among the BARs */
        bool viommu_by_device;   /* each device says whether it is behind the vIOMMU: else all are */
        bool ends_without_peers; /* by default it ends when it cannot map a BAR for other devices */
        bool iommufd_maps_bars; /* devices are opened through iommufd with their BARs mapped for other devices */
        bool maps_shared_bars; /* BARs with memory of the VMM's behind them are mapped as RAM is */
        bool has_smm;          /* a machine with System Management Mode */
        bool tdx_as_host;      /* a TDX guest has the host's width, or does not start */
        bool compares_c_bit;   /* with the host's */
        const GuestVersion *confidential_since; /* by kind, under KVM alone; NULL: not known */
        GuestVersion private_assigned_since;    /* devices beside memory of guest_memfd; all zero: always */
        GuestVersion entries_refused_since; /* a device whose mappings may exceed VFIO's limit, before that it warns; all zero:
                                             * it does not map piece by piece */

        /* ── remedies ── */
        bool (*change)(const Change *change, Guest *guest); /* as change_apply() */
        /* The change in its options: run->now against run->before. */
        void (*option)(ChangeRun *run, const Change *change);
} Vmm;

extern const Vmm vmm_qemu, vmm_cloud_hypervisor;

/* Never NULL. */
const Vmm *vmm_of(const Guest *guest);

/* By the name of its program, without a path; QEMU's are not listed (guest/form/words/program.h). */
bool vmm_of_program(const char *name, VmmKind *ret);

/* Of the machine; QEMU where no VMM has it. */
VmmKind vmm_of_machine(MachineKind machine);

void vmm_places_done(VmmPlaces *places);

/* "QEMU 7.2"; without the version where it is not known. */
void vmm_program_text(const Guest *guest, char ret[48]);

/* Nobody said which version it is, and there are rules to choose from. */
bool vmm_version_open(const Guest *guest);

/* It ends when it cannot map a BAR for other devices: as the guest says, or by default. */
bool guest_p2p_fatal(const Guest *guest);

/* -ENOMEM only; what cannot be told is `unknown` in the result. */
int layout_derive(const Guest *guest, const LayoutHost *host, Layout *ret);

/* On a shallow copy of a guest: nothing that it owns is touched. False: the change makes no sense for it. */
bool change_apply(const Change *change, Guest *guest);

/* ── CPU ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* Fills in what the description leaves out and the model says: the vendor, the features. False: a model that is not known, whose
 * features are not either. */
bool cpu_fill(GuestCpu *cpu, bool kvm);

/* The features of the virtual CPU, with what it takes from the host. */
void cpu_features(Space *space);

/* An address width that x86 may have. */
#define CPU_BITS_MIN 32
#define CPU_BITS_MAX 52 /* architectural; QEMU 11 takes more of who asks for it, without KVM */
bool cpu_bits_plausible(uint64_t bits);

/* The host's raw width, or 0 and why not. */
uint8_t cpu_host_bits(Space *space);
