/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "guest/firmware/bars.h"
#include "guest/layout/space.h"
#include "guest/vmm/qemu/qemu.h"

#define CXL_REGISTERS MIB
#define CXL_ALIGN (256 * MIB)
#define PAGE (4 * KIB)

/* RAM below 4 GiB; the PCI hole follows. */
static uint64_t low_limit(const Space *space, const QemuPolicy *qemu) {
        uint64_t ram = space->guest->memory.ram, said = space->guest->memory.below_4g_max, limit;

        switch (space->guest->machine) {
        case MACHINE_MICROVM:
                return 0xC0000000;
        case MACHINE_PC:
                limit = said ? said : 0xE0000000;
                if (ram >= limit && qemu->gigabyte_align)
                        limit = min_of(limit, 0xC0000000);
                return limit;
        default:
                limit = ram >= 0xB0000000 ? 0x80000000 : 0xB0000000;
                return min_of(limit, said ? said : 4 * GIB);
        }
}

/* From the end of RAM upwards: EPC, hot-plug region, CXL, 64-bit hole, each after the previous one. */
typedef struct Above {
        uint64_t ram_end, epc_end, hotplug, hotplug_end, cxl, cxl_end, hole64;
} Above;

static Above derive_above(const Space *space, const QemuPolicy *qemu) {
        const GuestMemory *memory = &space->guest->memory;
        Above above = {};
        bool hotplug = memory->max > memory->ram && qemu->has_hotplug;
        uint64_t slots = qemu->slot_gigabyte ? product_of(memory->slots, GIB) : 0, end;

        above.ram_end = sum_of(space->above_start, space->above_size);
        above.epc_end = memory->sgx_epc ? sum_of(above.ram_end, round_up(memory->sgx_epc, PAGE))
                                        : above.ram_end;
        above.hotplug = round_up(above.epc_end, GIB);
        above.hotplug_end = hotplug ? sum_of(above.hotplug, sum_of(memory->max - memory->ram, slots))
                                    : above.hotplug;
        end = !hotplug ? above.epc_end : qemu->hole_in_hotplug ? above.hotplug : above.hotplug_end;
        if (memory->cxl_on || memory->n_cxl) {
                bool leaves_slots = qemu->cxl_after_slots && qemu->has_hotplug;

                above.cxl = hotplug            ? above.hotplug_end
                                : leaves_slots ? sum_of(above.hotplug, slots)
                                               : above.epc_end;
                above.cxl_end = sum_of(above.cxl, CXL_REGISTERS);
                if (memory->n_cxl)
                        above.cxl_end = round_up(above.cxl_end, CXL_ALIGN);
                for (uint32_t i = 0; i < memory->n_cxl && i < GUEST_CXL_MAX; i++)
                        above.cxl_end = sum_of(above.cxl_end, memory->cxl[i]);
                end = above.cxl_end;
        }
        above.hole64 = round_up(end, GIB);
        return above;
}

/* The last address in the start check. */
static uint64_t derive_top(
                const Space *space, const QemuPolicy *qemu, const Above *above, bool *counts_hole) {
        uint64_t memory_end = above->hotplug_end > above->hotplug ? above->hotplug_end : above->epc_end;
        bool is_short = qemu->long_mode_decides ? space->cpu.long_mode == TRISTATE_NO
                                                : space->layout->phys_bits && space->layout->phys_bits <= 32;

        *counts_hole = !is_short;
        if (is_short && qemu->checks_short)
                return memory_end - 1;
        if (is_short)
                return space_of(space->layout->phys_bits) - 1;
        return sum_of(above->hole64, space->hole64_size) - 1;
}

static void relocate_amd(Space *space, const QemuPolicy *qemu, Above *above) {
        bool counts_hole, crosses = derive_top(space, qemu, above, &counts_hole) >= HT_START;

        if (crosses && space->cpu.vendor == CPU_VENDOR_UNKNOWN && qemu->relocates_amd)
                layout_ask(space, LAYOUT_ASKS_VENDOR);
        if (space->cpu.vendor != CPU_VENDOR_AMD || !qemu->relocates_amd)
                return;
        if (crosses) {
                space->above_start = HT_END;
                space->layout->relocated = true;
                *above = derive_above(space, qemu);
        }
        if (space->layout->phys_bits >= 40) {
                layout_reserve(space, HT_START, HT_END);
                layout_add(space, LAYOUT_RESERVED, HT_START, HT_END,
                                "HyperTransport, reserved in the guest's map");
        }
}

/* microvm's PCI Express, if enabled, has fixed addresses. Its 64-bit window is the topmost quarter and
 * covers RAM there: QEMU starts anyway, and most versions hide that RAM. */
static void add_microvm_windows(Space *space) {
        uint64_t top = space_of(space->layout->phys_bits);

        space->window32_start = 0xC0000000;
        space->window32_end = 0xE0000000;
        layout_add(space, LAYOUT_WINDOW32, space->window32_start, space->window32_end,
                        "microvm 32-bit window");
        if (layout_fits_32(space, BARS_32, 0, &space->layout->bars_fit_32) < 0)
                space->error = -ENOMEM;
        layout_add(space, LAYOUT_ECAM, 0xE0000000, 0xF0000000, "PCI Express configuration");
        if (!space->layout->phys_bits)
                return;
        layout_add(space, LAYOUT_WINDOW64, top - top / 4, top, "microvm 64-bit window");
        snprintf(space->layout->rule, sizeof(space->layout->rule),
                        "QEMU microvm: topmost quarter of the address space");
}

