/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/remedy/change.h"

#include <string.h>

#include "guest/vmm/policy.h"

static bool apply_width(Guest *guest, uint64_t bits) {
        /* QEMU takes none of a 32-bit CPU. */
        if (bits < 32 || bits > 52 || (guest->vmm == VMM_QEMU && guest->cpu.long_mode == TRISTATE_NO))
                return false;
        if (guest->vmm == VMM_CLOUD_HYPERVISOR)
                guest->cloud_hypervisor_max_bits = (uint8_t) bits;
        else if (guest->cpu.width_mode == WIDTH_HOST)
                guest->cpu.limit = (uint8_t) bits;
        else {
                guest->cpu.width_mode = WIDTH_EXPLICIT;
                guest->cpu.phys_bits = (uint8_t) bits;
        }
        return true;
}

static bool apply_host(Guest *guest, uint64_t limit) {
        if (guest->vmm != VMM_QEMU || !guest->kvm || limit > 52 || guest->cpu.long_mode == TRISTATE_NO)
                return false;
        guest->cpu.width_mode = WIDTH_HOST;
        guest->cpu.limit = (uint8_t) limit;
        return true;
}

static bool apply_guest_bits(Guest *guest, uint64_t bits) {
        if (guest->vmm != VMM_QEMU || !guest->kvm || bits < 32 || bits > 52)
                return false;
        guest->cpu.guest_phys_bits = (uint8_t) bits;
        return true;
}

/* The nodes have all of it together, and a maximum that is no more than it stays so: it would become a hot-plug region. */
static bool apply_ram(GuestMemory *memory, uint64_t bytes) {
        uint64_t less = memory->ram - bytes;

        if (bytes == 0 || bytes >= memory->ram || (memory->numa && memory->numa_size <= less))
                return false;
        if (memory->numa)
                memory->numa_size -= less;
        if (memory->max == memory->ram)
                memory->max = bytes;
        memory->ram = bytes;
        return true;
}

static bool apply_memory(const Change *change, Guest *guest) {
        GuestMemory *memory = &guest->memory;
        uint64_t plugged = guest_plugged(memory);

        if (change->kind == CHANGE_RAM) {
                return apply_ram(memory, change->value);
        }
        if (memory->max <= memory->ram || change->value >= memory->max)
                return false;
        /* What is plugged in stays. */
        if (plugged > 0 && change->value < memory->ram + plugged)
                return false;
        memory->max = change->value > memory->ram ? change->value : 0;
        if (memory->max == 0)
                memory->slots = 0;
        return true;
}

static bool apply_hole(Guest *guest, uint64_t bytes) {
        if (guest->vmm != VMM_QEMU || (guest->machine != MACHINE_Q35 && guest->machine != MACHINE_PC) ||
                        bytes == 0)
                return false;
        guest->pci_hole64_size = bytes;
        guest->no_hole64 = false;
        return true;
}

static bool apply_machine(Guest *guest, uint64_t version) {
        GuestVersion to = { .major = (uint32_t) (version >> 16), .minor = (uint32_t) (version & 0xffff) };

        if (guest->vmm != VMM_QEMU || (guest->machine != MACHINE_Q35 && guest->machine != MACHINE_PC) ||
                        (!*guest->machine_own && guest->machine_version.major == to.major &&
                                        guest->machine_version.minor == to.minor))
                return false;
        guest->machine_version = to;
        guest->machine_own[0] = 0;
        return true;
}

static bool apply_viommu(const Change *change, Guest *guest) {
        bool cloud_hypervisor = guest->vmm == VMM_CLOUD_HYPERVISOR;

        if (change->kind == CHANGE_NO_DMA_TRANSLATION) {
                guest->viommu.dma_translation = TRISTATE_NO;
                return guest->viommu.kind == VIOMMU_INTEL;
        }
        guest->viommu.aw_bits = (uint8_t) change->value;
        if (cloud_hypervisor)
                return guest->viommu.kind == VIOMMU_VIRTIO && change->value > 0 && change->value <= 64;
        return guest->viommu.kind == VIOMMU_INTEL && (change->value == 39 || change->value == 48);
}

bool change_apply(const Change *change, Guest *guest) {
        switch (change->kind) {
        case CHANGE_WIDTH:
                return apply_width(guest, change->value);
        case CHANGE_WIDTH_HOST:
                return apply_host(guest, change->value);
        case CHANGE_GUEST_BITS:
                return apply_guest_bits(guest, change->value);
        case CHANGE_MAX_MEMORY:
        case CHANGE_RAM:
                return apply_memory(change, guest);
        case CHANGE_HOLE64:
                return apply_hole(guest, change->value);
        case CHANGE_MACHINE:
                return apply_machine(guest, change->value);
        case CHANGE_VIOMMU_BITS:
        case CHANGE_NO_DMA_TRANSLATION:
                return apply_viommu(change, guest);
        case CHANGE_MMIO64:
                guest->firmware.mmio64_mib = change->value;
                if (strcasestr(guest->firmware.unread, "PciMmio64"))
                        *guest->firmware.unread = 0;
                return guest->vmm == VMM_QEMU && guest->firmware.kind == FIRMWARE_OVMF;
        case CHANGE_LARGE_PAGES:
                guest->cpu.pdpe1gb = TRISTATE_YES;
                return guest->vmm == VMM_QEMU;
        case CHANGE_REDUCED_BITS:
                guest->reduced_phys_bits = (uint8_t) change->value;
                return guest->vmm == VMM_QEMU;
        case CHANGE_NO_PEER_TO_PEER: {
                bool was = guest_p2p_fatal(guest);

                guest->p2p_fatal = TRISTATE_NO;
                return was && policy_cloud_hypervisor(guest->vmm_version).p2p_option;
        }
        default:
                return false;
        }
}
