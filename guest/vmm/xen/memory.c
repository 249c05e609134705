/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libxl's memory map: RAM is cut where the hole for BARs starts, and below reserved device memory (RDM) that
 * lies above rdm_mem_boundary=. Other regions must not meet RAM. */

#include <stdio.h>
#include <string.h>

#include "guest/vmm/xen/xen.h"
#include "profile/profile.h"

#define PAGE (4 * KIB)

uint64_t xen_static_max(const Guest *guest) {
        return guest->memory.max ? guest->memory.max : guest->memory.ram;
}

const char *xen_vga(const Guest *guest) {
        return guest->xen.no_vga ? "none" : *guest->xen.vga ? guest->xen.vga : "cirrus";
}

uint64_t xen_video_memory(const Guest *guest) {
        static const struct {
                const char *vga;
                uint64_t size, traditional;
        } defaults[] = {
                { "none", 0, 0 },
                { "stdvga", 16 * MIB, 8 * MIB },
                { "qxl", 128 * MIB, 128 * MIB },
                { "cirrus", 8 * MIB, 4 * MIB },
        };
        size_t i = 0;

        if (guest->machine != MACHINE_XEN_HVM)
                return 0;
        if (guest->xen.video_memory)
                return guest->xen.video_memory;
        while (i < 3 && strcmp(defaults[i].vga, xen_vga(guest)) != 0)
                i++;
        return guest->xen.traditional ? defaults[i].traditional : defaults[i].size;
}

/* ── reserved device memory ────────────────────────────────────────────────────────────────────────────── */

static bool overlaps(uint64_t start, uint64_t end, const XenRegion *region) {
        return start < region->end && region->start < end;
}

/* xl of later versions loses the whole setting with a policy in it. */
static bool keeps_rdm(const Guest *guest) {
        return guest->xen.rdm_policy == XEN_RDM_DEFAULT || !policy_xen(guest->vmm_version).loses_rdm ||
                        guest->form.manager == MANAGER_NONE;
}

/* xl gives a device the policy of all, if there is one. */
bool guest_rdm_relaxed(const Guest *guest, size_t device) {
        const XenRdmPolicy all = keeps_rdm(guest) ? guest->xen.rdm_policy : XEN_RDM_DEFAULT,
                           own = guest->devices[device].rdm_policy;

        if (xen_in_relaxed(guest->xen.relaxed, device))
                return true;
        return (own != XEN_RDM_DEFAULT ? own : all) == XEN_RDM_RELAXED;
}

static void add_region(Space *space, XenMap *map, const XenRegion *region) {
        for (size_t i = 0; i < map->n_regions; i++)
                if (map->regions[i].start == region->start) {
                        /* A device's policy replaces that of all. */
                        if (region->device >= 0) {
                                map->regions[i].strict = region->strict;
                                map->regions[i].device = region->device;
                        }
                        return;
                }
        if (map->n_regions == XEN_REGIONS_MAX)
                layout_refuse(space, START_RDM_MANY, map->n_regions + 1, 0, XEN_REGIONS_MAX);
        else
                map->regions[map->n_regions++] = *region;
}

static XenRegion region_of(const ProfileXenRegion *region, int device, bool strict) {
        return (XenRegion){ .start = region->start & ~(PAGE - 1),
                .end = round_up(sum_of(region->end, 1), PAGE),
                .device = device,
                .strict = strict };
}

static bool same_device(const PciAddress *a, const PciAddress *b) {
        return a->domain == b->domain && a->bus == b->bus && a->device == b->device &&
                        a->function == b->function;
}

uint64_t guest_rdm_devices(const Guest *guest, const ProfileXen *xen, uint64_t start) {
        uint64_t devices = 0;

        for (size_t i = 0; i < guest->n_devices; i++) {
                const GuestDevice *device = &guest->devices[i];

                for (size_t j = 0; device->assigned && device->has_address && j < xen->n_reserved; j++) {
                        const ProfileXenRegion *region = &xen->reserved[j];

                        if (region->has_device && region->start / PAGE == start / PAGE &&
                                        same_device(&region->device, &device->address))
                                devices |= i < 64 ? UINT64_C(1) << i : UINT64_MAX;
                }
        }
        return devices;
}

