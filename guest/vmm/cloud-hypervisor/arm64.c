/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Cloud Hypervisor on arm64, by its source (arch/src/aarch64, vmm/src/memory_manager.rs of 23.0 to 54.0): not
 * tried. RAM from 1 GiB to 4032 MiB and from 4 GiB on; the device area as on x86. */

#include <stdio.h>

#include "guest/layout/space.h"
#include "guest/machine.h"
#include "guest/vmm/cloud-hypervisor/cloud-hypervisor.h"

static void width(Space *space) {
        const uint8_t bits = space->host->is_arm64 ? space->host->ipa_bits : 0;

        if (!bits)
                layout_unknown(space, REASON_ABSENT, "the host's limit of a guest's address bits (KVM)");
        ch_width_below(space, bits);
}

static void layout(Space *space) {
        const Guest *guest = space->guest;

        if (guest_version_known(&guest->vmm_version) && !version_reaches(guest->vmm_version, 23, 0, 0)) {
                layout_unknown(space, REASON_ABSENT,
                                "where Cloud Hypervisor before 23.0 places memory on arm64");
                return;
        }
        layout_add(space, LAYOUT_DEVICES, 0, 0x10000000, "firmware, interrupt controller, devices");
        ch_layout(space);
        if (guest->firmware.kind != FIRMWARE_NONE)
                layout_unknown(space, REASON_ABSENT, "where UEFI firmware of Cloud Hypervisor places BARs");
}

static int default_version(Guest *guest, const GuestInstalled *installed) {
        int r = vmm_cloud_hypervisor.default_version(guest, installed);

        /* CLOUDHV_EFI.fd: no rule here depends on its version. */
        if (guest->firmware.kind == FIRMWARE_OVMF)
                guest->firmware.kind = FIRMWARE_AAVMF;
        return r < 0 ? r
                     : guest_assume(guest, "layout", "Cloud Hypervisor on arm64: by its source, not tried");
}

static int default_firmware(Guest *guest) {
        return vmm_cloud_hypervisor.default_firmware(guest);
}

static int default_devices(Guest *guest) {
        if (!*guest->cpu.model)
                snprintf(guest->cpu.model, sizeof(guest->cpu.model), "host");
        return 0;
}

static GuestVersion own_seabios(const GuestVersion *version) {
        return (GuestVersion){};
}

static VmmViommu viommu_of(const Guest *guest) {
        return vmm_cloud_hypervisor.viommu(guest);
}

static bool change(const Change *change, Guest *guest) {
        return vmm_cloud_hypervisor.change(change, guest);
}

static void option(ChangeRun *run, const Change *change) {
        vmm_cloud_hypervisor.option(run, change);
}

const Vmm vmm_cloud_hypervisor_arm64 = {
        .name = "Cloud Hypervisor",
        .sign = "--",
        .setting = "option",
        .machines = 1U << MACHINE_CLOUD_HYPERVISOR,
        .default_version = default_version,
        .default_firmware = default_firmware,
        .own_seabios = own_seabios,
        .default_devices = default_devices,
        .width = width,
        .layout = layout,
        .places = ch_places,
        .viommu = viommu_of,
        .segments = true,
        .viommu_by_device = true,
        .ends_without_peers = true,
        .iommufd_maps_bars = true,
        .change = change,
        .option = option,
};
