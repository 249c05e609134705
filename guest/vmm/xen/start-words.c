/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages on settings with which no guest is made. */

#include <inttypes.h>
#include <stdio.h>

#include "guest/size.h"
#include "guest/vmm/xen/xen.h"

#define SAY(member, ...) snprintf(words->member, sizeof(words->member), __VA_ARGS__)

/* Below a boundary, RAM must have what hvmloader needs. */
static const char *region_advice(uint64_t start) {
        if (start >= 4 * GIB)
                return "reduce memory, or set rdm_policy=relaxed for the device";
        if (start < XEN_LOW_RAM_MIN)
                return "set rdm_policy=relaxed for the device, or assign another one";
        return "set rdm_mem_boundary below the region, or reduce memory";
}

static void say_region(const Guest *guest, const StartCause *cause, StartWords *words) {
        switch (cause->kind) {
        case START_RDM_CONFLICT:
                SAY(summary, "reserved device memory of the host lies in its RAM (RDM conflict)");
                SAY(numbers, "the region is 0x%" PRIx64 "-0x%" PRIx64 ", and its policy is strict",
                                cause->value, cause->max);
                SAY(advice, "%s", region_advice(cause->value));
                break;
        case START_RDM_LOADER:
                SAY(summary, "reserved device memory of the host lies where hvmloader has its own");
                SAY(numbers, "the region is 0x%" PRIx64 "-0x%" PRIx64 "; hvmloader has 0x%x-0x%x",
                                cause->value, cause->max, (unsigned) XEN_DYNAMIC_START,
                                (unsigned) XEN_DYNAMIC_END - 1);
                SAY(advice, "assign another device, or disable what uses the region in firmware setup");
                break;
        case START_RDM_POLICY:
                SAY(summary, "xl leaves the policy for reserved device memory undefined");
                SAY(numbers, "rdm=\"strategy=host\" is set, and a device in pci has no rdm_policy");
                SAY(advice, "set rdm_policy=strict for each device in pci");
                break;
        default:
                SAY(summary, "too many regions of reserved device memory for its memory map");
                SAY(numbers, "%" PRIu64 " regions or more, supported: %" PRIu64, cause->value, cause->max);
        }
}

/* The guest is small, or a reserved region ends its RAM early. */
static void say_low_ram(const Guest *guest, const StartCause *cause, StartWords *words) {
        const uint64_t all = xen_static_max(guest), video = xen_video_memory(guest);
        const bool small = all < sum_of(video, cause->min);
        char has[SIZE_TEXT_MAX], least[SIZE_TEXT_MAX], card[SIZE_TEXT_MAX];

        size_text(small ? all : cause->value, has);
        size_text(cause->min, least);
        size_text(video, card);
        SAY(summary, "hvmloader needs more RAM below 4 GiB");
        if (small && video > 0)
                SAY(numbers, "memory is %s, the graphics card takes %s; %s must remain", has, card, least);
        else
                SAY(numbers, "it has %s, the minimum is %s", has, least);
        SAY(advice, "%sincrease memory",
                        !small && guest->xen.rdm_mem_boundary ? "set a higher rdm_mem_boundary, or " : "");
}

static void say_memory(const Guest *guest, const StartCause *cause, StartWords *words) {
        char value[SIZE_TEXT_MAX], least[SIZE_TEXT_MAX], most[SIZE_TEXT_MAX];

        size_text(cause->value, value);
        size_text(cause->min, least);
        size_text(cause->max, most);
        switch (cause->kind) {
        case START_LOW_RAM:
                say_low_ram(guest, cause, words);
                break;
        case START_HOLE:
                SAY(summary, "mmio_hole is out of range");
                SAY(numbers, "mmio_hole is %" PRIu64 " MiB; supported: %" PRIu64 " to %" PRIu64 " MiB",
                                cause->value / MIB, cause->min / MIB, cause->max / MIB);
                SAY(advice, "remove mmio_hole, or set a supported size");
                break;
        case START_VIDEO_MEMORY:
                SAY(summary, "the graphics card has too little memory");
                SAY(numbers, "videoram is %s; vga=\"%s\" needs %s", value, xen_vga(guest), least);
                SAY(advice, "set videoram to at least %" PRIu64, cause->min / MIB);
                break;
        case START_HOST_MEMORY:
                SAY(summary, "the host has less memory");
                SAY(numbers, "memory is %s, the host's RAM ends at %s", value, most);
                SAY(advice, "reduce memory");
                break;
        default:
                SAY(summary, "assigned devices cannot be used with memory that is populated on demand");
                SAY(numbers, "maxmem is %s, memory is %s", value, least);
                SAY(advice, "set maxmem to the value of memory");
        }
}