static void collect_device(Space *space, XenMap *map, size_t index) {
        const ProfileXen *xen = space->host->xen;
        const GuestDevice *device = &space->guest->devices[index];
        const bool strict = !guest_rdm_relaxed(space->guest, index);

        if (!device->has_address) {
                if (xen->n_reserved > 0 && !device->supposed)
                        layout_unknown(space, REASON_ABSENT,
                                        "the address of an assigned device, and its reserved memory (RMRR)");
                return;
        }
        for (size_t i = 0; i < xen->n_reserved; i++) {
                const XenRegion region = region_of(&xen->reserved[i], (int) index, strict);

                if (!xen->reserved[i].has_device)
                        layout_unknown(space, REASON_AMBIGUOUS, "the device of a reserved region (RMRR)");
                else if (same_device(&xen->reserved[i].device, &device->address))
                        add_region(space, map, &region);
        }
}

static bool has_assigned(const Guest *guest) {
        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].assigned)
                        return true;
        return false;
}

static void collect_regions(Space *space, XenMap *map) {
        const Guest *guest = space->guest;
        const ProfileXen *xen = space->host->xen;
        const bool kept = keeps_rdm(guest), all = kept && guest->xen.rdm_strategy == XEN_RDM_HOST;

        if (guest->machine != MACHINE_XEN_HVM || (!all && !has_assigned(guest)) || !xen)
                return;
        if (xen->reserved_reason != REASON_NONE) {
                layout_unknown(space, xen->reserved_reason, "the host's reserved device memory (RMRRs)");
                return;
        }
        for (size_t i = 0; all && i < xen->n_reserved; i++) {
                const XenRegion region =
                                region_of(&xen->reserved[i], -1, guest->xen.rdm_policy == XEN_RDM_STRICT);

                add_region(space, map, &region);
        }
        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].assigned)
                        collect_device(space, map, i);
}

/* RAM below 4 GiB ends before each region that lies above the boundary. */
static void move_ram(const Guest *guest, XenMap *map) {
        const uint64_t set = guest->xen.rdm_mem_boundary, boundary = set ? set : XEN_BOUNDARY_DEFAULT;

        for (size_t i = 0; i < map->n_regions; i++) {
                uint64_t start = map->regions[i].start;

                if (!overlaps(0, map->low_end, &map->regions[i]) || start <= boundary)
                        continue;
                if (map->hap && start > 2 * MIB)
                        start &= ~(2 * MIB - 1);
                map->high_end = sum_of(map->high_end, map->low_end - start);
                map->low_end = start;
        }
}

static void judge_regions(Space *space, XenMap *map) {
        for (size_t i = 0; i < map->n_regions; i++) {
                XenRegion *region = &map->regions[i];

                if (!overlaps(0, map->low_end, region) && !overlaps(4 * GIB, map->high_end, region)) {
                        if (overlaps(XEN_DYNAMIC_START, XEN_DYNAMIC_END, region))
                                layout_refuse(space, START_RDM_LOADER, region->start, 0, region->end - 1);
                        continue;
                }
                if (region->strict)
                        layout_refuse(space, START_RDM_CONFLICT, region->start, 0, region->end - 1);
                else {
                        region->left_out = true;
                        layout_lose_region(space, region->start, region->end - 1, region->device);
                }
        }
}

/* ── all ───────────────────────────────────────────────────────────────────────────────────────────────── */

static uint64_t hole_start(const Guest *guest) {
        const uint64_t hole = guest->xen.mmio_hole;

        if (guest->machine != MACHINE_XEN_HVM)
                return XEN_RESERVED_START;
        return hole >= XEN_HOLE_MIN && hole <= XEN_HOLE_MAX ? 4 * GIB - hole : XEN_HOLE_START;
}

void xen_memory(Space *space, XenMap *map) {
        const Guest *guest = space->guest;
        const uint64_t all = xen_static_max(guest), video = xen_video_memory(guest),
                       bytes = all > video ? all - video : 0, end = hole_start(guest);

        *map = (XenMap){ .low_end = min_of(bytes, end), .high_end = 4 * GIB };
        map->high_end = sum_of(map->high_end, bytes - map->low_end);
        map->hap = xen_hap(guest, space->host) != TRISTATE_NO;
        collect_regions(space, map);
        move_ram(guest, map);
        judge_regions(space, map);
}
