/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "guest/machine.h"
#include "guest/vmm/qemu/qemu.h"
#include "probe/cleanup.h"

#define GIB (UINT64_C(1) << 30)

QemuPolicy policy_qemu(MachineKind kind, GuestVersion machine, GuestVersion program) {
        bool v6_0, v8_2;

        if (!guest_version_known(&program))
                program = (GuestVersion){ UINT32_MAX, 0, 0 };
        if (!guest_version_known(&machine))
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

QemuPolicy policy_qemu_of(const Guest *guest) {
        return policy_qemu(guest->machine, guest->machine_version, guest->vmm_version);
}

/* Before 9.0 QEMU's virtio-iommu has 64 bits and no property to change that. */
VmmViommu policy_viommu(ViommuKind viommu, MachineKind kind, GuestVersion machine, GuestVersion program) {
        bool newest = !guest_version_known(&machine), v9_0 = newest || version_reaches(machine, 9, 0, 0);

        switch (viommu) {
        case VIOMMU_INTEL:
                return (VmmViommu){ newest || version_reaches(machine, 9, 2, 0) ? 48 : 39, 39, 48, true };
        case VIOMMU_VIRTIO:
                if (guest_version_known(&program) && !version_reaches(program, 9, 0, 0))
                        return (VmmViommu){ 64, 64, 64, false };
                return (VmmViommu){ kind == MACHINE_Q35 && v9_0 ? 39 : 64, 32, 64, false };
        default:
                return (VmmViommu){};
        }
}

/* ── machine types ─────────────────────────────────────────────────────────────────────────────────────── */

/* The last known minor release of each major one; from 4 on there are three a year. */
#define LAST_MINOR 2

static bool was_released(MachineKind kind, GuestVersion version) {
        static const uint32_t last[] = { 15, 7, 12, 1 };

        if (version.patch &&
                        (kind != MACHINE_Q35 || version.major != 4 || version.minor || version.patch != 1))
                return false;
        if (kind == MACHINE_VIRT && !version_reaches(version, 2, 6, 0))
                return false;
        if (version.major == 0)
                return kind == MACHINE_PC && version.minor >= 10 && version.minor <= last[0];
        if (version.major == 1 && kind == MACHINE_Q35 && version.minor < 4)
                return false;
        return version.minor <= (version.major < ELEMENTS(last) ? last[version.major] : LAST_MINOR);
}

/* 9.1.50 to 9.1.94 precede 9.2. */
GuestVersion policy_newest_machine(GuestVersion program) {
        GuestVersion newest = { program.major, program.minor, 0 };

        if (program.patch >= 50 && newest.minor >= LAST_MINOR)
                newest = (GuestVersion){ program.major + 1, 0, 0 };
        else if (program.patch >= 50)
                newest.minor++;
        return newest;
}

/* Since 10.1 types are removed after six years, 18 releases. */
static GuestVersion oldest_by_age(GuestVersion newest) {
        if (newest.minor >= LAST_MINOR)
                return (GuestVersion){ newest.major - 5, 0, 0 };
        return (GuestVersion){ newest.major - 6, newest.minor + 1, 0 };
}

static GuestVersion oldest(MachineKind kind, GuestVersion newest) {
        static const struct {
                GuestVersion program, machine;
        } pc[] = {
                { { 9, 1 }, { 2, 4 } },
                { { 8, 2 }, { 2, 0 } },
                { { 6, 0 }, { 1, 4 } },
                { { 5, 0 }, { 1, 0 } },
                { { 4, 0 }, { 0, 12 } },
        };

        if (version_reaches(newest, 10, 1, 0))
                return oldest_by_age(newest);
        if (kind == MACHINE_VIRT)
                return (GuestVersion){ 2, 6, 0 };
        if (kind == MACHINE_Q35)
                return version_reaches(newest, 4, 0, 0) ? (GuestVersion){ 2, 4, 0 }
                                                        : (GuestVersion){ 1, 4, 0 };
        for (size_t i = 0; i < ELEMENTS(pc); i++)
                if (version_reaches(newest, pc[i].program.major, pc[i].program.minor, 0))
                        return pc[i].machine;
        return (GuestVersion){};
}

MachineFate policy_machine(
                MachineKind kind, GuestVersion machine, GuestVersion program, GuestVersion *ret_oldest) {
        GuestVersion newest = policy_newest_machine(program);

        *ret_oldest = (GuestVersion){};
        if ((kind != MACHINE_PC && kind != MACHINE_Q35 && kind != MACHINE_VIRT) ||
                        !guest_version_known(&machine))
                return MACHINE_THERE;
        if (!was_released(kind, machine))
                return MACHINE_NEVER;
        if (!guest_version_known(&program))
                return MACHINE_THERE;
        *ret_oldest = oldest(kind, newest);
        if (!version_reaches(newest, machine.major, machine.minor, 0))
                return MACHINE_NEWER;
        return version_reaches(machine, ret_oldest->major, ret_oldest->minor, 0) ? MACHINE_THERE
                                                                                 : MACHINE_GONE;
}

const char *policy_machine_of(const char *own) {
        if (!*own)
                return "";
        return strncmp(own, "rhel", 4) == 0 ? "rhel" : "ubuntu";
}
