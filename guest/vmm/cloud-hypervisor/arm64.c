/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Cloud Hypervisor on arm64: by its source (arch/src/aarch64/layout.rs), not tried. */

#include "guest/layout/space.h"
#include "guest/vmm/cloud-hypervisor/cloud-hypervisor.h"

static void layout(Space *space) {
        layout_unknown(space, REASON_ABSENT, "the layout of Cloud Hypervisor on arm64");
}

static void width(Space *space) {
        space->layout->phys_bits = space->host->ipa_bits;
}

static int default_version(Guest *guest, const GuestInstalled *installed) {
        return vmm_cloud_hypervisor.default_version(guest, installed);
}

static int default_firmware(Guest *guest) {
        return vmm_cloud_hypervisor.default_firmware(guest);
}

static int default_devices(Guest *guest) {
        return 0;
}

static GuestVersion own_seabios(const GuestVersion *version) {
        return (GuestVersion){};
}

static VmmViommu viommu_of(const Guest *guest) {
        return vmm_cloud_hypervisor.viommu(guest);
}

static bool change(const Change *change, Guest *guest) {
        return change_memory(change, guest) &&
                        (change->kind == CHANGE_RAM || change->kind == CHANGE_MAX_MEMORY);
}

static void option(ChangeRun *run, const Change *change) {
        vmm_cloud_hypervisor.option(run, change);
}

const Vmm vmm_cloud_hypervisor_arm64 = {
        .name = "Cloud Hypervisor",
        .sign = "--",
        .setting = "option",
        .default_version = default_version,
        .default_firmware = default_firmware,
        .own_seabios = own_seabios,
        .default_devices = default_devices,
        .width = width,
        .layout = layout,
        .viommu = viommu_of,
        .segments = true,
        .viommu_by_device = true,
        .ends_without_peers = true,
        .iommufd_maps_bars = true,
        .change = change,
        .option = option,
};
