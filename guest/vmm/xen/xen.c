/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/xen/xen.h"

#include "guest/machine.h"

/* ── defaults ──────────────────────────────────────────────────────────────────────────────────────────── */

static int version_defaults(Guest *guest, const GuestInstalled *installed) {
        if (guest_version_known(&guest->vmm_version) || guest->vmm_guessed)
                return 0;
        guest->vmm_guessed = true;
        return guest_assume(guest, "vmmVersion", "the version of the host's Xen");
}

static int firmware_defaults(Guest *guest) {
        if (guest->machine != MACHINE_XEN_HVM)
                guest->firmware.kind = FIRMWARE_NONE;
        else
                guest->firmware.kind = guest->xen.traditional ? FIRMWARE_ROMBIOS : FIRMWARE_SEABIOS;
        return 0;
}

static GuestVersion own_seabios(const GuestVersion *version) {
        return (GuestVersion){};
}

static int device_defaults(Guest *guest) {
        guest->kvm = false;
        if (guest->cpu.width_mode == WIDTH_DEFAULT)
                guest->cpu.width_mode = WIDTH_HOST;
        guest->cpu.vendor_is_host = guest->cpu.vendor == CPU_VENDOR_UNKNOWN;
        return 0;
}

/* A guest's Xen is the host's. */
static void fill_from_host(Guest *guest, const Profile *profile) {
        if (!guest->vmm_guessed)
                return;
        if (guest_version_from_text(profile->xen.version, true, &guest->vmm_version) < 0)
                guest->vmm_version = (GuestVersion){};
}

/* ── limits ────────────────────────────────────────────────────────────────────────────────────────────── */

static VmmViommu viommu_of(const Guest *guest) {
        return (VmmViommu){};
}

const Vmm vmm_xen = {
        .name = "Xen",
        .sign = "",
        .setting = "xl.cfg",
        .assigns_options = true,
        .loader = "hvmloader",
        .machines = 1U << MACHINE_XEN_HVM | 1U << MACHINE_XEN_PVH | 1U << MACHINE_XEN_PV,
        .default_version = version_defaults,
        .default_firmware = firmware_defaults,
        .own_seabios = own_seabios,
        .default_devices = device_defaults,
        .versions = xen_versions,
        .version_set = xen_version_set,
        .fill_from_host = fill_from_host,
        .width = xen_width,
        .layout = xen_layout,
        .start_words = xen_start_words,
        .viommu = viommu_of,
        .libvirt = true,
        .hypervisor = true,
        .change = xen_change,
        .option = xen_option,
        .element = xen_element,
};
