/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Differences between VMMs: one table row each. Only a VMM's own folder knows which VMM it is; all other
 * code uses the row. */

#include "guest/change.h"
#include "guest/layout/layout.h"
#include "guest/vmm/defaults.h"
#include "profile/profile.h"

/* Where a VMM places a BAR, before firmware moves it. */
typedef struct VmmPlace {
        int device, bar;     /* bar -1: persistent memory, `device` indexes guest.pmem */
        uint64_t start, end; /* inclusive */
} VmmPlace;

typedef struct VmmPlaces {
        size_t n;
        VmmPlace *places;    /* owned */
        bool fit_64, fit_32; /* false: a BAR has no place (fatal) */
        int full;            /* first segment whose 64-bit part is too small; -1 none */
        uint64_t full_size;  /* size of that part */
        int crowded;         /* a segment with more devices than places; -1 none */
        int segment_devices; /* its devices */
} VmmPlaces;

/* The guest's own IOMMU. */
typedef struct VmmViommu {
        uint8_t aw_bits; /* default width; 0: cannot be set */
        uint8_t narrowest, widest;
        bool only_ends; /* supports only the narrowest and the widest */
        uint8_t bits;   /* its width; 0: irrelevant to assigned devices */
        /* If the host's IOMMU is narrower: */
        bool wider_refused; /* the VMM rejects assigned devices */
        bool wider_warns;   /* it accepts them, but the guest's mappings may fail */
        bool wider_fails;   /* the mappings fail */
} VmmViommu;

/* Message on a setting with which the VMM exits: the fault, the value, the supported values, and what to
 * do. */
typedef struct StartWords {
        char summary[160], numbers[192], advice[192];
} StartWords;

/* At least the number of versions with different rules. */
#define VMM_VERSIONS_MAX 11

typedef struct Vmm {
        const char *name;            /* "QEMU" */
        const char *const *programs; /* program names, NULL at the end; or NULL: vmm_of_program() */
        const char *sign;            /* prefix of option names: "--" */
        const char *setting;         /* heading for its options */
        bool assigns_options;        /* an option is a line "NAME=VALUE" */
        const char *loader; /* "hvmloader": places BARs before the firmware starts, whose version does not
                             * matter; NULL: the firmware places them */
        unsigned machines;  /* bits of MachineKind; without a VMM's name, the first VMM with the machine
                            * applies */

        /* ── defaults ── */
        int (*default_version)(Guest *guest, const GuestInstalled *installed); /* also the machine's */
        int (*default_firmware)(Guest *guest);                                 /* kind, if none is named */
        GuestVersion (*own_seabios)(const GuestVersion *version);              /* in its source tree */
        bool (*elsewhere)(const Guest *guest,
                        const GuestInstalled *installed); /* not from a package of this host; NULL: it is */
        int (*default_devices)(Guest *guest);             /* CPU, vIOMMU */
        /* One version for each set of rules that matters to this guest, the first with them: 1 or more.
         * NULL: the newest represents all. version_set: sets one, with the defaults that follow from it. */
        size_t (*versions)(const Guest *guest, GuestVersion ret[VMM_VERSIONS_MAX]);
        void (*version_set)(const GuestVersion *version, Guest *guest);
        /* What the host decides of a guest that leaves it open, anew for each host. NULL: nothing. */
        void (*fill_from_host)(Guest *guest, const Profile *profile);

        /* ── layout ── */
        void (*features)(Space *space); /* of the CPU, as far as the layout needs them; NULL: none */
        void (*width)(Space *space);    /* address bits in the guest's CPUID */
        void (*layout)(Space *space);   /* memory, windows, and the firmware's */
        /* NULL: only firmware places BARs. -ENOMEM. */
        int (*places)(const Guest *guest, const Layout *layout, VmmPlaces *ret);
        /* NULL: no start causes. */
        void (*start_words)(
                        const Guest *guest, const Layout *layout, const StartCause *cause, StartWords *ret);

        /* ── limits ── */
        VmmViommu (*viommu)(const Guest *guest);
        bool libvirt;          /* libvirt supports it */
        bool width_modes;      /* supports a fixed width, or the host's with a limit (GuestCpu.width_mode) */
        bool segments;         /* PCI segments, and persistent memory among the BARs */
        bool viommu_by_device; /* each device states if it is behind the vIOMMU; else all are */
        bool ends_without_peers; /* by default exits if it cannot map a BAR for other devices */
        bool iommufd_maps_bars;  /* with iommufd, maps device BARs for other devices */
        bool hypervisor;       /* the host's kernel runs on it: it assigns devices itself, without KVM, VFIO
                                  * and groups */
        bool maps_shared_bars; /* maps BARs backed by its memory like RAM */
        bool has_smm;          /* supports System Management Mode */
        bool tdx_as_host;      /* a TDX guest has the host's width or does not start */
        bool compares_c_bit;   /* with the host's */
        const GuestVersion *confidential_since; /* by kind, KVM only; NULL: unknown */
        GuestVersion private_assigned_since;    /* devices with guest_memfd memory; all zero: always */
        GuestVersion entries_refused_since;     /* rejects a device whose mappings may exceed VFIO's limit
                                             * (earlier: warns); all zero: does not map piecewise */

        /* ── remedies ── */
        bool (*change)(const Change *change, Guest *guest); /* as change_apply() */
        /* Puts the change (run->before to run->now) in its options. */
        void (*option)(ChangeRun *run, const Change *change);
        /* In elements of a libvirt domain, where they differ from QEMU's; NULL: they do not. */
        void (*element)(ChangeRun *run, const Change *change);
} Vmm;

