/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* virt_set_memmap(): RAM from 1 GiB on in one piece, the hot-plug region behind it, and from 256 GiB or the
 * end of memory on the redistributors of more than 123 CPUs, the PCI configuration, and the 64-bit window,
 * each at a multiple of its size. */

#include <stdio.h>

#include "guest/firmware/bars.h"
#include "guest/layout/space.h"
#include "guest/vmm/virt/virt.h"

#define RAM_START GIB
#define HIGH_START (256 * GIB) /* lowest place of the high regions */
#define REDIST2_SIZE (64 * MIB)
#define LOW_ECAM UINT64_C(0x3F000000)
#define LOW_ECAM_SIZE (16 * MIB)
#define WINDOW32_START UINT64_C(0x10000000)
#define WINDOW32_END UINT64_C(0x3EFF0000)
#define GICV2M UINT64_C(0x08020000)
#define ITS_PAGE UINT64_C(0x08090000)

static const char *const switch_names[_VIRT_SWITCH_MAX] = {
        [VIRT_REDISTS] = "highmem-redists",
        [VIRT_ECAM] = "highmem-ecam",
        [VIRT_MMIO] = "highmem-mmio",
        [VIRT_COMPACT] = "compact-highmem",
        [VIRT_MMIO_SIZE] = "highmem-mmio-size",
        [VIRT_MSI] = "msi",
        [VIRT_GIC4] = "gic-version=4",
        [VIRT_EXPANDER] = "pxb-pcie",
        [VIRT_ITS] = "its",
        [VIRT_SMMU] = "-device arm-smmuv3",
        [VIRT_HIGHMEM] = "highmem",
};

const char *virt_switch_name(VirtSwitch which) {
        return which < _VIRT_SWITCH_MAX ? switch_names[which] : "";
}

GuestVersion virt_switch_since(VirtSwitch which) {
        static const GuestVersion since[_VIRT_SWITCH_MAX] = {
                [VIRT_MMIO_SIZE] = { 10, 0, 0 },
                [VIRT_MSI] = { 11, 1, 0 },
                [VIRT_GIC4] = { 7, 1, 0 },
                [VIRT_EXPANDER] = { 6, 0, 0 },
                [VIRT_ITS] = { 6, 0, 0 },
                [VIRT_SMMU] = { 10, 2, 0 },
        };

        return which < _VIRT_SWITCH_MAX && since[which].major ? since[which] : (GuestVersion){ 8, 0, 0 };
}

static bool is_on(Tristate said, bool by_default) {
        return said == TRISTATE_UNKNOWN ? by_default : said == TRISTATE_YES;
}

/* 32-bit CPUs with UEFI firmware get the low PCI configuration. */
static bool wants_high_ecam(const Guest *guest, const VirtPolicy *policy) {
        const char *model = *guest->cpu.model ? guest->cpu.model : VIRT_CPU_DEFAULT;
        bool is_64bit = true;

        if (!guest->kvm)
                virt_model_bits(model, policy, &is_64bit);
        return is_on(guest->virt.highmem_ecam, policy->high_ecam) &&
                        (is_64bit || guest->firmware.kind != FIRMWARE_AAVMF);
}

uint64_t virt_window_size(const Guest *guest) {
        if (guest->virt.highmem_mmio_size)
                return guest->virt.highmem_mmio_size;
        return guest->virt.mmio_size_default ? guest->virt.mmio_size_default : VIRT_WINDOW_MIN;
}

static void place_memory(const Guest *guest, VirtMap *map) {
        const GuestMemory *memory = &guest->memory;
        const uint64_t max = max_of(memory->max, memory->ram);
        const uint64_t size = sum_of(max - memory->ram, product_of(memory->slots, GIB));

        map->hotplug = round_up(sum_of(RAM_START, memory->ram), GIB);
        map->hotplug_end = sum_of(map->hotplug, size);
        map->memory_end = sum_of(map->hotplug, round_up(size, GIB));
        map->overflows = map->memory_end == UINT64_MAX;
}

/* bits 0: the width is unknown or limits nothing. */
static void place_high(const Guest *guest, const VirtPolicy *policy, uint8_t bits, VirtMap *map) {
        const bool highmem = guest->virt.highmem != TRISTATE_NO;
        const bool compact = is_on(guest->virt.compact_highmem, policy->compact);
        const bool wanted[_DROPPED_MAX] = {
                [DROPPED_REDIST] = is_on(guest->virt.highmem_redists, true) && (highmem || !policy->drops),
                [DROPPED_ECAM] = wants_high_ecam(guest, policy) && highmem,
                [DROPPED_WINDOW64] = is_on(guest->virt.highmem_mmio, true) && highmem,
        };
        const uint64_t sizes[_DROPPED_MAX] = { REDIST2_SIZE, ECAM_SIZE, virt_window_size(guest) };
        uint64_t base = max_of(map->memory_end, HIGH_START);

        for (unsigned i = 0; i < _DROPPED_MAX; i++) {
                const uint64_t at = round_up(base, sizes[i]), end = sum_of(at, sizes[i]);

                map->at[i] = at;
                map->size[i] = sizes[i];
                map->on[i] = wanted[i] && (!bits || end <= space_of(bits));
                if (compact && !map->on[i] && policy->drops)
                        continue;
                base = end;
        }
        map->end = base;
}

