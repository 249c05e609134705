/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What QEMU checks before it starts a virt machine. */

#include "guest/layout/space.h"
#include "guest/machine.h"
#include "guest/vmm/qemu/qemu.h"
#include "guest/vmm/virt/virt.h"

#define KVM_BITS_MIN 40 /* before 6.0 every guest takes at least these */

uint32_t virt_max_cpus(const Guest *guest) {
        const uint32_t cpus = guest->virt.cpus ? guest->virt.cpus : 1;

        return guest->virt.max_cpus > cpus ? guest->virt.max_cpus : cpus;
}

/* Without gic-version=: GICv2; GICv3 for more than 8 CPUs, and under KVM on hosts without GICv2. */
uint8_t virt_gic(const Guest *guest) {
        switch (guest->virt.gic_version) {
        case 2:
        case 3:
        case 4:
                return guest->virt.gic_version;
        case GIC_DEFAULT:
                if (virt_max_cpus(guest) <= VIRT_GIC2_CPUS)
                        return guest->kvm ? 3 : 2;
                return guest->kvm || policy_virt_of(guest).gic3_default ? 3 : 2;
        case GIC_MAX:
                return !guest->kvm && guest->virt.virtualization == TRISTATE_YES &&
                                                policy_virt_of(guest).has_gic4
                                ? 4
                                : 3;
        default:
                return 3;
        }
}

static void start_cpus(Space *space, const VirtPolicy *policy, const VirtMap *map) {
        const uint32_t cpus = virt_max_cpus(space->guest);
        const uint8_t gic = virt_gic(space->guest);
        const bool redists = map->on[DROPPED_REDIST] || !policy->drops;
        uint32_t most = gic == 2 ? VIRT_GIC2_CPUS : gic == 4 ? VIRT_REDIST_CPUS_GIC4 : VIRT_REDIST_CPUS;

        if (gic > 2 && redists)
                most += gic == 4 ? VIRT_REDIST2_CPUS_GIC4 : VIRT_REDIST2_CPUS;
        if (cpus > policy->cpus)
                layout_refuse(space, START_GIC_CPUS, cpus, VIRT_LIMIT_MACHINE, policy->cpus);
        else if (cpus > most)
                layout_refuse(space, START_GIC_CPUS, cpus,
                                gic > 2 && !redists ? VIRT_LIMIT_REDISTS : VIRT_LIMIT_GIC, most);
        /* Of the CPUs at start. */
        else if (gic > 2 && space->guest->virt.cpus > VIRT_REDIST_CPUS && !space->guest->kvm &&
                        !policy->tcg_redists)
                layout_refuse(space, START_REDIST, space->guest->virt.cpus, 0, VIRT_REDIST_CPUS);
}

static void start_switches(Space *space, const VirtPolicy *policy) {
        const GuestVirt *virt = &space->guest->virt;
        const bool given[_VIRT_SWITCH_MAX] = {
                [VIRT_REDISTS] = virt->highmem_redists != TRISTATE_UNKNOWN,
                [VIRT_ECAM] = virt->highmem_ecam != TRISTATE_UNKNOWN,
                [VIRT_MMIO] = virt->highmem_mmio != TRISTATE_UNKNOWN,
                [VIRT_COMPACT] = virt->compact_highmem != TRISTATE_UNKNOWN,
                [VIRT_MMIO_SIZE] = virt->highmem_mmio_size > 0,
                [VIRT_MSI] = virt->msi_gicv2m != TRISTATE_UNKNOWN,
                [VIRT_GIC4] = virt->gic_version == 4,
                [VIRT_EXPANDER] = virt->expanders,
                [VIRT_ITS] = virt->its != TRISTATE_UNKNOWN && virt->msi_gicv2m == TRISTATE_UNKNOWN,
                [VIRT_SMMU] = space->guest->viommu.kind == VIOMMU_SMMUV3 && space->guest->viommu.of_bus,
        };
        const bool absent[_VIRT_SWITCH_MAX] = {
                [VIRT_REDISTS] = !policy->switches,
                [VIRT_ECAM] = !policy->switches,
                [VIRT_MMIO] = !policy->switches,
                [VIRT_COMPACT] = !policy->switches,
                [VIRT_MMIO_SIZE] = !policy->sizes_window,
                [VIRT_MSI] = policy->has_msi == TRISTATE_NO,
                [VIRT_GIC4] = !policy->has_gic4,
                [VIRT_EXPANDER] = !policy->has_expanders,
                [VIRT_ITS] = !policy->has_its,
                [VIRT_SMMU] = !policy->has_smmu,
        };
        const uint64_t size = virt->highmem_mmio_size;

        for (unsigned i = 0; i < _VIRT_SWITCH_MAX; i++)
                if (given[i] && absent[i])
                        layout_refuse(space, START_SWITCH_ABSENT, i, 0, 0);
        if (!size || !policy->sizes_window)
                return;
        if (size & (size - 1))
                layout_refuse(space, START_MMIO_SIZE_ODD, size, 0, 0);
        else if (size < VIRT_WINDOW_MIN)
                layout_refuse(space, START_MMIO_SIZE_SMALL, size, VIRT_WINDOW_MIN, 0);
}