static bool has_microvm_window(const Space *space) {
        return space->guest->machine == MACHINE_MICROVM && space->guest->pcie != TRISTATE_NO;
}

static void add_high_ram(Space *space, const QemuPolicy *qemu, uint64_t end) {
        uint64_t top = space_of(space->layout->phys_bits);

        if (has_microvm_window(space) && qemu->microvm_window_hides && space->layout->phys_bits &&
                        end > top - top / 4) {
                layout_add(space, LAYOUT_RAM, space->above_start, top - top / 4, "RAM above 4 GiB");
                layout_add(space, LAYOUT_RAM, max_of(top, space->above_start), end, "RAM beyond the width");
                return;
        }
        layout_add(space, LAYOUT_RAM, space->above_start, end,
                        space->layout->relocated ? "RAM above 1 TiB" : "RAM above 4 GiB");
}

static void add_ranges(Space *space, const QemuPolicy *qemu, const Above *above, bool counts_hole) {
        const GuestMemory *memory = &space->guest->memory;
        uint64_t window = round_up(sum_of(above->cxl, CXL_REGISTERS), CXL_ALIGN);
        char label[64];

        layout_add(space, LAYOUT_RAM, 0, space->below_4g, "RAM below 4 GiB");
        add_high_ram(space, qemu, above->ram_end);
        layout_add(space, LAYOUT_SGX, above->ram_end, above->epc_end, "SGX enclave page cache");
        layout_add(space, LAYOUT_HOTPLUG, above->hotplug, above->hotplug_end, "memory devices");
        /* The e820 table has EPC, but not CXL (read from QEMU 7.2). */
        layout_reserve(space, above->ram_end, above->epc_end);
        if (above->cxl)
                layout_add(space, LAYOUT_CXL, above->cxl, sum_of(above->cxl, CXL_REGISTERS),
                                "CXL host registers");
        for (uint32_t i = 0; i < memory->n_cxl && i < GUEST_CXL_MAX; i++) {
                snprintf(label, sizeof(label), "CXL window %u", i);
                layout_add(space, LAYOUT_CXL, window, sum_of(window, memory->cxl[i]), label);
                window = sum_of(window, memory->cxl[i]);
        }
        /* QEMU starts anyway if the hole is not counted; newer versions then place it at 0, over RAM. */
        if (memory->n_cxl && space->layout->starts && space->layout->phys_bits &&
                        window > space_of(space->layout->phys_bits))
                layout_unknown(space, REASON_TOO_LARGE,
                                "a place for the CXL windows within the CPU's width");
        if (counts_hole)
                layout_add(space, LAYOUT_HOLE64, above->hole64, sum_of(above->hole64, space->hole64_size),
                                "64-bit PCI hole of the start check");
}

void qemu_layout(Space *space) {
        const GuestMemory *memory = &space->guest->memory;
        const QemuPolicy qemu = policy_qemu_of(space->guest);
        Layout *layout = space->layout;
        bool counts_hole;
        Above above;

        layout->ports_hide = qemu.ports_hide_hotplug;
        layout->bridges_hide = !qemu.bridges_hotplug;
        space->below_4g = min_of(memory->ram, low_limit(space, &qemu));
        space->above_size = memory->ram - space->below_4g;
        space->above_start = 4 * GIB;
        space->hole64_size = space->guest->pci_hole64_size ? space->guest->pci_hole64_size
                        : space->guest->no_hole64          ? 0
                                                           : qemu.hole64_size;
        above = derive_above(space, &qemu);
        if (space->guest->machine != MACHINE_MICROVM)
                relocate_amd(space, &qemu, &above);
        layout->top = derive_top(space, &qemu, &above, &counts_hole);
        if (space->guest->machine == MACHINE_MICROVM)
                layout->top = max_of(space->below_4g, above.ram_end) - 1;
        qemu_start(space, &qemu, above.hotplug, above.hotplug_end);
        if (qemu.start_check && layout->phys_bits && layout->top > space_of(layout->phys_bits) - 1) {
                layout->beyond = true;
                layout->starts = false;
        }
        add_ranges(space, &qemu, &above, counts_hole && space->guest->machine != MACHINE_MICROVM);
        if (has_microvm_window(space))
                add_microvm_windows(space);

        space->ram_end = space->above_size ? above.ram_end : 4 * GIB;
        space->hole64_start = above.hole64;
        if (above.hotplug_end > above.hotplug)
                space->reserved_end = above.cxl        ? above.cxl_end
                                : qemu.hole_in_hotplug ? above.hotplug
                                                       : above.hotplug_end;
        space->reserved_end = round_up(space->reserved_end, GIB);
        /* microvm reports its own windows to the guest. */
        if (space->guest->machine != MACHINE_MICROVM && layout->phys_bits)
                firmware_of(space->guest->firmware.kind)->place(space);
}