static void note_dropped(Space *space, const VirtMap *map) {
        const GuestVirt *virt = &space->guest->virt;
        const VirtPolicy policy = policy_virt_of(space->guest);
        const bool wanted[_DROPPED_MAX] = {
                [DROPPED_REDIST] = is_on(virt->highmem_redists, true),
                [DROPPED_ECAM] = wants_high_ecam(space->guest, &policy),
                [DROPPED_WINDOW64] = is_on(virt->highmem_mmio, true),
        };

        for (unsigned i = 0; i < _DROPPED_MAX; i++)
                if (wanted[i] && !map->on[i]) {
                        space->layout->dropped |= 1U << i;
                        space->layout->dropped_end[i] = sum_of(map->at[i], map->size[i]) - 1;
                }
}

/* ── ranges ────────────────────────────────────────────────────────────────────────────────────────────── */

/* Below RAM; the same in all versions. */
static void add_fixed(Space *space) {
        const uint64_t msi = virt_gic(space->guest) == 2 ? GICV2M : ITS_PAGE,
                       msi_end = msi + (msi == GICV2M ? 4 * KIB : 64 * KIB);

        layout_add(space, LAYOUT_DEVICES, 0, msi, "flash, interrupt controller");
        layout_add(space, LAYOUT_MSI, msi, msi_end,
                        msi == GICV2M ? "message-signalled interrupts (GICv2m)"
                                      : "message-signalled interrupts (ITS)");
        layout_add(space, LAYOUT_DEVICES, msi_end, WINDOW32_START, "interrupt controller, devices");
        space->window32_start = WINDOW32_START;
        space->window32_end = WINDOW32_END;
        layout_add(space, LAYOUT_WINDOW32, WINDOW32_START, WINDOW32_END, "32-bit PCI window");
        layout_add(space, LAYOUT_DEVICES, WINDOW32_END, LOW_ECAM, "PCI ports");
}

static void add_high(Space *space, const VirtMap *map) {
        const uint64_t *at = map->at, *size = map->size;
        const uint8_t gic = virt_gic(space->guest);
        const uint32_t first = gic == 4 ? VIRT_REDIST_CPUS_GIC4 : VIRT_REDIST_CPUS,
                       cpus = space->guest->virt.cpus;

        /* As large as the CPUs that start need. */
        if (map->on[DROPPED_REDIST] && gic > 2 && cpus > first)
                layout_add(space, LAYOUT_REDIST, at[DROPPED_REDIST],
                                sum_of(at[DROPPED_REDIST],
                                                (uint64_t) (cpus - first) * size[DROPPED_REDIST] /
                                                                (gic == 4 ? VIRT_REDIST2_CPUS_GIC4
                                                                          : VIRT_REDIST2_CPUS)),
                                "GIC redistributors of further CPUs");
        if (map->on[DROPPED_ECAM])
                layout_add(space, LAYOUT_ECAM, at[DROPPED_ECAM],
                                sum_of(at[DROPPED_ECAM], size[DROPPED_ECAM]), "PCI Express configuration");
        else
                layout_add(space, LAYOUT_ECAM, LOW_ECAM, LOW_ECAM + LOW_ECAM_SIZE,
                                "PCI Express configuration (16 buses)");
        if (map->on[DROPPED_WINDOW64]) {
                space->hole64_start = at[DROPPED_WINDOW64];
                space->hole64_size = size[DROPPED_WINDOW64];
        }
}

void virt_layout(Space *space) {
        const Guest *guest = space->guest;
        const VirtPolicy policy = policy_virt_of(guest);
        Layout *layout = space->layout;
        VirtMap map = {};

        place_memory(guest, &map);
        place_high(guest, &policy, policy.drops ? layout->phys_bits : 0, &map);
        space->above_start = RAM_START;
        space->above_size = guest->memory.ram;
        space->ram_end = sum_of(RAM_START, guest->memory.ram);
        layout->top = map.memory_end - 1;
        virt_start(space, &policy, &map);
        add_fixed(space);
        layout_add(space, LAYOUT_RAM, RAM_START, space->ram_end, "RAM");
        layout_add(space, LAYOUT_HOTPLUG, map.hotplug, map.hotplug_end, "memory devices");
        /* What does not fit is left out, so without the width nothing more is known. */
        if (policy.drops && !layout->phys_bits)
                return;
        if (policy.drops && guest->virt.highmem != TRISTATE_NO && layout->starts)
                note_dropped(space, &map);
        add_high(space, &map);
        firmware_of(guest->firmware.kind)->place(space);
}
