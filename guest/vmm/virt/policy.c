/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "guest/machine.h"
#include "guest/vmm/qemu/qemu.h"
#include "guest/vmm/virt/virt.h"
#include "probe/cleanup.h"

VirtPolicy policy_virt(GuestVersion machine, GuestVersion program) {
        if (!guest_version_known(&program))
                program = (GuestVersion){ UINT32_MAX, 0, 0 };
        if (!guest_version_known(&machine))
                machine = program;
        return (VirtPolicy){
                .drops = version_reaches(program, 7, 0, 0),
                .switches = version_reaches(program, 8, 0, 0),
                .sizes_window = version_reaches(program, 10, 0, 0),
                .compact = version_reaches(machine, 7, 2, 0) && version_reaches(program, 8, 0, 0),
                .high_ecam = version_reaches(machine, 3, 0, 0),
                .has_hotplug = version_reaches(program, 4, 2, 0),
                .has_ged = version_reaches(machine, 4, 2, 0),
                .tcg_redists = version_reaches(program, 6, 2, 0),
                .numa_mem_gone = version_reaches(machine, 5, 1, 0) && version_reaches(program, 5, 1, 0),
                .gic3_default = version_reaches(program, 8, 0, 0),
                .has_gic4 = version_reaches(program, 7, 1, 0),
                .has_msi = version_reaches(program, 11, 1, 0)        ? TRISTATE_YES
                                : version_reaches(program, 10, 1, 0) ? TRISTATE_UNKNOWN
                                                                     : TRISTATE_NO,
                .has_its = version_reaches(machine, 2, 8, 0) || version_reaches(program, 6, 0, 0),
                .one_iommu = version_reaches(program, 6, 2, 0),
                .has_expanders = version_reaches(program, 6, 0, 0),
                .has_smmu = version_reaches(program, 10, 2, 0),
                .kvm_mte = version_reaches(program, 8, 0, 0),
                .kvm_nested = version_reaches(program, 10, 1, 0),
                .cpus = version_reaches(machine, 3, 0, 0) ? 512 : 255,
                .bits_of_max = version_reaches(program, 7, 0, 0) ? 52 : 48,
        };
}

VirtPolicy policy_virt_of(const Guest *guest) {
        return policy_virt(guest->machine_version, guest->vmm_version);
}

/* The emulated SMMUv3 has 44 bits. virtio-iommu reports the host's ranges to the guest; before 9.0 it has 64
 * bits and no property to change that. */
VmmViommu policy_virt_viommu(ViommuKind viommu, GuestVersion program) {
        if (viommu == VIOMMU_SMMUV3)
                return (VmmViommu){};
        if (viommu != VIOMMU_VIRTIO)
                return (VmmViommu){};
        if (guest_version_known(&program) && !version_reaches(program, 9, 0, 0))
                return (VmmViommu){ 64, 64, 64, false };
        return (VmmViommu){ 64, 32, 64, false };
}

/* ── versions ──────────────────────────────────────────────────────────────────────────────────────────── */

/* The rules of one version that affect this guest. Without padding, for comparison. */
typedef struct VirtRules {
        bool drops, switches, sizes_window, compact, high_ecam, has_hotplug, tcg_redists, numa_mem_gone,
                        refuses_entries, gic3_default, has_gic4, one_iommu, has_expanders, has_smmu, kvm_mte,
                        kvm_nested, has_model;
        uint8_t bits_of_max, narrowest, has_msi;
} VirtRules;

