/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A change in words. */

#include <inttypes.h>
#include <stdio.h>

#include "guest/machine.h"
#include "guest/remedy/remedy.h"
#include "guest/vmm/vmm.h"

#define PUT(...) snprintf(ret, CHANGE_WORDS_MAX, __VA_ARGS__)

/* "462 GiB", "1536 MiB": exact, in whichever unit. */
static const char *in_units(uint64_t mib, char ret[32]) {
        if (mib % 1024 == 0 && mib > 0)
                snprintf(ret, 32, "%" PRIu64 " GiB", mib / 1024);
        else
                snprintf(ret, 32, "%" PRIu64 " MiB", mib);
        return ret;
}

static void put_memory(const Change *change, const Guest *guest, char *ret) {
        char size[32];

        if (change->kind == CHANGE_MAX_MEMORY && vmm_of(guest)->hypervisor &&
                        change->value <= guest->memory.ram)
                PUT("give the guest all of its memory at start");
        else if (change->kind == CHANGE_RAM)
                PUT("reduce the guest's memory to %s", in_units(change->value >> 20, size));
        else if (change->value > guest->memory.ram)
                PUT("reduce the maximum memory to %s", in_units(change->value >> 20, size));
        else
                PUT("disable memory hot-plug");
}

static void put_machine(uint64_t version, const Guest *guest, char *ret) {
        const GuestVersion to = { .major = (uint32_t) (version >> 16),
                .minor = (uint32_t) (version & 0xffff) };
        char name[64];

        machine_to_name(guest->machine, &to, "", name, sizeof(name));
        PUT("use machine type %s", name);
}

/* True: of QEMU's virt machine. */
static bool put_virt(const Change *change, char *ret) {
        const char *enable = change->value ? "enable" : "disable";
        char size[32];

        switch (change->kind) {
        case CHANGE_SLOTS:
                PUT("reduce the number of memory slots to %" PRIu64, change->value);
                break;
        case CHANGE_HIGHMEM:
                PUT("%s memory and devices above 4 GiB", enable);
                break;
        case CHANGE_HIGHMEM_REDISTS:
                PUT(change->value ? "enable the interrupt controller's second region"
                                  : "disable the interrupt controller's second region: at most 123 CPUs");
                break;
        case CHANGE_HIGHMEM_ECAM:
                PUT(change->value ? "enable PCI configuration space above 4 GiB"
                                  : "use PCI configuration space below 4 GiB: at most 16 buses");
                break;
        case CHANGE_HIGHMEM_MMIO:
                PUT(change->value ? "enable the 64-bit PCI window"
                                  : "start the guest without a 64-bit PCI window");
                break;
        case CHANGE_COMPACT:
                PUT("let regions that are left out take no address space");
                break;
        case CHANGE_MMIO_SIZE:
                PUT("set the 64-bit PCI window to %s", in_units(change->value >> 20, size));
                break;
        default:
                return false;
        }
        return true;
}

/* True: of Xen. */
static bool put_xen(const Change *change, char *ret) {
        char size[32];

        switch (change->kind) {
        case CHANGE_HOLE32:
                PUT("set the hole for devices below 4 GiB to %s", in_units(change->value >> 20, size));
                break;
        case CHANGE_RDM_BOUNDARY:
                PUT("let memory above %s make way for reserved regions of devices",
                                in_units(change->value >> 20, size));
                break;
        case CHANGE_RDM_RELAXED:
                PUT("start the guest without the reserved regions that meet its memory");
                break;
        case CHANGE_RDM_SHARED:
                PUT("%s",
                                __builtin_popcountll(change->value) == 1
                                                ? "assign the device although its reserved region is another device's, too"
                                                : "assign devices although their reserved regions are other devices', too");
                break;
        case CHANGE_HAP:
                PUT("%s hardware-assisted paging", change->value ? "use" : "do not use");
                break;
        case CHANGE_PASSTHROUGH:
                PUT(change->value ? "let Xen choose the page tables of passthrough" : "enable passthrough");
                break;
        case CHANGE_VIDEO_MEMORY:
                PUT("set the memory of the graphics card to %s", in_units(change->value >> 20, size));
                break;
        case CHANGE_DEVICE_MODEL:
                PUT("use the device model qemu-xen and its firmware");
                break;
        default:
                return false;
        }
        return true;
}

void change_words(const Change *change, const Guest *guest, char ret[CHANGE_WORDS_MAX]) {
        const uint64_t value = change->value;
        char size[32];

        *ret = 0;
        if (put_virt(change, ret) || put_xen(change, ret))
                return;
        switch (change->kind) {
        case CHANGE_WIDTH:
                PUT("set the guest's address width to %" PRIu64 " bits", value);
                break;
        case CHANGE_WIDTH_HOST:
                if (value)
                        PUT("set the guest's address width to %" PRIu64 " bits", value);
                else
                        PUT("use the host's address width for the guest");
                break;
        case CHANGE_GUEST_BITS:
                PUT("limit the guest's firmware to %" PRIu64 " address bits", value);
                break;
        case CHANGE_MAX_MEMORY:
        case CHANGE_RAM:
                put_memory(change, guest, ret);
                break;
        case CHANGE_HOLE64:
                PUT("set the 64-bit PCI hole to %s: the firmware places its window elsewhere",
                                in_units(value >> 20, size));
                break;
        case CHANGE_MACHINE:
                put_machine(value, guest, ret);
                break;
        case CHANGE_VIOMMU_BITS:
                PUT("set the guest's IOMMU to %" PRIu64 " address bits", value);
                break;
        case CHANGE_NO_DMA_TRANSLATION:
                PUT("use the guest's IOMMU for interrupt remapping only");
                break;
        case CHANGE_MMIO64:
                PUT("set the firmware's 64-bit window to %s", in_units(value, size));
                break;
        case CHANGE_LARGE_PAGES:
                PUT("enable 1 GiB pages for the virtual CPU");
                break;
        case CHANGE_REDUCED_BITS:
                PUT("reduce the guest's address width by %" PRIu64 " bit", value);
                break;
        case CHANGE_NO_PEER_TO_PEER:
                PUT("do not map BARs for peer-to-peer DMA");
                break;
        default:
                break;
        }
}
