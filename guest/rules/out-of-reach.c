/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What assigned devices must reach: memory (R3: the VMM fails) and BARs of other devices (R4: no
 * peer-to-peer), also if a hole is in the way; AMD's below 1 TiB is R9. */

#include <stdio.h>
#include <string.h>

#include "guest/rules/run.h"
#include "probe/cleanup.h"
#include "profile/architecture.h"
#include "profile/memory-limit.h"

/* The first region with the range's start, of the group or the host. */
static const ReservedRegion *region_at(const CheckRun *run, const Reach *reach, uint64_t address) {
        const HostRegions *all = &run->profile->regions;

        for (size_t i = 0; i < (reach->regions ? reach->regions->n : all->n); i++) {
                const ReservedRegion *region =
                                reach->regions ? &reach->regions->regions[i] : &all->regions[i].region;

                if (region->start <= address && address <= region->end &&
                                region->type != RESERVED_DIRECT_RELAXABLE)
                        return region;
        }
        return NULL;
}

/* The host lists the hole, and the device can address above it. */
static bool is_hypertransport(const CheckRun *run, const Reach *reach, const Range *outside) {
        uint64_t end = reach->usable->n ? reach->usable->ranges[reach->usable->n - 1].end : 0;

        return outside->start >= HYPERTRANSPORT_START && outside->start <= HYPERTRANSPORT_END &&
                        outside->start < end && !profile_is_arm64(run->profile) &&
                        region_at(run, reach, outside->start);
}

/* Names the devices, if they differ in reach. */
static const char *who(const CheckRun *run, const Reach *reach) {
        return run->n_reaches > 1 ? run->guest->devices[reach->device].name : "devices";
}

/* Above the assumed width, but within what the kernel may support. */
static bool in_doubt(const Reach *reach, uint64_t start, uint64_t end) {
        return reach->at_most > reach->width && end > width_end(reach->width) &&
                        end <= width_end(reach->at_most) &&
                        (start > width_end(reach->width) ||
                                        !range_outside(reach->usable, start, width_end(reach->width),
                                                        &(Range){}));
}

/* Verdict for an unreachable [start, end]: a warning instead of unsafe if the host's kernel may give a wider
 * reach. */
static Verdict reach_doubt(const Reach *reach, Verdict verdict, uint64_t start, uint64_t end) {
        return verdict == VERDICT_UNSAFE && in_doubt(reach, start, end) ? VERDICT_WARNING : verdict;
}

/* The highest reachable address shows the page tables' width only if no region ends there. */
static void put_numbers(CheckRun *run, CheckFinding *f, const Reach *reach, const LayoutRange *range,
                const Range *outside) {
        bool doubt = in_doubt(reach, range->start, range->end), limited = !doubt && reach->limited;
        const ReservedRegion *region = region_at(run, reach, outside->start);
        uint64_t end = reach->usable->n ? reach->usable->ranges[reach->usable->n - 1].end : 0;

        if (region && outside->start < end)
                check_numbers(run, f,
                                "0x%" PRIx64 "-0x%" PRIx64 " overlaps the reserved region 0x%" PRIx64
                                "-0x%" PRIx64 " (%s)%s%s",
                                range->start, range->end, region->start, region->end, region->word,
                                run->n_reaches > 1 ? " of " : "", run->n_reaches > 1 ? who(run, reach) : "");
        else if (outside->start < end)
                check_numbers(run, f,
                                "0x%" PRIx64 "-0x%" PRIx64 "; the host bridge of %s passes on no address "
                                "from 0x%" PRIx64 " (%s, dma-ranges)",
                                range->start, range->end, who(run, reach), outside->start,
                                memory_limit_source(run->profile));
        else
                check_numbers(run, f,
                                "0x%" PRIx64 "-0x%" PRIx64 "; %s can address up to 0x%" PRIx64
                                " (%u bits%s%s)",
                                range->start, range->end, who(run, reach), end, reach_bits(reach),
                                doubt ? "; its kernel may allow more"
                                                : limited
                                                ? ": the memory address limit of the root complex, "
                                                : "",
                                limited ? memory_limit_source(run->profile) : "");
        f->start = outside->start;
        f->end = outside->end;
}

