/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/layout/space.h"
#include "guest/machine.h"
#include "guest/vmm/vmm.h"

/* ── defaults ──────────────────────────────────────────────────────────────────────────────────────────── */

static int version_defaults(Guest *guest, const GuestInstalled *installed) {
        if (guest_version_known(&guest->vmm_version) || guest->vmm_guessed)
                return 0;
        guest->vmm_guessed = true;
        return guest_assume(guest, "vmmVersion", "unknown: hawd uses the rules of the newest Xen");
}

static int firmware_defaults(Guest *guest) {
        guest->firmware.kind = guest->machine == MACHINE_XEN_HVM ? FIRMWARE_SEABIOS : FIRMWARE_NONE;
        return 0;
}

static GuestVersion own_seabios(const GuestVersion *version) {
        return (GuestVersion){};
}

static int device_defaults(Guest *guest) {
        if (guest->cpu.width_mode == WIDTH_DEFAULT)
                guest->cpu.width_mode = WIDTH_HOST;
        guest->cpu.vendor_is_host = guest->cpu.vendor == CPU_VENDOR_UNKNOWN;
        return 0;
}

/* ── layout ────────────────────────────────────────────────────────────────────────────────────────────── */

static void width(Space *space) {
        space->layout->phys_bits = 0;
}

static void layout(Space *space) {
        layout_unknown(space, REASON_ABSENT, "the layout of Xen's guests");
}

/* ── limits and remedies ───────────────────────────────────────────────────────────────────────────────── */

static VmmViommu viommu_of(const Guest *guest) {
        return (VmmViommu){};
}

static bool change(const Change *change, Guest *guest) {
        return false;
}

static void option(ChangeRun *run, const Change *change) {
}

const Vmm vmm_xen = {
        .name = "Xen",
        .sign = "",
        .setting = "xl.cfg",
        .machines = 1U << MACHINE_XEN_HVM | 1U << MACHINE_XEN_PVH | 1U << MACHINE_XEN_PV,
        .default_version = version_defaults,
        .default_firmware = firmware_defaults,
        .own_seabios = own_seabios,
        .default_devices = device_defaults,
        .width = width,
        .layout = layout,
        .viommu = viommu_of,
        .libvirt = true,
        .change = change,
        .option = option,
};
