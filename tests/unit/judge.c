/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/judge.h"

#include <string.h>

#include "probe/cleanup.h"

/* m memory at boot, p hot-plug, s SGX, c CXL, o the counted hole, w and W windows, b BAR, e configuration space, i interrupts,
 * r reserved, f persistent memory, k redistributors, d fixed devices, x reserved device memory. */
static bool is(const LayoutRange *range, const char *kinds) {
        static const char names[] = "mpscowWbeirfkdx";

        _Static_assert(sizeof(names) == _LAYOUT_KIND_MAX + 1, "a letter for each kind");

        return strchr(kinds, names[range->kind]) != NULL;
}

static uint64_t last_of(unsigned bits) {
        return bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
}

/* ── nothing lies over anything else ───────────────────────────────────────────────────────────────────── */

static bool may_meet(const Guest *guest, const LayoutRange *a, const LayoutRange *b) {
        /* Counted, and nothing is there; a window is where BARs may be. */
        if (is(a, "o"))
                return true;
        if (is(a, "wW") && is(b, "br"))
                return true;
        /* Cloud Hypervisor's area holds all that it places. A microvm's window is there with PCI Express only. */
        if (is(a, "w") && guest->vmm == VMM_CLOUD_HYPERVISOR)
                return is(b, "fp");
        return is(a, "w") && guest->machine == MACHINE_MICROVM && is(b, "mpsc");
}

const char *judge_places(const Guest *guest, const Layout *layout) {
        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *a = &layout->ranges[i];

                if (a->start > a->end)
                        return "a range ends before it starts";
                for (size_t j = 0; j < i; j++) {
                        const LayoutRange *b = &layout->ranges[j];

                        if (a->start > b->end || b->start > a->end)
                                continue;
                        if (!may_meet(guest, a, b) && !may_meet(guest, b, a))
                                return is(a, "wW") || is(b, "wW") ? "a window lies over something"
                                                                  : "two ranges share addresses";
                }
        }
        return NULL;
}

/* ── all that was asked for is there ───────────────────────────────────────────────────────────────────── */

static uint64_t sum_of_kind(const Layout *layout, const char *kind) {
        uint64_t sum = 0;

        for (size_t i = 0; i < layout->n; i++)
                if (is(&layout->ranges[i], kind))
                        sum += layout->ranges[i].end - layout->ranges[i].start + 1;
        return sum;
}

const char *judge_memory(const Guest *guest, const Layout *layout) {
        const GuestMemory *memory = &guest->memory;
        uint64_t cxl = 0, plugged = 0, persistent = 0;

        for (uint8_t i = 0; i < guest->n_pmem; i++)
                persistent += guest->pmem[i].size;

        for (uint32_t i = 0; i < memory->n_cxl; i++)
                cxl += memory->cxl[i];
        for (uint32_t i = 0; i < memory->n_modules; i++)
                plugged += memory->modules[i].size;
        if (sum_of_kind(layout, "m") != memory->ram)
                return "memory at boot is not all there";
        if (guest->machine != MACHINE_MICROVM && memory->max > memory->ram &&
                        sum_of_kind(layout, "p") < memory->max - memory->ram)
                return "the hot-plug region is too small";
        if (guest->machine != MACHINE_MICROVM && plugged > sum_of_kind(layout, "p"))
                return "memory devices do not fit the hot-plug region";
        if (sum_of_kind(layout, "s") < memory->sgx_epc || sum_of_kind(layout, "c") < cxl)
                return "SGX or CXL memory is not all there";
        if (sum_of_kind(layout, "f") < persistent)
                return "persistent memory is not all there";
        if (memory->numa && memory->numa_size != memory->ram)
                return "the NUMA nodes do not have the memory";
        return NULL;
}

/* ── the CPU and the host have the addresses ───────────────────────────────────────────────────────────── */

static bool is_short(const Guest *guest) {
        static const char *const models[] = { "486", "pentium", "pentium2", "pentium3", "qemu32", "kvm32",
                "coreduo", "n270", "athlon" };

        for (size_t i = 0; i < ELEMENTS(models); i++)
                if (strcmp(guest->cpu.model, models[i]) == 0 && guest->cpu.long_mode != TRISTATE_YES)
                        return true;
        return guest->cpu.long_mode == TRISTATE_NO;
}