unsigned reach_bits(const Reach *reach) {
        uint64_t end = reach->usable->n ? reach->usable->ranges[reach->usable->n - 1].end : 0;

        return end ? 64 - (unsigned) __builtin_clzll(end) : 0;
}

static void subject_of(const CheckRun *run, const Reach *reach, char *ret, size_t size) {
        const char *name = run->guest->devices[reach->device].name;

        if (reach->n_devices > 1)
                snprintf(ret, size, "%s and %zu more", name, reach->n_devices - 1);
        else
                snprintf(ret, size, "%s", name);
}

/* Memory plugged in later starts at the region's start; the part beyond max - ram is for alignment. */
Verdict reach_memory_verdict(const Guest *guest, const LayoutRange *range, const Range *outside) {
        const GuestMemory *memory = &guest->memory;
        uint64_t promised = memory->max > memory->ram ? memory->max - memory->ram : 0;

        if (range->kind == LAYOUT_CXL)
                return VERDICT_WARNING;
        if (range->kind != LAYOUT_HOTPLUG)
                return VERDICT_UNSAFE;
        return outside->start - range->start < promised ? VERDICT_UNSAFE : VERDICT_WARNING;
}

static const char *memory_summary(const LayoutRange *range, Verdict verdict, bool doubt) {
        if (doubt)
                return "the assigned devices may not be able to address the guest's memory";
        if (range->kind == LAYOUT_CXL)
                return "the assigned devices cannot address memory in CXL windows";
        if (range->kind != LAYOUT_HOTPLUG)
                return "the assigned devices cannot address the guest's memory: the VMM fails to map it";
        return verdict == VERDICT_UNSAFE
                        ? "the assigned devices cannot address hot-plugged memory: plugging it in "
                          "terminates the guest"
                        : "the assigned devices cannot address the end of the hot-plug region";
}

/* The VMM starts: only the device notices, if at all. */
static const char *limited_summary(const CheckRun *run, const LayoutRange *range) {
        if (vmm_of(run->guest)->hypervisor)
                return "the assigned devices cannot address all of the guest's memory: the guest starts, but "
                       "their accesses fail";
        if (range->kind == LAYOUT_CXL)
                return "the assigned devices cannot address memory in CXL windows";
        return range->kind == LAYOUT_HOTPLUG
                        ? "the assigned devices cannot address hot-plugged memory: VFIO maps it, but their "
                          "accesses do not arrive"
                        : "the assigned devices cannot address the guest's memory: VFIO maps it, but their "
                          "accesses do not arrive";
}

/* The region in the way, unless the address lies beyond all that the devices can address. */
static const ReservedRegion *region_between(const CheckRun *run, const Reach *reach, const Range *outside) {
        uint64_t end = reach->usable->n ? reach->usable->ranges[reach->usable->n - 1].end : 0;

        return outside->start < end ? region_at(run, reach, outside->start) : NULL;
}

static void put_memory(CheckRun *run, const Reach *reach, const LayoutRange *range, const Range *outside) {
        const ReservedRegion *region = region_between(run, reach, outside);
        Verdict verdict = reach_memory_verdict(run->guest, range, outside);
        bool doubt = reach_doubt(reach, verdict, range->start, range->end) != verdict;
        char subject[128];
        CheckFinding *f;

        subject_of(run, reach, subject, sizeof(subject));
        f = check_find(run,
                        is_hypertransport(run, reach, outside)          ? RULE_HYPERTRANSPORT
                                        : reserved_decides(run, region) ? RULE_RESERVED
                                                                        : RULE_MEMORY,
                        doubt ? VERDICT_WARNING : verdict, subject, "%s",
                        (reach->limited && !region) || vmm_of(run->guest)->hypervisor
                                        ? limited_summary(run, range)
                                        : memory_summary(range, verdict, doubt));
        put_numbers(run, f, reach, range, outside);
        if (reserved_decides(run, region))
                reserved_advise(run, f, range, region);
}