static uint8_t bits_of(uint64_t address) {
        return address ? (uint8_t) (64 - __builtin_clzll(address)) : 0;
}

/* Before 7.0 the whole map must fit, also what highmem=off leaves out. */
static void start_whole(Space *space, const VirtPolicy *policy, const VirtMap *map) {
        const Guest *guest = space->guest;
        const uint8_t wanted = bits_of(map->end - 1), bits = space->layout->phys_bits;
        bool is_64bit;

        if (!bits || wanted <= bits)
                return;
        if (guest->kvm) {
                layout_refuse(space, START_IPA, max_of(wanted, KVM_BITS_MIN), 0, bits);
                return;
        }
        virt_model_bits(*guest->cpu.model ? guest->cpu.model : VIRT_CPU_DEFAULT, policy, &is_64bit);
        if (guest->virt.highmem != TRISTATE_NO && is_64bit)
                layout_refuse(space, START_PA_TCG, wanted, 0, bits);
}

static void start_dimms(Space *space, const VirtPolicy *policy) {
        const Guest *guest = space->guest;
        const char *model = *guest->cpu.model ? guest->cpu.model : VIRT_CPU_DEFAULT;
        bool dimms = false, is_64bit = true;

        for (uint32_t i = 0; i < guest->memory.n_modules; i++)
                dimms |= guest->memory.modules[i].kind == MEMORY_DIMM ||
                                guest->memory.modules[i].kind == MEMORY_NVDIMM;
        if (!dimms)
                return;
        if (!guest->kvm)
                virt_model_bits(model, policy, &is_64bit);
        if (guest->virt.mte == TRISTATE_YES)
                layout_refuse(space, START_GED, 1, 0, 0);
        else if (guest->firmware.kind == FIRMWARE_NONE || guest->virt.acpi == TRISTATE_NO || !is_64bit ||
                        !policy->has_ged)
                layout_refuse(space, START_GED, 0, 0, 0);
}

/* What the CPU, or KVM in this release, lacks. */
static void start_cpu_features(Space *space, const VirtPolicy *policy) {
        const Guest *guest = space->guest;
        const GuestVirt *virt = &guest->virt;
        const char *model = *guest->cpu.model ? guest->cpu.model : VIRT_CPU_DEFAULT;
        const GuestVersion since = virt_model_since(model), *program = &guest->vmm_version;

        if (!guest->kvm && guest_version_known(program) &&
                        !version_reaches(*program, since.major, since.minor, 0))
                layout_refuse(space, START_MODEL_ABSENT, 0, since.major << 16 | since.minor, 0);
        if (virt->mte == TRISTATE_YES && (guest->kvm ? !policy->kvm_mte : !virt_model_tags(model)))
                layout_refuse(space, START_MTE, guest->kvm, 0, 0);
        if (guest->kvm && virt->virtualization == TRISTATE_YES && !policy->kvm_nested)
                layout_refuse(space, START_NESTED, 0, 0, 0);
        /* With KVM the host decides which GIC the default is: a rule. */
        if (policy->has_msi == TRISTATE_YES && virt->its == TRISTATE_YES && virt_gic(guest) == 2)
                layout_refuse(space, START_GICV2_ITS, 0, 0, 0);
}

void virt_start(Space *space, const VirtPolicy *policy, const VirtMap *map) {
        const QemuPolicy qemu = {
                .has_hotplug = policy->has_hotplug, .numa_mem_gone = policy->numa_mem_gone, .odd_max = true
        };
        Layout *layout = space->layout;

        qemu_start(space, &qemu, map->hotplug, map->hotplug_end);
        start_switches(space, policy);
        start_dimms(space, policy);
        start_cpu_features(space, policy);
        if (space->guest->virt.two_iommus && policy->one_iommu)
                layout_refuse(space, START_TWO_IOMMUS, 0, 0, 0);
        if (map->overflows) {
                layout_refuse(space, START_HUGE, space->guest->memory.max, 0, 0);
                return;
        }
        if (!policy->drops)
                start_whole(space, policy, map);
        else if (layout->phys_bits && layout->top > space_of(layout->phys_bits) - 1) {
                layout->beyond = true;
                layout->starts = false;
        }
        start_cpus(space, policy, map);
}
