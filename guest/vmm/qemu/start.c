/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What QEMU checks before placing anything: machine types, -m, -numa and memory devices (system/vl.c,
 * hw/core/machine.c, hw/core/numa.c, hw/i386/pc.c, hw/mem/memory-device.c, hw/mem/pc-dimm.c). */

#include <string.h>

#include "guest/layout/space.h"
#include "guest/vmm/qemu/qemu.h"

#define SLOTS_MAX 256
#define PAGE (4 * KIB)
#define IOAPIC UINT64_C(0xFEC00000)

static uint64_t packed(GuestVersion version) {
        return (uint64_t) version.major << 16 | version.minor;
}

static void start_machine(Space *space) {
        const Guest *guest = space->guest;
        const char *whose = policy_machine_of(guest->machine_own);
        GuestVersion oldest;
        MachineFate fate =
                        policy_machine(guest->machine, guest->machine_version, guest->vmm_version, &oldest);

        if (*whose && *guest->vmm_build && strcmp(whose, guest->vmm_build) != 0)
                layout_refuse(space, START_MACHINE_OTHERS, packed(guest->machine_version), 0, 0);
        if (fate == MACHINE_NEWER)
                layout_refuse(space, START_MACHINE_NEWER, packed(guest->machine_version), 0,
                                packed(policy_newest_machine(guest->vmm_version)));
        /* Distributions keep their own types longer. */
        else if (fate == MACHINE_NEVER && !*whose)
                layout_refuse(space, START_MACHINE_NEVER, packed(guest->machine_version), 0, 0);
        else if (fate == MACHINE_GONE && !*whose)
                layout_refuse(space, START_MACHINE_GONE, packed(guest->machine_version), packed(oldest), 0);
}

static void start_numa(Space *space, const QemuPolicy *qemu) {
        const GuestMemory *memory = &space->guest->memory;

        if (memory->numa_mem && qemu->numa_mem_gone)
                layout_refuse(space, START_NUMA_MEM, memory->numa_size, 0, 0);
        else if (memory->numa && memory->numa_size != memory->ram)
                layout_refuse(space, START_NUMA, memory->numa_size, memory->ram, memory->ram);
}

/* Checks within one option. */
static void start_sizes(Space *space) {
        const GuestMemory *memory = &space->guest->memory;

        if (memory->max && memory->max < memory->ram)
                layout_refuse(space, START_MAX_SMALL, memory->max, memory->ram, 0);
        else if (memory->slots && memory->max <= memory->ram)
                layout_refuse(space, START_SLOTS_ALONE, memory->slots, memory->ram, 0);
}

static bool takes_slot(const GuestModule *module) {
        return module->kind == MEMORY_DIMM || module->kind == MEMORY_NVDIMM;
}

/* The first gap that is large enough, from the region's start; QEMU moves nothing. */
static bool place_modules(const GuestMemory *memory, uint64_t start, uint64_t end) {
        uint64_t starts[GUEST_MODULES_MAX], ends[GUEST_MODULES_MAX];

        for (uint32_t i = 0; i < memory->n_modules; i++) {
                const GuestModule *module = &memory->modules[i];
                uint64_t align = module->align ? module->align : 2 * MIB, at = round_up(start, align);
                uint32_t j = 0;

                /* By address: skips modules below; an overlapping one moves the place up. */
                while (j < i && starts[j] < sum_of(at, module->size)) {
                        if (ends[j] > at)
                                at = round_up(ends[j], align);
                        j++;
                }
                if (sum_of(at, module->size) > end)
                        return false;
                memmove(&starts[j + 1], &starts[j], (i - j) * sizeof(starts[0]));
                memmove(&ends[j + 1], &ends[j], (i - j) * sizeof(ends[0]));
                starts[j] = at;
                ends[j] = at + module->size;
        }
        return true;
}

static void start_modules(Space *space, uint64_t start, uint64_t end) {
        const GuestMemory *memory = &space->guest->memory;
        uint64_t room = memory->max > memory->ram ? memory->max - memory->ram : 0,
                 plugged = guest_plugged(memory);
        uint32_t dimms = 0;

        for (uint32_t i = 0; i < memory->n_modules; i++)
                dimms += takes_slot(&memory->modules[i]);
        if (dimms > memory->slots)
                layout_refuse(space, START_DIMMS, dimms, 0, memory->slots);
        if (plugged && !room)
                layout_refuse(space, START_NO_MEMORY_DEVICES, plugged, 0, 0);
        else if (plugged > room)
                layout_refuse(space, START_PLUGGED, plugged, 0, room);
        else if (!place_modules(memory, start, end))
                layout_refuse(space, START_FRAGMENTED, plugged, 0, end - start);
}

static void start_region(Space *space, const QemuPolicy *qemu, uint64_t start, uint64_t end) {
        const GuestMemory *memory = &space->guest->memory;
        bool region = memory->max > memory->ram;

        if (!qemu->has_hotplug && (memory->slots || region)) {
                layout_refuse(space, START_NO_REGION, memory->max, 0, 0);
                return;
        }
        if (region && memory->slots > SLOTS_MAX)
                layout_refuse(space, START_SLOTS, memory->slots, 0, SLOTS_MAX);
        if (region && !qemu->odd_max && memory->max % PAGE)
                layout_refuse(space, START_MAX_ODD, memory->max, PAGE, 0);
        start_modules(space, start, end);
}

void qemu_start(Space *space, const QemuPolicy *qemu, uint64_t start, uint64_t end) {
        const Guest *guest = space->guest;

        if (guest->n_refused > 0)
                space->layout->starts = false;
        start_machine(space);
        start_sizes(space);
        start_numa(space, qemu);
        if (guest->machine != MACHINE_MICROVM)
                start_region(space, qemu, start, end);
        /* No room for the 32-bit hole between RAM and the I/O APIC: every version fails an assertion. */
        if (guest->machine == MACHINE_PC && space->below_4g >= IOAPIC)
                layout_refuse(space, START_NO_HOLE, space->below_4g, 0, IOAPIC);
}