static void rule_memory(CheckRun *run) {
        for (size_t i = 0; i < run->layout->n; i++) {
                const LayoutRange *range = &run->layout->ranges[i];

                if (range->kind != LAYOUT_RAM && range->kind != LAYOUT_HOTPLUG && range->kind != LAYOUT_CXL)
                        continue;
                for (size_t j = 0; j < run->n_reaches; j++) {
                        const Reach *reach = &run->reaches[j];
                        Range outside;

                        if (reach->direct &&
                                        range_outside(reach->usable, range->start, range->end, &outside))
                                put_memory(run, reach, range, &outside);
                }
        }
}

static bool has_bar64(const GuestDevice *device, bool ram) {
        for (unsigned i = 0; i < device->n_bars; i++)
                if (device->bars[i].is_64bit && device->bars[i].ram == ram)
                        return true;
        return false;
}

/* QEMU's iommufd backend maps no BARs (R12). In Cloud Hypervisor, devices behind the guest's IOMMU are not
 * mapped for others. */
static bool concerned(const Guest *guest, const GuestDevice *device, bool ram) {
        if (ram)
                return vmm_of(guest)->maps_shared_bars;
        return device->assigned && device->behind_viommu != TRISTATE_YES &&
                        (!device->iommufd || vmm_of(guest)->iommufd_maps_bars);
}

/* Unreachable BARs of one kind. */
typedef struct Outside {
        LayoutRange range; /* the first */
        Range part;
        size_t device, n_devices;
        bool certain;  /* in a window that begins in reach, a BAR may fit */
        bool at_start; /* placed by the VMM: it may exit if it cannot map one */
} Outside;

static void outside_add(CheckRun *run, Outside *ret, size_t device, const LayoutRange *range,
                const Range *part, bool certain) {
        if (run->device_seen[device])
                return;
        run->device_seen[device] = true;
        if (ret->n_devices++ > 0)
                return;
        ret->range = *range;
        ret->part = *part;
        ret->device = device;
        ret->certain = certain;
}

static bool is_bar(const CheckRun *run, const LayoutRange *range, bool ram) {
        const GuestDevice *device;

        if (range->kind != LAYOUT_BAR || range->device < 0 ||
                        (size_t) range->device >= run->guest->n_devices)
                return false;
        device = &run->guest->devices[range->device];
        return concerned(run->guest, device, ram) && range->bar >= 0 && range->bar < device->n_bars &&
                        device->bars[range->bar].ram == ram;
}

/* BARs at their predicted places; otherwise every BAR that firmware may place in its window. */
static void outside_find(CheckRun *run, const Reach *reach, bool ram, Outside *ret) {
        const LayoutRange *window = check_window(run->layout);
        bool placed = false;
        Range part;

        /* If firmware moves them later and mapping fails, the old mapping stays. */
        *ret = (Outside){ .at_start = !run->layout->moved };
        memset(run->device_seen, 0, run->guest->n_devices * sizeof(*run->device_seen));
        for (size_t i = 0; i < run->layout->n; i++) {
                const LayoutRange *range = &run->layout->ranges[i];

                placed = placed || range->kind == LAYOUT_BAR;
                if (is_bar(run, range, ram) && range_outside(reach->usable, range->start, range->end, &part))
                        outside_add(run, ret, (size_t) range->device, range, &part, true);
        }
        if (placed || !window || !range_outside(reach->usable, window->start, window->end, &part))
                return;
        for (size_t i = 0; i < run->guest->n_devices; i++)
                if (concerned(run->guest, &run->guest->devices[i], ram) &&
                                has_bar64(&run->guest->devices[i], ram))
                        outside_add(run, ret, i, window, &part, part.start == window->start);
}

