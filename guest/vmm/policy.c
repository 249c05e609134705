/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/policy.h"

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
                .numa_mem_gone = version_reaches(machine, 5, 1, 0) && version_reaches(program, 5, 1, 0),
                .checks_aw_bits = version_reaches(program, 9, 1, 0),
                .microvm_window_hides = v6_0,
                .ports_hide_hotplug = kind == MACHINE_Q35 && version_reaches(machine, 6, 1, 0) &&
                                !version_reaches(machine, 6, 2, 0),
                .bridges_hotplug = version_reaches(machine, 2, 10, 0),
                .hole64_size = kind == MACHINE_Q35 ? 32 * GIB : 2 * GIB,
        };
}

/* Before 9.0 QEMU's virtio-iommu has 64 bits and no property to have others by. */
ViommuPolicy policy_viommu(ViommuKind viommu, MachineKind kind, GuestVersion machine, GuestVersion program) {
        bool newest = !version_known(machine), v9_0 = newest || version_reaches(machine, 9, 0, 0);

        switch (viommu) {
        case VIOMMU_INTEL:
                return (ViommuPolicy){ newest || version_reaches(machine, 9, 2, 0) ? 48 : 39, 39, 48, true };
        case VIOMMU_VIRTIO:
                if (version_known(program) && !version_reaches(program, 9, 0, 0))
                        return (ViommuPolicy){ 64, 64, 64, false };
                return (ViommuPolicy){ kind == MACHINE_Q35 && v9_0 ? 39 : 64, 32, 64, false };
        default:
                return (ViommuPolicy){};
        }
}

/* Releases of cloud-hypervisor: what changed first there. */
CloudHypervisorPolicy policy_cloud_hypervisor(GuestVersion version) {
        bool v52 = !version_known(version) || version_reaches(version, 52, 0, 0),
             v53 = !version_known(version) || version_reaches(version, 53, 0, 0);

        return (CloudHypervisorPolicy){
                .tells_mappable = v53,
                .subtracts_sme = !v53,
                .last_has_rest = v52,
                .p2p_option = v52,
        };
}

/* By stable tag: what changed first there, and holds from there on. The exact override is of 202505; Debian's 2025.02 and
 * Ubuntu's 2024.05 have it too, so that the tags of those years leave it open. */
OvmfPolicy policy_ovmf(GuestVersion version) {
        const uint32_t tag = version.major;
        OvmfPolicy policy = { .override_is_exact = TRISTATE_NO, .ecam = 0xB0000000, .smm_cap = 48 };

        if (tag >= 202211) {
                policy.dynamic = true;
                policy.cap = 47;
                policy.share_shift = 3;
                policy.port_shift = 8;
        }
        if (tag >= 202302)
                policy.avoids_reserved = true;
        if (tag >= 202305)
                policy.ecam = 0xE0000000;
        if (tag >= 202308)
                policy.cap = 46;
        if (tag >= 202402) {
                policy.cloud_hypervisor = true;
                policy.smm_cap = 47;
                policy.override_is_exact = TRISTATE_UNKNOWN;
        }
        if (tag >= 202405)
                policy.la57 = true;
        if (tag >= 202408)
                policy.reads_guest_bits = true;
        if (tag >= 202411)
                policy.la57_by_memory = true;
        if (tag >= 202505)
                policy.override_is_exact = TRISTATE_YES;
        if (tag >= 202611)
                policy.share_shift = 2;
        return policy;
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

bool policy_firmware_version(FirmwareKind kind, size_t i, GuestVersion *ret) {
        static const GuestVersion ovmf[] = { { 202208 }, { 202211 }, { 202302 }, { 202305 }, { 202308 },
                { 202402 }, { 202405 }, { 202408 }, { 202411 }, { 202505 }, { 202611 } };
        static const GuestVersion seabios[] = { { 1, 16, 2 }, { 1, 16, 3 }, { 1, 17, 0 } };

        if (kind == FIRMWARE_OVMF && i < ELEMENTS(ovmf))
                *ret = ovmf[i];
        else if (kind == FIRMWARE_SEABIOS && i < ELEMENTS(seabios))
                *ret = seabios[i];
        else
                return false;
        return true;
}
