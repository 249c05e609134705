/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Remedies for QEMU's virt: the effect of a change on the guest and on its options. */

#include "guest/vmm/qemu/qemu.h"
#include "guest/vmm/virt/virt.h"

/* Sets a switch; false if it has that value, or the version has no such switch. */
static bool set_switch(Tristate *state, bool exists, uint64_t value) {
        const Tristate wanted = tristate(value != 0);

        if (!exists || *state == wanted || (*state == TRISTATE_UNKNOWN && value))
                return false;
        *state = wanted;
        return true;
}

static bool set_compact(Guest *guest, const VirtPolicy *policy) {
        if (!policy->switches || guest->virt.compact_highmem == TRISTATE_YES ||
                        (policy->compact && guest->virt.compact_highmem == TRISTATE_UNKNOWN))
                return false;
        guest->virt.compact_highmem = TRISTATE_YES;
        return true;
}

static bool set_window(Guest *guest, const VirtPolicy *policy, uint64_t bytes) {
        if (!policy->sizes_window || bytes < VIRT_WINDOW_MIN || (bytes & (bytes - 1)) ||
                        guest->virt.highmem_mmio_size == bytes ||
                        (!guest->virt.highmem_mmio_size && bytes == virt_window_size(guest)))
                return false;
        guest->virt.highmem_mmio_size = bytes;
        return true;
}

/* DIMMs keep theirs. */
static bool set_slots(GuestMemory *memory, uint64_t slots) {
        uint32_t used = 0;

        for (uint32_t i = 0; i < memory->n_modules; i++)
                used += memory->modules[i].kind == MEMORY_DIMM || memory->modules[i].kind == MEMORY_NVDIMM;
        if (slots >= memory->slots || slots < used || memory->max <= memory->ram)
                return false;
        memory->slots = (uint32_t) slots;
        return true;
}

bool virt_change(const Change *change, Guest *guest) {
        const VirtPolicy policy = policy_virt_of(guest);
        GuestVirt *virt = &guest->virt;

        switch (change->kind) {
        case CHANGE_MAX_MEMORY:
        case CHANGE_RAM:
                return change_memory(change, guest);
        case CHANGE_SLOTS:
                return set_slots(&guest->memory, change->value);
        case CHANGE_HIGHMEM:
                return set_switch(&virt->highmem, true, change->value);
        case CHANGE_HIGHMEM_REDISTS:
                return set_switch(&virt->highmem_redists, policy.switches, change->value);
        case CHANGE_HIGHMEM_ECAM:
                return set_switch(&virt->highmem_ecam, policy.switches && policy.high_ecam, change->value);
        case CHANGE_HIGHMEM_MMIO:
                return set_switch(&virt->highmem_mmio, policy.switches, change->value);
        case CHANGE_COMPACT:
                return change->value && set_compact(guest, &policy);
        case CHANGE_MMIO_SIZE:
                return set_window(guest, &policy, change->value);
        default:
                return false;
        }
}

void virt_option(ChangeRun *run, const Change *change) {
        if (change->kind == CHANGE_MAX_MEMORY || change->kind == CHANGE_RAM)
                qemu_option(run, change);
}
