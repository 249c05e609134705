/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive-steps.h"

static void add(Profile *profile, Reason reason, const char *what) {
        if ((reason == REASON_PERMISSION || reason == REASON_HIDDEN) &&
                        profile->n_refused < PROFILE_REFUSED_MAX)
                profile->refused[profile->n_refused++] = what;
}

static Reason first_msr_refusal(const CpuFacts *cpu) {
        for (MsrName name = 0; name < _MSR_MAX; name++)
                if (cpu->msrs[name].reason == REASON_PERMISSION)
                        return REASON_PERMISSION;
        return REASON_NONE;
}

static Reason first_config_refusal(const PciFacts *pci) {
        for (size_t i = 0; i < pci->n; i++)
                if (pci->devices[i].config_reason == REASON_PERMISSION)
                        return REASON_PERMISSION;
        return REASON_NONE;
}

static Reason log_refusal(const IommuFacts *iommus) {
        for (size_t i = 0; i < iommus->n; i++)
                if (iommus->iommus[i].log_bits.reason == REASON_PERMISSION)
                        return REASON_PERMISSION;
        return REASON_NONE;
}

void derive_refused(const Facts *facts, Profile *profile) {
        add(profile, profile->firmware.dmar_reason, "/sys/firmware/acpi/tables/DMAR");
        add(profile, profile->firmware.ivrs_reason, "/sys/firmware/acpi/tables/IVRS");
        add(profile, facts->kvm.reason, "/dev/kvm");
        add(profile, first_msr_refusal(&facts->cpu), "/dev/cpu/0/msr");
        add(profile, first_config_refusal(&facts->pci), "PCI config space beyond the header");
        add(profile, facts->memory.iomem_reason, "/proc/iomem");
        add(profile, facts->memory.memmap_reason, "/sys/firmware/memmap");
        add(profile, facts->iommu.reason, "/sys/class/iommu");
        add(profile, log_refusal(&facts->iommu), "/dev/kmsg");
}
