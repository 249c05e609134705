/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/cloud-hypervisor/cloud-hypervisor.h"

#include <inttypes.h>
#include <stdio.h>

#include "guest/machine.h"

/* Releases of cloud-hypervisor with changes. */
CloudHypervisorPolicy policy_cloud_hypervisor(GuestVersion version) {
        bool v52 = !guest_version_known(&version) || version_reaches(version, 52, 0, 0),
             v53 = !guest_version_known(&version) || version_reaches(version, 53, 0, 0);

        return (CloudHypervisorPolicy){
                .tells_mappable = v53,
                .subtracts_sme = !v53,
                .last_has_rest = v52,
                .p2p_option = v52,
        };
}

/* ── defaults ──────────────────────────────────────────────────────────────────────────────────────────── */

static int version_defaults(Guest *guest, const GuestInstalled *installed) {
        if (guest_version_known(&guest->vmm_version) || guest->vmm_guessed)
                return 0;
        guest->vmm_guessed = true;
        return guest_assume(
                        guest, "vmmVersion", "unknown: hawd uses the rules of the newest cloud-hypervisor");
}

static int firmware_defaults(Guest *guest) {
        guest->firmware.kind = FIRMWARE_NONE;
        return guest_assume(guest, "firmware", "none: the kernel places the BARs");
}

static GuestVersion own_seabios(const GuestVersion *version) {
        return (GuestVersion){ 1, 16, 3 };
}

static int device_defaults(Guest *guest) {
        GuestCpu *cpu = &guest->cpu;

        if (!*cpu->model)
                snprintf(cpu->model, sizeof(cpu->model), "host");
        if (cpu->width_mode == WIDTH_DEFAULT)
                cpu->width_mode = WIDTH_HOST;
        cpu->vendor_is_host = cpu->vendor == CPU_VENDOR_UNKNOWN;
        return 0;
}

static VmmViommu viommu_of(const Guest *guest) {
        const GuestViommu *viommu = &guest->viommu;
        const uint8_t bits = viommu->aw_bits ? viommu->aw_bits : viommu->kind == VIOMMU_VIRTIO ? 64 : 0;

        return (VmmViommu){ .bits = bits, .wider_fails = true };
}

/* ── remedies ──────────────────────────────────────────────────────────────────────────────────────────── */

static bool change(const Change *change, Guest *guest) {
        switch (change->kind) {
        case CHANGE_WIDTH:
                guest->cloud_hypervisor_max_bits = (uint8_t) change->value;
                return cpu_bits_plausible(change->value);
        case CHANGE_RAM:
        case CHANGE_MAX_MEMORY:
                return change_memory(change, guest);
        case CHANGE_VIOMMU_BITS:
                guest->viommu.aw_bits = (uint8_t) change->value;
                return guest->viommu.kind == VIOMMU_VIRTIO && change->value > 0 && change->value <= 64;
        case CHANGE_NO_PEER_TO_PEER: {
                bool was = guest_p2p_fatal(guest);

                guest->p2p_fatal = TRISTATE_NO;
                return was && policy_cloud_hypervisor(guest->vmm_version).p2p_option;
        }
        default:
                return false;
        }
}

static void set_memory(ChangeRun *run, const Change *change) {
        char start[32];
        json_t *option;

        snprintf(start, sizeof(start), "size=%" PRIu64 "M", run->now.memory.ram >> 20);
        option = change_option_open(run, "memory", NULL, start);
        change_option_show(run, option);
        if (change->kind == CHANGE_RAM)
                change_option_set(run, option, "size", "size", "%" PRIu64 "M", run->now.memory.ram >> 20);
}

static void option(ChangeRun *run, const Change *change) {
        switch (change->kind) {
        case CHANGE_WIDTH:
                change_option_set(run, change_option_open(run, "cpus", NULL, ""), NULL, "max_phys_bits",
                                "%u", run->now.cloud_hypervisor_max_bits);
                break;
        case CHANGE_RAM:
        case CHANGE_MAX_MEMORY:
                set_memory(run, change);
                break;
        case CHANGE_VIOMMU_BITS:
                change_option_set(run, change_option_open(run, "platform", NULL, ""), NULL,
                                "iommu_address_width", "%" PRIu64, change->value);
                break;
        case CHANGE_NO_PEER_TO_PEER:
                change_option_set(run, change_option_open(run, "platform", NULL, ""), NULL, "vfio_p2p_dma",
                                "off");
                break;
        default:
                break;
        }
}

static const char *const programs[] = { "cloud-hypervisor", "cloud-hypervisor-static", NULL };

const Vmm vmm_cloud_hypervisor = {
        .name = "Cloud Hypervisor",
        .programs = programs,
        .sign = "--",
        .setting = "option",
        .machines = 1U << MACHINE_CLOUD_HYPERVISOR,
        .default_version = version_defaults,
        .default_firmware = firmware_defaults,
        .own_seabios = own_seabios,
        .default_devices = device_defaults,
        .features = cpu_features,
        .width = ch_width,
        .layout = ch_layout,
        .places = ch_places,
        .viommu = viommu_of,
        .segments = true,
        .viommu_by_device = true,
        .ends_without_peers = true,
        .iommufd_maps_bars = true,
        .change = change,
        .option = option,
};