extern const Vmm vmm_qemu, vmm_qemu_virt, vmm_cloud_hypervisor, vmm_cloud_hypervisor_arm64, vmm_xen;

/* Never NULL. */
const Vmm *vmm_of(const Guest *guest);

/* By program name, without a path. QEMU's names are not listed (guest/form/words/program.h). */
bool vmm_of_program(const char *name, VmmKind *ret);

/* By machine; QEMU if no VMM has it. */
VmmKind vmm_of_machine(MachineKind machine);

void vmm_places_done(VmmPlaces *places);

/* "QEMU 7.2"; "QEMU" if the version is unknown. */
void vmm_program_text(const Guest *guest, char ret[48]);

/* Whether the version is not given and several sets of rules apply. */
bool vmm_version_open(const Guest *guest);

/* Whether the VMM exits if it cannot map a BAR for other devices: set, or by default. */
bool guest_p2p_fatal(const Guest *guest);

/* Whether reserved memory of an assigned device may be left out of the guest's map (Xen: rdm_policy=relaxed). */
bool guest_rdm_relaxed(const Guest *guest, size_t device);
/* The assigned devices whose reserved memory starts in that page, as in CHANGE_RDM_RELAXED. */
uint64_t guest_rdm_devices(const Guest *guest, const ProfileXen *xen, uint64_t start);

/* -ENOMEM only; an undetermined layout has `unknown` set. */
int layout_derive(const Guest *guest, const LayoutHost *host, Layout *ret);

/* Changes a shallow copy of a guest; owned members are not touched. False: not applicable. */
bool change_apply(const Change *change, Guest *guest);

/* ── CPU ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* Fills in the vendor and features from the model where the description does not give them. False: unknown
 * model, features unknown. */
bool cpu_fill(GuestCpu *cpu, bool kvm);

/* Features of the virtual CPU, including those from the host. */
void cpu_features(Space *space);

/* Possible address widths on x86. */
#define CPU_BITS_MIN 32
#define CPU_BITS_MAX 52 /* architectural; without KVM, QEMU 11 accepts more on request */
bool cpu_bits_plausible(uint64_t bits);

/* The host's raw width; 0: reason noted. */
uint8_t cpu_host_bits(Space *space);
