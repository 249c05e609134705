/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/guest/policy.h"

#include "probe/cleanup.h"

#define GIB (UINT64_C(1) << 30)

bool version_known(GuestVersion version) {
        return version.major || version.minor || version.patch;
}

bool version_reaches(GuestVersion version, uint32_t major, uint32_t minor, uint32_t patch) {
        if (version.major != major)
                return version.major > major;
        if (version.minor != minor)
                return version.minor > minor;
        return version.patch >= patch;
}

QemuPolicy policy_qemu(MachineKind kind, GuestVersion machine, GuestVersion program) {
        bool v6_0, v8_2;

        if (!version_known(program))
                program = (GuestVersion){ UINT32_MAX, 0, 0 };
        if (!version_known(machine))
                machine = program;
        v6_0 = version_reaches(program, 6, 0, 0);
        v8_2 = version_reaches(program, 8, 2, 0);
        return (QemuPolicy){
                .start_check = kind != MACHINE_MICROVM && version_reaches(program, 7, 1, 0),
                .relocates_amd = version_reaches(machine, 7, 1, 0) && version_reaches(program, 7, 1, 0),
                .long_mode_decides = v8_2,
                .checks_short = v8_2 && version_reaches(machine, 8, 2, 0),
                .pae_gives_36 = v8_2,
                .tcg_width_fixed = !v6_0,
                .cxl_after_slots = !v8_2,
                .has_hotplug = kind != MACHINE_MICROVM && version_reaches(machine, 2, 1, 0),
                .slot_gigabyte = version_reaches(machine, 2, 2, 0),
                .hole_in_hotplug = !version_reaches(machine, 2, 5, 0),
                .gigabyte_align = version_reaches(machine, 2, 0, 0),
                .guest_phys_bits = version_reaches(program, 9, 1, 0),
                .guest_phys_bits_auto =
                                version_reaches(machine, 9, 1, 0) && version_reaches(program, 9, 1, 0),
                .microvm_window_hides = v6_0,
                .hole64_size = kind == MACHINE_Q35 ? 32 * GIB : 2 * GIB,
        };
}

ViommuPolicy policy_viommu(ViommuKind viommu, MachineKind kind, GuestVersion machine) {
        bool newest = !version_known(machine), v9_0 = newest || version_reaches(machine, 9, 0, 0);

        switch (viommu) {
        case VIOMMU_INTEL:
                return (ViommuPolicy){ newest || version_reaches(machine, 9, 2, 0) ? 48 : 39, 39, 48, true };
        case VIOMMU_VIRTIO:
                return (ViommuPolicy){ kind == MACHINE_Q35 && v9_0 ? 39 : 64, 32, 64, false };
        default:
                return (ViommuPolicy){};
        }
}

/* By stable tag: what changed first there stands in the row, the rows above are what was before. The exact override is of
 * 202505; Debian's 2025.02 and Ubuntu's 2024.05 have it too, so that the tags of those years leave it open. */
static const struct {
        uint32_t tag;
        OvmfPolicy policy;
} ovmf_tags[] = {
        { 0, { .override_is_exact = TRISTATE_NO, .ecam = 0xB0000000 } },
        { 202211,
                        { .dynamic = true,
                                        .cap = 47,
                                        .share_shift = 3,
                                        .port_shift = 8,
                                        .override_is_exact = TRISTATE_NO,
                                        .ecam = 0xB0000000 } },
        { 202302,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cap = 47,
                                        .share_shift = 3,
                                        .port_shift = 8,
                                        .override_is_exact = TRISTATE_NO,
                                        .ecam = 0xB0000000 } },
        { 202305,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cap = 47,
                                        .share_shift = 3,
                                        .port_shift = 8,
                                        .override_is_exact = TRISTATE_NO,
                                        .ecam = 0xE0000000 } },
        { 202308,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .port_shift = 8,
                                        .override_is_exact = TRISTATE_NO,
                                        .ecam = 0xE0000000 } },
        { 202402,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .port_shift = 8,
                                        .ecam = 0xE0000000 } },
        { 202405,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .la57 = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .port_shift = 8,
                                        .ecam = 0xE0000000 } },
        { 202408,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .la57 = true,
                                        .reads_guest_bits = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .port_shift = 8,
                                        .ecam = 0xE0000000 } },
        { 202411,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .la57 = true,
                                        .la57_by_memory = true,
                                        .reads_guest_bits = true,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .port_shift = 8,
                                        .ecam = 0xE0000000 } },
        { 202505,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .la57 = true,
                                        .la57_by_memory = true,
                                        .reads_guest_bits = true,
                                        .override_is_exact = TRISTATE_YES,
                                        .cap = 46,
                                        .share_shift = 3,
                                        .port_shift = 8,
                                        .ecam = 0xE0000000 } },
        { 202611,
                        { .dynamic = true,
                                        .avoids_reserved = true,
                                        .cloud_hypervisor = true,
                                        .la57 = true,
                                        .la57_by_memory = true,
                                        .reads_guest_bits = true,
                                        .override_is_exact = TRISTATE_YES,
                                        .cap = 46,
                                        .share_shift = 2,
                                        .port_shift = 8,
                                        .ecam = 0xE0000000 } },
};

OvmfPolicy policy_ovmf(GuestVersion version) {
        size_t i = ELEMENTS(ovmf_tags) - 1;

        while (version.major < ovmf_tags[i].tag)
                i--;
        return ovmf_tags[i].policy;
}

/* Debian's rules set no 5-level paging, and Ubuntu takes them over; its 2025.02 has the exact override. */
OvmfBuild policy_ovmf_of_debian(GuestVersion version) {
        return (OvmfBuild){
                .five_level = TRISTATE_NO,
                .mmio64_exact = version.major == 202502 ? TRISTATE_YES : TRISTATE_UNKNOWN,
        };
}

SeabiosPolicy policy_seabios(GuestVersion version) {
        bool v1_17 = version_reaches(version, 1, 17, 0);

        return (SeabiosPolicy){
                .top = version_reaches(version, 1, 16, 3),
                .pci64 = v1_17,
                .ports_aligned = v1_17,
                .port_shift = 11,
                .cap = v1_17 ? 44 : 46,
                .uncapped_from = v1_17 ? UINT64_C(1) << 40 : 0,
        };
}
