/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/virt/virt.h"

#include <stdio.h>

#include "guest/layout/space.h"
#include "guest/vmm/qemu/qemu.h"

#define RAM_DEFAULT (128 * MIB)

/* ── defaults ──────────────────────────────────────────────────────────────────────────────────────────── */

static int firmware_defaults(Guest *guest) {
        guest->firmware.kind = FIRMWARE_NONE;
        return guest_assume(guest, "firmware", "none: the kernel places the BARs");
}

static GuestVersion own_seabios(const GuestVersion *version) {
        return (GuestVersion){};
}

static int device_defaults(Guest *guest) {
        int r = 0;

        if (!*guest->cpu.model) {
                snprintf(guest->cpu.model, sizeof(guest->cpu.model), VIRT_CPU_DEFAULT);
                r = guest_assume(guest, "cpu.model", VIRT_CPU_DEFAULT ", QEMU's default");
        }
        if (r >= 0 && !guest->memory.ram) {
                guest->memory.ram = RAM_DEFAULT;
                r = guest_assume(guest, "memory.ram", "128 MiB, QEMU's default");
        }
        return r;
}

/* ── limits ────────────────────────────────────────────────────────────────────────────────────────────── */

/* The emulated SMMUv3 refuses assigned devices of any host: a rule says so. virtio-iommu takes over the
 * host's ranges. */
static VmmViommu viommu_of(const Guest *guest) {
        VmmViommu viommu = policy_virt_viommu(guest->viommu.kind, guest->vmm_version);

        viommu.bits = guest->viommu.kind == VIOMMU_VIRTIO ? guest->viommu.aw_bits : 0;
        return viommu;
}

const Vmm vmm_qemu_virt = {
        .name = "QEMU",
        .sign = "-",
        .setting = "QEMU",
        .machines = 1U << MACHINE_VIRT,
        .default_version = qemu_default_version,
        .default_firmware = firmware_defaults,
        .own_seabios = own_seabios,
        .elsewhere = qemu_elsewhere,
        .default_devices = device_defaults,
        .versions = virt_versions,
        .version_set = virt_version_set,
        .width = virt_width,
        .layout = virt_layout,
        .start_words = virt_start_words,
        .viommu = viommu_of,
        .libvirt = true,
        .maps_shared_bars = true,
        .entries_refused_since = { 10, 2 },
        .change = virt_change,
        .option = virt_option,
};