static unsigned lesser(unsigned a, unsigned b) {
        return a < b ? a : b;
}

/* The widest that the guest's CPU can be. */
static unsigned width_of(const Guest *guest, const Profile *profile) {
        unsigned raw = (unsigned) profile->widths.cpu_physical_bits.value;
        const GuestCpu *cpu = &guest->cpu;

        if (guest->vmm == VMM_CLOUD_HYPERVISOR)
                return lesser(raw, guest->cloud_hypervisor_max_bits ? guest->cloud_hypervisor_max_bits : 46);
        if (is_short(guest))
                return 36;
        if (cpu->width_mode == WIDTH_EXPLICIT)
                return cpu->phys_bits;
        if (guest->kvm && (cpu->width_mode == WIDTH_HOST || guest->machine == MACHINE_MICROVM))
                return cpu->limit && cpu->width_mode == WIDTH_HOST ? lesser(raw, cpu->limit) : raw;
        return 40;
}

const char *judge_width(const Guest *guest, const Profile *profile, const Layout *layout) {
        bool sev = guest->confidential != CONFIDENTIAL_NONE && guest->confidential != CONFIDENTIAL_TDX;
        uint64_t end = last_of(width_of(guest, profile)),
                 mapped = last_of((unsigned) profile->widths.guest_mappable_bits.value),
                 plain = last_of((unsigned) profile->encryption.c_bit.value);

        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];

                if (is(range, "or"))
                        continue;
                if (range->end > end)
                        return is(range, "wW") ? "a window ends above the CPU's addresses"
                                               : "something ends above the CPU's addresses";
                if (guest->kvm && range->end > mapped && !is(range, "wW"))
                        return "something ends above what second-level paging maps";
                if (sev && range->end > plain && !is(range, "wW"))
                        return "something ends above the C-bit";
        }
        return NULL;
}

/* ── devices reach it ──────────────────────────────────────────────────────────────────────────────────── */

/* By the group's width and its regions, not by what was made of them. */
static bool reaches(const ProfileGroup *group, const LayoutRange *range) {
        if (range->end > last_of(group->bits))
                return false;
        for (size_t i = 0; i < group->regions.n; i++) {
                const ReservedRegion *region = &group->regions.regions[i];

                if (region->type != RESERVED_DIRECT_RELAXABLE && region->start <= range->end &&
                                range->start <= region->end)
                        return false;
        }
        return true;
}

/* Whether the VMM maps this for assigned devices. Of BARs: those that it hands out itself, but for QEMU's iommufd backend. */
static bool is_mapped(const Guest *guest, const LayoutRange *range) {
        const GuestDevice *owner;

        if (is(range, "mp"))
                return true;
        if (!is(range, "b") || range->device < 0 || (size_t) range->device >= guest->n_devices)
                return false;
        owner = &guest->devices[range->device];
        if (owner->bars[range->bar].ram)
                return guest->vmm == VMM_QEMU;
        return owner->assigned && owner->behind_viommu != TRISTATE_YES &&
                        (!owner->iommufd || guest->vmm == VMM_CLOUD_HYPERVISOR);
}

static const char *judge_group(const Guest *guest, const ProfileGroup *group, const Layout *layout) {
        for (size_t i = 0; i < layout->n; i++)
                if (is_mapped(guest, &layout->ranges[i]) && !reaches(group, &layout->ranges[i]))
                        return is(&layout->ranges[i], "b") ? "a BAR is out of a device's reach"
                                                           : "memory is out of a device's reach";
        return NULL;
}

static const ProfileDevice *host_device(const Profile *profile, const GuestDevice *device) {
        for (size_t i = 0; i < profile->n_devices; i++)
                if (profile->devices[i].address.bus == device->address.bus)
                        return &profile->devices[i];
        return NULL;
}