static void say_passthrough(const StartCause *cause, StartWords *words) {
        static const char *const why[] = { "not valid for PV guests",
                "not supported by Xen on this host (xl info, virt_caps)",
                "requires hardware-assisted paging (HAP)" };

        switch (cause->kind) {
        case START_PVH_ASSIGNED:
                SAY(summary, "devices cannot be assigned to PVH guests");
                SAY(numbers, "supported for HVM and PV guests only");
                SAY(advice, "set type=\"hvm\"");
                break;
        case START_PASSTHROUGH_OFF:
                SAY(summary, "passthrough is disabled, but devices are assigned");
                SAY(numbers, "passthrough=\"disabled\" is set");
                SAY(advice, "remove passthrough");
                break;
        case START_NO_PASSTHROUGH:
                SAY(summary, "passthrough is enabled, but Xen does not use an IOMMU on this host");
                SAY(numbers, "hvm_directio and pv_directio are missing (xl info, virt_caps)");
                SAY(advice, "remove passthrough");
                break;
        default:
                SAY(summary, "its IOMMU cannot use its page tables");
                SAY(numbers, "passthrough=\"share_pt\" is set: %s",
                                why[cause->value < 3 ? cause->value : 0]);
                SAY(advice, "set passthrough=\"enabled\"");
        }
}

static void say_kind(const Guest *guest, const StartCause *cause, StartWords *words) {
        switch (cause->kind) {
        case START_NO_HVM:
                SAY(summary, "Xen on this host cannot run HVM and PVH guests");
                SAY(numbers, "VT-x or SVM is missing or disabled (xl info, virt_caps)");
                SAY(advice, "enable VT-x or SVM in firmware setup");
                break;
        case START_NO_HAP:
                SAY(summary, "the host has no hardware-assisted paging");
                SAY(numbers, "hap=1 is set");
                SAY(advice, "remove hap");
                break;
        case START_NO_SHADOW:
                SAY(summary, "Xen on this host has no shadow paging");
                if (cause->value)
                        SAY(numbers, "hap=0 is set");
                else
                        SAY(numbers, "the host has no hardware-assisted paging");
                SAY(advice, cause->value ? "remove hap" : "use a Xen with shadow paging, or another host");
                break;
        case START_NESTED_HAP:
                SAY(summary, "nested virtualisation requires hardware-assisted paging (HAP)");
                SAY(numbers,
                                cause->value ? "nestedhvm=1 and hap=0 are set"
                                             : "nestedhvm=1 is set, the host has no HAP");
                SAY(advice, cause->value ? "remove hap or nestedhvm" : "remove nestedhvm");
                break;
        case START_TRADITIONAL:
                SAY(summary, "Xen no longer supports qemu-xen-traditional");
                SAY(numbers, "supported up to Xen 4.20");
                SAY(advice, "remove device_model_version and bios");
                break;
        case START_BIOS:
                SAY(summary, "the firmware does not match the device model");
                SAY(numbers,
                                cause->value ? "qemu-xen-traditional requires bios=\"rombios\""
                                             : "qemu-xen does not support bios=\"rombios\"");
                SAY(advice, "remove bios");
                break;
        default:
                SAY(summary, "its PCI bus has too few slots for its devices");
                SAY(numbers, "%" PRIu64 " slots are needed, the bus has %" PRIu64, cause->value, cause->max);
                SAY(advice, "remove devices");
        }
}

void xen_start_words(const Guest *guest, const Layout *layout, const StartCause *cause, StartWords *ret) {
        *ret = (StartWords){};
        if (cause->kind >= START_RDM_CONFLICT && cause->kind <= START_RDM_MANY)
                say_region(guest, cause, ret);
        else if (cause->kind >= START_LOW_RAM && cause->kind <= START_ON_DEMAND)
                say_memory(guest, cause, ret);
        else if (cause->kind >= START_PVH_ASSIGNED && cause->kind <= START_SHARED_TABLES)
                say_passthrough(cause, ret);
        else
                say_kind(guest, cause, ret);
}
