/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every rule of a check is given: the guest, where its memory will lie, the host, what its assigned devices reach; and
 * where a rule writes what it found. */

#include <inttypes.h>

#include "guest/rules/check.h"
#include "guest/vmm/vmm.h"

/* What the devices of one group reach, or assigned devices whose place on the host is not given. */
typedef struct Reach {
        const RangeSet *usable;         /* sorted, disjoint */
        const ReservedRegions *regions; /* of the group; NULL: see the host's */
        size_t device;                  /* index of the first guest device with it */
        size_t n_devices;
        bool direct;             /* a device of them is told where all memory is */
        bool translated;         /* one may be behind the guest's IOMMU, and is told what the guest maps */
        unsigned width, at_most; /* bits, holes aside; at_most is more where the host's kernel may give that */
} Reach;

typedef struct CheckRun {
        const Guest *guest;
        const Profile *profile;
        const Layout *layout;
        const ProfileDevice *const *places; /* by the guest's devices: the host's behind each, or NULL */
        bool assigned;                      /* a device is */
        size_t n_reaches;
        Reach *reaches;
        RangeSet anywhere; /* what a device reaches in any group that can be assigned */
        bool *device_seen; /* room for a rule: by the guest's devices, */
        bool *group_seen;  /* by the host's groups, */
        bool *host_seen;   /* by the host's devices */
        Check *check;
        CheckFinding unseen; /* written to when memory is short */
        int error;
} CheckRun;

#define HYPERTRANSPORT_START UINT64_C(0xfd00000000)
#define HYPERTRANSPORT_END UINT64_C(0xffffffffff)

static inline uint64_t width_end(unsigned bits) {
        return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* Memory alone is beyond the guest's width (R1): where windows and BARs would come to lie then says nothing. */
static inline bool check_beyond_width(const Layout *layout) {
        return layout->beyond;
}

/* A new finding with its summary; good until the next one. Never NULL: without memory run->error is set. */
CheckFinding *check_find(CheckRun *run, Rule rule, Verdict verdict, const char *subject, const char *format,
                ...) __attribute__((format(printf, 5, 6)));
void check_numbers(CheckRun *run, CheckFinding *finding, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
void check_advice(CheckRun *run, CheckFinding *finding, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
/* An input that is not there; named once. */
void check_missing(CheckRun *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One that a fact should be: "NAME (REASON)". */
void check_missing_fact(CheckRun *run, const char *name, const Fact *fact);

/* The host's device behind one of the guest's own; NULL when it has no address or the host has no such device. */
const ProfileDevice *check_device(const CheckRun *run, const GuestDevice *device);

/* Where the firmware puts 64-bit BARs; NULL: nowhere. */
const LayoutRange *check_window(const Layout *layout);

/* The first address range of [start, end] that is not in the set. False: all of it is. */
bool range_outside(const RangeSet *usable, uint64_t start, uint64_t end, Range *ret);

/* More than these are not named. */
#define CHECK_MISSING_MAX 64

/* Fills run->reaches, anywhere. */
void reach_collect(CheckRun *run);
void reach_release(CheckRun *run);

/* Ends a check: the verdict, the order. Without memory empties it and returns -ENOMEM. */
int check_finish(CheckRun *run);

/* Of a BAR that has one. */
uint64_t check_bar_size(const ProfileBar *bar);

/* What the guest takes from the host: the vendor, the BARs of devices given by address. */
void check_fill(Guest *guest, const Profile *profile);
/* The host's devices behind the guest's, in their order: found once for all checks of one search. Owned by the caller; NULL:
 * out of memory. */
const ProfileDevice **check_places(const Guest *guest, const Profile *profile);
/* The whole check but for the remedies, whose search calls it. */
int check_rules(const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *ret);
/* Inputs that no one rule needs and every conclusion stands on; the firmware's version and QEMU's where the answer hangs on
 * them. */
void check_missing_inputs(CheckRun *run, bool version, bool vmm);
#define VERSION_MISSING "the firmware's version"
#define VMM_MISSING "QEMU's version"
bool check_has_missing(const Check *check, const char *missing);
/* Appends a copy. -ENOMEM. */
int check_add_copy(CheckFinding **findings, size_t *n, const CheckFinding *finding);
void check_finding_done(CheckFinding *finding);
void check_layout_host(const Profile *profile, LayoutHost *ret);
/* ── what one file of rules asks another, or an answer ──────────────────────────────────────────────────── */

/* For a device that may be any of the host's: is there one that VFIO takes? */
void device_find_any(CheckRun *run, const char *subject);

/* Fills in the BARs of a mediated device as far as the host tells them. */
void mediated_fill(GuestDevice *device, const Profile *profile);

/* The width that a VMM takes a reach for: the bit of its last address, plus one (hw/vfio/device.c). */
unsigned reach_bits(const Reach *reach);

/* An unsafe verdict for [start, end], out of reach, that is a warning where the host's kernel may give a wider reach. */
Verdict reach_doubt(const Reach *reach, Verdict verdict, uint64_t start, uint64_t end);

/* Of memory, a part of which is out of a device's reach: boot memory, what is plugged in later, the room beyond that. */
Verdict reach_memory_verdict(const Guest *guest, const LayoutRange *range, const Range *outside);

/* Width of the guest's own IOMMU, given or by the machine's version; 0 when it has none that could refuse a device. */
unsigned guest_viommu_bits(const Guest *guest);

/* What becomes of an assigned device where the host's units have so many bits: QEMU compares since 9.1, only for intel-iommu;
 * Cloud Hypervisor's guests use what they are told of. SAFE where the guest has no IOMMU that matters. */
Verdict guest_viommu_verdict(const Guest *guest, unsigned host_bits);

/* A layout overlaps itself where a firmware or VMM puts one thing over another. Which pairs may share addresses is a table;
 * every other pair is a fault of the guest's, whoever places it. */

typedef enum OverlapEffect {
        OVERLAP_NONE = 0, /* they may */
        OVERLAP_RESERVED, /* the guest's own map keeps addresses from a device */
        OVERLAP_LATER,    /* memory that is plugged in later comes to lie over a device */
        OVERLAP_HIDDEN,   /* memory lies over a device */
        OVERLAP_BOTH,     /* two things are at one place, and which of them the guest sees is not known */
} OverlapEffect;

typedef struct LayoutOverlap {
        OverlapEffect effect;
        const LayoutRange *memory, *device; /* of OVERLAP_BOTH: the lower and the higher one */
} LayoutOverlap;

/* What becomes of two ranges that share addresses. */
OverlapEffect layout_overlap_effect(const Guest *guest, const Layout *layout, LayoutKind a, LayoutKind b);

/* The first of each effect and pair of kinds, the worst last; at most `max`. Of a window and what is in it the latter. */
size_t layout_overlaps(const Guest *guest, const Layout *layout, LayoutOverlap *ret, size_t max);

typedef void (*CheckRule)(CheckRun *run);
/* Each file's rules, NULL at the end. */
extern const CheckRule rules_start[], rules_width[], rules_reach[], rules_device[], rules_locked[],
                rules_window[], rules_viommu[], rules_confidential[], rules_compatibility[], rules_overlap[],
                rules_iommufd[], rules_mediated[];