static void put_outside(CheckRun *run, const Reach *reach, const Outside *outside, bool ram) {
        const char *name = run->guest->devices[outside->device].name,
                   *lie = outside->certain ? "lie" : "may lie";
        bool fatal = outside->at_start && guest_p2p_fatal(run->guest),
             hole = is_hypertransport(run, reach, &outside->part);
        bool doubt = reach_doubt(reach, VERDICT_UNSAFE, outside->range.start, outside->range.end) !=
                        VERDICT_UNSAFE;
        bool unsafe = !doubt && (ram ? outside->certain : fatal);
        Verdict verdict = unsafe ? VERDICT_UNSAFE : VERDICT_WARNING;
        char subject[128];
        CheckFinding *f;

        if (outside->n_devices > 1)
                snprintf(subject, sizeof(subject), "%s and %zu more", name, outside->n_devices - 1);
        else
                snprintf(subject, sizeof(subject), "%s", name);
        if (ram)
                f = check_find(run, hole ? RULE_HYPERTRANSPORT : RULE_MEMORY, verdict, subject,
                                "BARs backed by the VMM's memory %s where the assigned devices cannot "
                                "address them: mapping them fails",
                                lie);
        else
                f = check_find(run, hole ? RULE_HYPERTRANSPORT : RULE_BARS, verdict, subject,
                                "BARs %s where %s cannot address them: %s", lie, who(run, reach),
                                fatal ? "the VMM exits when it cannot map them"
                                      : "no peer-to-peer DMA to them");
        put_numbers(run, f, reach, &outside->range, &outside->part);
}

static void find_bars(CheckRun *run, bool ram) {
        if (check_beyond_width(run->layout))
                return;
        for (size_t i = 0; i < run->n_reaches; i++) {
                Outside outside;

                outside_find(run, &run->reaches[i], ram, &outside);
                if (outside.n_devices == 0 || !run->reaches[i].direct)
                        continue;
                put_outside(run, &run->reaches[i], &outside, ram);
        }
}

static void rule_shared_memory(CheckRun *run) {
        find_bars(run, true);
}

static void rule_bars(CheckRun *run) {
        find_bars(run, false);
}

/* Unreachable BARs where the VMM places them, before firmware moves them. */
static void start_find(CheckRun *run, const VmmPlaces *places, const Reach *reach, Outside *ret) {
        Range part;

        *ret = (Outside){ .at_start = true };
        memset(run->device_seen, 0, run->guest->n_devices * sizeof(*run->device_seen));
        for (size_t i = 0; i < places->n; i++) {
                const VmmPlace *place = &places->places[i];
                LayoutRange range = { LAYOUT_BAR, place->start, place->end, place->device, place->bar, "" };

                if (is_bar(run, &range, false) &&
                                range_outside(reach->usable, range.start, range.end, &part))
                        outside_add(run, ret, (size_t) range.device, &range, &part, true);
        }
}

static void find_start_bars(CheckRun *run, const VmmPlaces *places) {
        if (!run->layout->moved || !guest_p2p_fatal(run->guest) || check_beyond_width(run->layout))
                return;
        for (size_t i = 0; i < run->n_reaches; i++) {
                Outside outside;

                start_find(run, places, &run->reaches[i], &outside);
                if (outside.n_devices > 0 && run->reaches[i].direct)
                        put_outside(run, &run->reaches[i], &outside, false);
        }
}

/* If the VMM itself places BARs. */
static void rule_places(CheckRun *run) {
        _cleanup_(vmm_places_done) VmmPlaces places = {};
        const Vmm *vmm = vmm_of(run->guest);
        int r;

        if (!vmm->places)
                return;
        r = vmm->places(run->guest, run->layout, &places);
        if (r < 0) {
                run->error = r;
                return;
        }
        find_start_bars(run, &places);
        if (places.crowded >= 0)
                check_numbers(run,
                                check_find(run, RULE_START, VERDICT_UNSAFE, "guest",
                                                "the guest does not start: too many devices on a PCI "
                                                "segment"),
                                "a segment supports %d devices, segment %d has more", places.segment_devices,
                                places.crowded);
}

const CheckRule rules_reach[] = { rule_memory, rule_shared_memory, rule_bars, rule_places, NULL };
