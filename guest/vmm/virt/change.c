/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Remedies for QEMU's virt: the effect of a change on the guest and on its options. */

#include <inttypes.h>
#include <string.h>

#include "guest/layout/space.h"
#include "guest/machine.h"
#include "guest/vmm/qemu/qemu.h"
#include "guest/vmm/virt/virt.h"

/* False: it is so already. */
static bool apply_switch(Tristate *state, bool by_default, bool value) {
        const bool was = *state == TRISTATE_UNKNOWN ? by_default : *state == TRISTATE_YES;

        *state = tristate(value);
        return was != value;
}

static bool apply_slots(GuestMemory *memory, uint64_t slots) {
        uint32_t dimms = 0;

        for (uint32_t i = 0; i < memory->n_modules; i++)
                dimms += memory->modules[i].kind == MEMORY_DIMM || memory->modules[i].kind == MEMORY_NVDIMM;
        if (slots >= memory->slots || slots < dimms || memory->max <= memory->ram)
                return false;
        memory->slots = (uint32_t) slots;
        return true;
}

static bool apply_window(Guest *guest, uint64_t bytes) {
        GuestVirt *virt = &guest->virt;
        const bool same = virt_window_size(guest) == bytes;

        if (!bytes || (bytes & (bytes - 1)) || bytes < VIRT_WINDOW_MIN)
                return false;
        virt->highmem_mmio_size = bytes;
        return !same;
}

bool virt_change(const Change *change, Guest *guest) {
        const VirtPolicy policy = policy_virt_of(guest);
        GuestVirt *virt = &guest->virt;
        const bool on = change->value != 0;

        switch (change->kind) {
        case CHANGE_MAX_MEMORY:
        case CHANGE_RAM:
                return change_memory(change, guest);
        case CHANGE_SLOTS:
                return apply_slots(&guest->memory, change->value);
        case CHANGE_HIGHMEM:
                return apply_switch(&virt->highmem, true, on);
        case CHANGE_HIGHMEM_REDISTS:
                return policy.switches && apply_switch(&virt->highmem_redists, true, on);
        case CHANGE_HIGHMEM_ECAM:
                return policy.switches && apply_switch(&virt->highmem_ecam, policy.high_ecam, on);
        case CHANGE_HIGHMEM_MMIO:
                return policy.switches && apply_switch(&virt->highmem_mmio, true, on);
        case CHANGE_COMPACT:
                return policy.switches && apply_switch(&virt->compact_highmem, policy.compact, on);
        case CHANGE_MMIO_SIZE:
                return policy.sizes_window && apply_window(guest, change->value);
        default:
                return false;
        }
}

/* ── options ───────────────────────────────────────────────────────────────────────────────────────────── */

/* The last -machine that has the property, which counts; else the one with the type. */
static json_t *machine_option(const ChangeRun *run, const char *name) {
        for (size_t i = json_array_size(run->options); i-- > 0;) {
                json_t *option = json_array_get(run->options, i);
                const char *of = json_string_value(json_array_get(option, 0));

                if ((strcmp(of, "machine") == 0 || strcmp(of, "M") == 0) &&
                                change_option_has(option, "type", name))
                        return option;
        }
        return qemu_option_machine(run);
}

static void set_switch(ChangeRun *run, VirtSwitch which, const Change *change) {
        const char *name = virt_switch_name(which);
        json_t *option = machine_option(run, name);
        char start[64];

        if (!option) {
                machine_to_name(run->now.machine, &run->now.machine_version, run->now.machine_own, start,
                                sizeof(start));
                option = change_option_open(run, "machine", NULL, start);
        }
        if (which == VIRT_MMIO_SIZE)
                change_option_set(run, option, "type", name, "%" PRIu64 "G", change->value / GIB);
        else
                change_option_set(run, option, "type", name, "%s", change->value ? "on" : "off");
}

static void set_slots(ChangeRun *run) {
        json_t *option = change_option_find(run, "m", NULL);

        if (option)
                change_option_set(run, option, "size", "slots", "%" PRIu32, run->now.memory.slots);
}

void virt_option(ChangeRun *run, const Change *change) {
        switch (change->kind) {
        case CHANGE_MAX_MEMORY:
        case CHANGE_RAM:
                qemu_option(run, change);
                break;
        case CHANGE_SLOTS:
                set_slots(run);
                break;
        case CHANGE_HIGHMEM:
                set_switch(run, VIRT_HIGHMEM, change);
                break;
        case CHANGE_HIGHMEM_REDISTS:
                set_switch(run, VIRT_REDISTS, change);
                break;
        case CHANGE_HIGHMEM_ECAM:
                set_switch(run, VIRT_ECAM, change);
                break;
        case CHANGE_HIGHMEM_MMIO:
                set_switch(run, VIRT_MMIO, change);
                break;
        case CHANGE_COMPACT:
                set_switch(run, VIRT_COMPACT, change);
                break;
        case CHANGE_MMIO_SIZE:
                set_switch(run, VIRT_MMIO_SIZE, change);
                break;
        default:
                break;
        }
}
