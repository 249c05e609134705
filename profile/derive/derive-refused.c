/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/architecture.h"
#include "profile/derive/derive-steps.h"

/* ENOSYS when opening a file comes from a sandbox, such as RestrictSUIDSGID= for openat2(2), not from a
 * missing kernel feature. This does not apply to ioctls of /dev/kvm. */
static bool is_refusal(Reason reason) {
        return reason == REASON_PERMISSION || reason == REASON_HIDDEN || reason == REASON_UNSUPPORTED_KERNEL;
}

static void add(Profile *profile, bool refused, const char *what) {
        if (refused && profile->n_refused < PROFILE_REFUSED_MAX)
                profile->refused[profile->n_refused++] = what;
}

static bool any_register(const CpuFacts *cpu) {
        for (MsrName name = 0; name < _MSR_MAX; name++)
                if (is_refusal(cpu->msrs[name].reason))
                        return true;
        return false;
}

static bool any_parameter(const KvmFacts *kvm) {
        const ParameterFact *const parameters[] = { &kvm->ept, &kvm->npt, &kvm->eptad, &kvm->sev,
                &kvm->sev_es, &kvm->sev_snp, &kvm->tdx, &kvm->unsafe_type1, &kvm->unsafe_iommufd };

        for (size_t i = 0; i < ELEMENTS(parameters); i++)
                if (is_refusal(parameters[i]->reason))
                        return true;
        return is_refusal(kvm->loaded_reason) || is_refusal(kvm->registered_reason) ||
                        is_refusal(kvm->dma_entries_reason);
}

static bool any_iommu(const IommuFacts *iommus) {
        for (size_t i = 0; i < iommus->n; i++) {
                const IommuFact *iommu = &iommus->iommus[i];

                if (is_refusal(iommu->address.reason) || is_refusal(iommu->cap.reason) ||
                                is_refusal(iommu->ecap.reason) || is_refusal(iommu->version_major.reason) ||
                                is_refusal(iommu->version_minor.reason) ||
                                is_refusal(iommu->capability.reason) || is_refusal(iommu->features_reason) ||
                                is_refusal(iommu->devices_reason))
                        return true;
        }
        return is_refusal(iommus->reason);
}

static bool any_group(const GroupFacts *groups) {
        for (size_t i = 0; i < groups->n; i++) {
                const GroupFact *group = &groups->groups[i];

                if (is_refusal(group->type_reason) || is_refusal(group->regions_reason) ||
                                is_refusal(group->devices_reason))
                        return true;
        }
        return is_refusal(groups->reason);
}

static bool any_device(const PciFacts *pci) {
        for (size_t i = 0; i < pci->n; i++)
                if (is_refusal(pci->devices[i].ids_reason) || is_refusal(pci->devices[i].resource_reason))
                        return true;
        return is_refusal(pci->reason);
}

static bool any_config(const PciFacts *pci) {
        for (size_t i = 0; i < pci->n; i++)
                if (is_refusal(pci->devices[i].config_reason))
                        return true;
        return false;
}

void derive_refused(const Facts *facts, Profile *profile) {
        Reason kvm = facts->kvm.reason;
        const XenFacts *xen = &facts->xen;

        add(profile, is_refusal(profile->firmware.dmar_reason), "/sys/firmware/acpi/tables/DMAR");
        add(profile, is_refusal(profile->firmware.ivrs_reason), "/sys/firmware/acpi/tables/IVRS");
        add(profile, profile_is_arm64(profile) && is_refusal(profile->firmware.iort_reason),
                        "/sys/firmware/acpi/tables/IORT");
        add(profile, kvm == REASON_PERMISSION, "/dev/kvm");
        add(profile, any_register(&facts->cpu), "/dev/cpu/0/msr");
        add(profile, any_config(&facts->pci), "PCI config space beyond the header");
        add(profile, is_refusal(facts->memory.iomem_reason), "/proc/iomem");
        add(profile, is_refusal(facts->memory.memmap_reason), "/sys/firmware/memmap");
        add(profile, any_iommu(&facts->iommu), "/sys/class/iommu");
        add(profile, is_refusal(facts->log.reason), "/dev/kmsg");
        add(profile, is_refusal(facts->iommu.interrupt_remapping_reason), "/sys/kernel/irq");
        add(profile, any_group(&facts->group), "/sys/kernel/iommu_groups");
        add(profile, any_device(&facts->pci), "/sys/bus/pci/devices");
        add(profile, is_refusal(facts->mediated.reason), "/sys/bus/mdev/devices");
        add(profile, xen->running == TRISTATE_YES && is_refusal(xen->answers_reason), "/dev/xen/privcmd");
        add(profile, is_refusal(xen->running_reason) || is_refusal(xen->control_reason), "/sys/hypervisor");
        add(profile, any_parameter(&facts->kvm), "/sys/module");
        add(profile, is_refusal(facts->memory.block_size_reason), "/sys/devices/system/memory");
        add(profile, is_refusal(facts->cpu.cpuinfo_reason), "/proc/cpuinfo");
        add(profile, is_refusal(facts->cpu.cpuid_reason), "CPUID");
        add(profile, is_refusal(facts->host.cmdline_reason), "/proc/cmdline");
        add(profile, is_refusal(facts->host.names_reason), "/proc/sys/kernel");
}
