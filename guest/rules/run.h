/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Input of every rule: the guest, its layout, the host, what assigned devices can reach. Output: the
 * findings. */

#include <inttypes.h>

#include "guest/rules/check.h"
#include "guest/vmm/vmm.h"

/* What devices of one group can reach, or assigned devices without a known host address. */
typedef struct Reach {
        const RangeSet *usable;         /* sorted, disjoint; of an unknown width: all but the regions */
        RangeSet *own;                  /* it, if the reach owns it */
        const ReservedRegions *regions; /* of the group; NULL: use the host's */
        size_t device;                  /* index of the first guest device */
        size_t n_devices;
        bool direct;             /* a device gets mappings of all memory */
        bool limited;            /* by the root complex (profile/memory-limit.h): VFIO maps more */
        bool translated;         /* one may be behind the guest's IOMMU and gets the guest's mappings */
        unsigned width, at_most; /* bits, without holes; at_most: higher if the kernel may support more */
        unsigned at_least;       /* of an assumed width, what is certain; else WIDTH_ANY */
        unsigned assumed;        /* then the unit's */
} Reach;

typedef struct CheckRun {
        const Guest *guest;
        const Profile *profile;
        const Layout *layout;
        const ProfileDevice *const *places; /* for each guest device: the host's device, or NULL */
        bool assigned;                      /* any device */
        size_t n_reaches;
        Reach *reaches;
        ReservedRegion hole; /* without groups: AMD's, beside which no other region is known */
        ReservedRegions holes;
        RangeSet anywhere; /* reach common to all assignable groups */
        bool *device_seen; /* scratch for a rule: by guest device */
        bool *group_seen;  /* by host group */
        bool *host_seen;   /* by host device */
        Check *check;
        CheckFinding unseen; /* used when out of memory */
        int error;
} CheckRun;

#define HYPERTRANSPORT_START UINT64_C(0xfd00000000)
#define HYPERTRANSPORT_END UINT64_C(0xffffffffff)

#define WIDTH_ANY 64 /* of an IOMMU whose width is unknown: nothing is beyond it */