/* A device without an address may be any that can be handed out, or may be. */
const char *judge_reach(const Guest *guest, const Profile *profile, const Layout *layout) {
        for (size_t i = 0; i < guest->n_devices; i++) {
                const GuestDevice *device = &guest->devices[i];
                const ProfileDevice *host = device->has_address ? host_device(profile, device) : NULL;
                bool any = false;

                if (!device->assigned)
                        continue;
                for (size_t j = 0; j < profile->n_groups; j++) {
                        const ProfileGroup *group = &profile->groups[j];
                        const char *fault;

                        if (device->has_address && (!host || host->group != (int) j))
                                continue;
                        if (group->assignable == TRISTATE_NO && !device->has_address)
                                continue;
                        if (group->assignable == TRISTATE_NO)
                                return "a group cannot be assigned";
                        any = true;
                        fault = device->behind_viommu == TRISTATE_YES ? NULL
                                                                      : judge_group(guest, group, layout);
                        if (fault)
                                return fault;
                }
                if (!any)
                        return "no group is there to assign";
        }
        return NULL;
}

/* ── BARs are where they can be ────────────────────────────────────────────────────────────────────────── */

static size_t places_of(const Layout *layout, size_t device, unsigned bar, const LayoutRange **ret) {
        size_t n = 0;

        for (size_t i = 0; i < layout->n; i++)
                if (is(&layout->ranges[i], "b") && layout->ranges[i].device == (int) device &&
                                layout->ranges[i].bar == (int) bar) {
                        *ret = &layout->ranges[i];
                        n++;
                }
        return n;
}

static const LayoutRange *window_of(const Layout *layout) {
        for (size_t i = 0; i < layout->n; i++)
                if (is(&layout->ranges[i], "w"))
                        return &layout->ranges[i];
        return NULL;
}

static const char *judge_bar(const GuestBar *bar, const LayoutRange *place, const LayoutRange *window) {
        if (place->end - place->start + 1 != bar->size)
                return "a BAR has another size";
        if (place->start % bar->size != 0)
                return "a BAR is misaligned";
        if (!window || place->start < window->start || place->end > window->end)
                return "a BAR is outside its window";
        return NULL;
}

/* OVMF places each 64-bit BAR above, but what is not prefetchable behind a port; Cloud Hypervisor each. */
static bool must_be_placed(const Guest *guest, const GuestDevice *device, const GuestBar *bar) {
        if (!bar->is_64bit || bar->size == 0)
                return false;
        if (guest->vmm == VMM_QEMU && guest->machine == MACHINE_MICROVM)
                return false;
        if (guest->vmm == VMM_CLOUD_HYPERVISOR && guest->firmware.kind != FIRMWARE_OVMF)
                return true;
        return guest->firmware.kind == FIRMWARE_OVMF && (bar->prefetchable || !device->own_port);
}

const char *judge_devices(const Guest *guest, const Profile *profile, const Layout *layout) {
        const LayoutRange *window = window_of(layout);

        for (size_t i = 0; i < guest->n_devices; i++) {
                const GuestDevice *device = &guest->devices[i];
                const ProfileDevice *host = device->has_address ? host_device(profile, device) : NULL;

                if (device->has_address && (!host || host->n_bars != device->n_bars))
                        return "the BARs of a device are not those of the host's";
                for (unsigned j = 0; j < device->n_bars; j++) {
                        const LayoutRange *place = NULL;
                        size_t n = places_of(layout, i, j, &place);
                        const char *fault = n ? judge_bar(&device->bars[j], place, window) : NULL;

                        if (fault)
                                return fault;
                        if (n > 1)
                                return "a BAR is in two places";
                        if (n == 0 && must_be_placed(guest, device, &device->bars[j]))
                                return "a BAR has no place";
                }
        }
        return NULL;
}

const char *judge_guest(const Guest *guest, const Profile *profile, const Layout *layout) {
        const char *fault = judge_places(guest, layout);

        if (!fault)
                fault = judge_memory(guest, layout);
        if (!fault)
                fault = judge_width(guest, profile, layout);
        if (!fault)
                fault = judge_devices(guest, profile, layout);
        if (!fault)
                fault = judge_reach(guest, profile, layout);
        return fault;
}