static VirtRules rules_of(const Guest *guest, GuestVersion program) {
        const GuestVersion machine =
                        guest_version_known(&guest->machine_version) ? guest->machine_version : program;
        const VirtPolicy policy = policy_virt(machine, program);
        const GuestVersion since = virt_model_since(guest->cpu.model);
        const bool switches = guest->virt.highmem_redists != TRISTATE_UNKNOWN ||
                        guest->virt.highmem_ecam != TRISTATE_UNKNOWN ||
                        guest->virt.highmem_mmio != TRISTATE_UNKNOWN ||
                        guest->virt.compact_highmem != TRISTATE_UNKNOWN;

        return (VirtRules){
                .drops = policy.drops,
                .switches = switches && policy.switches,
                .sizes_window = guest->virt.highmem_mmio_size > 0 && policy.sizes_window,
                .compact = policy.compact,
                .high_ecam = policy.high_ecam,
                .has_hotplug = policy.has_hotplug,
                .tcg_redists = !guest->kvm && virt_max_cpus(guest) > VIRT_REDIST_CPUS && policy.tcg_redists,
                .numa_mem_gone = guest->memory.numa_mem && policy.numa_mem_gone,
                .refuses_entries = version_reaches(program, 10, 2, 0) && guest->n_devices > 0,
                .gic3_default = !guest->virt.gic_version && virt_max_cpus(guest) > VIRT_GIC2_CPUS &&
                                policy.gic3_default,
                .has_gic4 = (guest->virt.gic_version == 4 || guest->virt.gic_version == GIC_MAX) &&
                                policy.has_gic4,
                .has_msi = guest->virt.msi_gicv2m != TRISTATE_UNKNOWN || guest->virt.its == TRISTATE_YES
                                ? (uint8_t) policy.has_msi
                                : 0,
                .one_iommu = guest->virt.two_iommus && policy.one_iommu,
                .has_expanders = guest->virt.expanders && policy.has_expanders,
                .has_smmu = guest->viommu.of_bus && policy.has_smmu,
                .kvm_mte = guest->kvm && guest->virt.mte == TRISTATE_YES && policy.kvm_mte,
                .kvm_nested = guest->kvm && guest->virt.virtualization == TRISTATE_YES && policy.kvm_nested,
                .has_model = guest->kvm || version_reaches(program, since.major, since.minor, 0),
                .bits_of_max = !guest->kvm && strcmp(guest->cpu.model, "max") == 0 ? policy.bits_of_max : 0,
                .narrowest = policy_virt_viommu(guest->viommu.kind, program).narrowest,
        };
}

static bool has_machine(const Guest *guest, GuestVersion program) {
        GuestVersion oldest;

        return *guest->machine_own ||
                        policy_machine(guest->machine, guest->machine_version, program, &oldest) !=
                        MACHINE_GONE;
}

size_t virt_versions(const Guest *guest, GuestVersion ret[VMM_VERSIONS_MAX]) {
        /* Releases that changed a rule. */
        static const GuestVersion rows[] = { { 5, 1 }, { 6, 0 }, { 6, 2 }, { 7, 0 }, { 7, 1 }, { 7, 2 },
                { 8, 0 }, { 8, 1 }, { 8, 2 }, { 9, 0 }, { 10, 0 }, { 10, 1 }, { 10, 2 }, { 11, 1 } };
        const bool versioned = guest_version_known(&guest->machine_version);
        GuestVersion last = { 5, 0, 0 };
        VirtRules rules;
        size_t n = 0;

        if (versioned && version_reaches(guest->machine_version, 5, 0, 0))
                last = (GuestVersion){ guest->machine_version.major, guest->machine_version.minor, 0 };
        rules = rules_of(guest, last);
        ret[n++] = last;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const VirtRules next = rules_of(guest, rows[i]);

                if (version_reaches(last, rows[i].major, rows[i].minor, 0) || !has_machine(guest, rows[i]) ||
                                memcmp(&rules, &next, sizeof(rules)) == 0)
                        continue;
                rules = next;
                /* Of more, the newest is kept. */
                n = n < VMM_VERSIONS_MAX ? n + 1 : n;
                ret[n - 1] = rows[i];
        }
        return n;
}

void virt_version_set(const GuestVersion *version, Guest *guest) {
        guest->vmm_version = *version;
        if (!guest_version_known(&guest->machine_version))
                guest->machine_version = *version;
}