static inline uint64_t width_end(unsigned bits) {
        return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* Whether KVM on the host runs such guests at all (R12). */
void check_kvm(CheckRun *run);

/* Memory alone exceeds the guest's width (R1). The place of windows and BARs is then meaningless. */
static inline bool check_beyond_width(const Layout *layout) {
        return layout->beyond;
}

/* A new finding with its summary, valid until the next one. Never NULL: out of memory sets run->error. */
CheckFinding *check_find(CheckRun *run, Rule rule, Verdict verdict, const char *subject, const char *format,
                ...) __attribute__((format(printf, 5, 6)));
void check_numbers(CheckRun *run, CheckFinding *finding, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
void check_advice(CheckRun *run, CheckFinding *finding, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
/* Adds a missing input, once. */
void check_missing(CheckRun *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds what is assumed of the host, once. */
void check_assume(CheckRun *run, const char *what, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
/* Adds a missing fact: "NAME (REASON)". */
void check_missing_fact(CheckRun *run, const char *name, const Fact *fact);

/* The host's device behind a guest device; NULL: no address, or the host has no such device. */
const ProfileDevice *check_device(const CheckRun *run, const GuestDevice *device);
/* Same; what is not there is a finding, or a missing input. */
const ProfileDevice *check_device_found(CheckRun *run, const GuestDevice *device);

/* Window for 64-bit BARs; NULL: none. */
const LayoutRange *check_window(const Layout *layout);

/* Returns the first range of [start, end] outside the set. False: none. */
bool range_outside(const RangeSet *usable, uint64_t start, uint64_t end, Range *ret);

/* Further ones are not named. */
#define CHECK_MISSING_MAX 64

/* Fills run->reaches, anywhere. */
void reach_collect(CheckRun *run);
void reach_release(CheckRun *run);
/* True: no unit owns a PCI device, so nothing can be assigned. */
bool check_no_iommu(const Profile *profile);

/* Sets the verdict, sorts findings. Out of memory: empties it and returns -ENOMEM. */
int check_finish(CheckRun *run);

uint64_t check_bar_size(const ProfileBar *bar);

/* Fills in the vendor and the BARs of devices given by address, from the host. */
void check_fill(Guest *guest, const Profile *profile);
/* The host's devices behind the guest's, in their order, for all checks of one search. Owned by the caller;
 * NULL: out of memory. */
const ProfileDevice **check_places(const Guest *guest, const Profile *profile);
/* The check without remedies; the remedy search calls it. */
int check_rules(const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *ret);
/* Adds missing inputs that every conclusion needs; the firmware's and QEMU's version if the result depends
 * on them. */
void check_missing_inputs(CheckRun *run, bool version, bool vmm);
#define VERSION_MISSING "the firmware's version"
#define VMM_MISSING "%s's version" /* of the VMM's name */
bool check_has_missing(const Check *check, const char *missing);
bool check_has_missing_vmm(const Check *check, const Guest *guest);
/* Appends a copy. -ENOMEM. */
int check_add_copy(CheckFinding **findings, size_t *n, const CheckFinding *finding);
void check_layout_host(const Profile *profile, LayoutHost *ret);
/* ── shared by files of rules and by answers ────────────────────────────────────────────────────────────── */

/* If any host device is acceptable: does VFIO accept at least one? */
void device_find_any(CheckRun *run, const char *subject);

/* Regions that a device of the group may keep using, or that keep it from being assigned (R6). */
void reserved_find(CheckRun *run, const ProfileGroup *group, const char *subject);
/* Whether memory is out of reach because of that region rather than of a width (R6 instead of R3): on arm64,
 * whose kernels reserve addresses among those of usual memory. */
bool reserved_decides(const CheckRun *run, const ReservedRegion *region);
void reserved_advise(CheckRun *run, CheckFinding *finding, const LayoutRange *range,
                const ReservedRegion *region);

/* Fills in the BARs of a mediated device, if the host reports them. */
void mediated_fill(GuestDevice *device, const Profile *profile);

/* The width a VMM derives from a reach: the bit of its last address, plus one (hw/vfio/device.c). */
unsigned reach_bits(const Reach *reach);

/* Verdict for memory partly out of reach: boot memory, memory plugged in later, the room beyond that. */
Verdict reach_memory_verdict(const Guest *guest, const LayoutRange *range, const Range *outside);

/* Width of the guest's IOMMU, given or by machine version; 0: no IOMMU that could reject a device. */
unsigned guest_viommu_bits(const Guest *guest);

/* Effect on an assigned device if the host's units support host_bits. QEMU compares since 9.1, for
 * intel-iommu only; Cloud Hypervisor's guests use the reported width. SAFE if no guest IOMMU matters. */
Verdict guest_viommu_verdict(const Guest *guest, unsigned host_bits);

/* Overlaps in a layout, made by firmware or the VMM. A table lists the pairs that may share addresses; every
 * other pair is a fault of the guest. */

typedef enum OverlapEffect {
        OVERLAP_NONE = 0, /* allowed */
        OVERLAP_RESERVED, /* the guest's map reserves a device's addresses */
        OVERLAP_LATER,    /* memory plugged in later will cover a device */
        OVERLAP_HIDDEN,   /* memory covers a device */
        OVERLAP_BOTH,     /* two things at one address; which one the guest sees is unknown */
} OverlapEffect;

typedef struct LayoutOverlap {
        OverlapEffect effect;
        const LayoutRange *memory, *device; /* OVERLAP_BOTH: the lower and the higher one */
} LayoutOverlap;

/* The effect of two ranges that overlap. */
OverlapEffect layout_overlap_effect(const Guest *guest, const Layout *layout, LayoutKind a, LayoutKind b);

/* The first of each effect and pair of kinds, worst last, at most `max`. A BAR replaces its window. */
size_t layout_overlaps(const Guest *guest, const Layout *layout, LayoutOverlap *ret, size_t max);

typedef void (*CheckRule)(CheckRun *run);
/* Rules by file; NULL at the end. */
extern const CheckRule rules_virt[], rules_virt_host[], rules_start[], rules_width[], rules_reach[],
                rules_device[], rules_locked[], rules_window[], rules_viommu[], rules_confidential[],
                rules_compatibility[], rules_overlap[], rules_iommufd[], rules_mediated[],
                rules_assumed_width[], rules_hypervisor[];
