/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/xen/xen.h"

#include <stdio.h>
#include <string.h>

#include "guest/machine.h"

#define ASSUMED_OF_HOST "the version of the host's Xen"
#define ASSUMED_EACH "unknown: hawd tries each Xen with other rules"

/* ── defaults ──────────────────────────────────────────────────────────────────────────────────────────── */

static int version_defaults(Guest *guest, const GuestInstalled *installed) {
        if (guest_version_known(&guest->vmm_version) || guest->vmm_guessed)
                return 0;
        guest->vmm_guessed = true;
        return guest_assume(guest, "vmmVersion", ASSUMED_OF_HOST);
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

static void say_version(Guest *guest, const char *text) {
        for (size_t i = 0; i < guest->n_assumed; i++)
                if (strcmp(guest->assumed[i].what, "vmmVersion") == 0)
                        snprintf(guest->assumed[i].text, sizeof(guest->assumed[i].text), "%s", text);
}

/* A guest's Xen is that of the dom0; another host has none, or one that is not asked. */
static void fill_from_host(Guest *guest, const Profile *profile) {
        const ProfileXen *xen = &profile->xen;

        if (!guest->vmm_guessed)
                return;
        if (xen->role == XEN_ROLE_CONTROL &&
                        guest_version_from_text(xen->version, true, &guest->vmm_version) >= 0) {
                say_version(guest, ASSUMED_OF_HOST);
                return;
        }
        guest->vmm_version = (GuestVersion){};
        say_version(guest, ASSUMED_EACH);
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
