/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/quiet-host.h"

#include <stdio.h>

#define MEASURED(value) fact_measured((value), "test")

static void init_widths(ProfileWidths *widths) {
        widths->cpu_physical_bits = MEASURED(46);
        widths->host_physical_bits = MEASURED(46);
        widths->cpuinfo_min_bits = widths->cpuinfo_max_bits = MEASURED(46);
        widths->guest_physical_bits = MEASURED(46);
        widths->guest_mappable_bits = MEASURED(46);
        widths->iova_bits = MEASURED(48);
        widths->linear_bits = MEASURED(48);
        widths->safe_guest_bits = widths->safe_guest_bits_with_devices = MEASURED(46);
}

static void init_paging(ProfilePaging *paging) {
        paging->virtualisation_capable = paging->virtualisation_enabled = MEASURED(1);
        paging->la57_capable = paging->la57_enabled = MEASURED(0);
        paging->second_level = SECOND_LEVEL_EPT;
        paging->second_level_capable = paging->second_level_enabled = MEASURED(1);
        paging->second_level_levels = MEASURED(4);
        paging->kvm_loaded = MEASURED(1);
        paging->kvm_guest_phys_bits_offered = MEASURED(1);
}

static void init_iommu(ProfileIommu *iommu, const char *name) {
        snprintf(iommu->name, sizeof(iommu->name), "%s", name);
        iommu->kind = IOMMU_INTEL_VTD;
        /* Skylake server, facts: SAGAW 0x4, MGAW 48. */
        iommu->cap = MEASURED(UINT64_C(0x8d2078c106f0466));
        iommu->ecap = MEASURED(0xf020df);
        iommu->second_stage_bits = iommu->bits = MEASURED(48);
        iommu->first_stage_bits = fact_unknown(REASON_NOT_APPLICABLE, "test");
        iommu->interrupt_remapping_capable = iommu->interrupt_remapping_enabled = MEASURED(1);
        iommu->caching_mode = MEASURED(0);
        iommu->n_devices = iommu->n_pci_devices = 1;
        iommu->firmware_unit = -1;
}

static void init_group(QuietHost *host) {
        ProfileGroup *group = &host->groups[0];

        host->members[0] = (char *) "0000:01:00.0";
        host->members[1] = (char *) "0000:02:00.0";
        host->regions[0] = (ReservedRegion){ .start = 0xfee00000, .end = 0xfeefffff, .type = RESERVED_MSI };
        *group = (ProfileGroup){
                .id = 7,
                .n_members = 1,
                .members = host->members,
                .regions = { .n = 1, .regions = host->regions },
                .bits = 48,
                .assignable = TRISTATE_YES,
                .isolated = TRISTATE_YES,
        };
}

void quiet_host_init(QuietHost *host) {
        Profile *profile = &host->profile;

        *host = (QuietHost){};
        snprintf(profile->host.virtualised, sizeof(profile->host.virtualised), "none");
        profile->host.vendor = CPU_VENDOR_INTEL;
        init_widths(&profile->widths);
        init_paging(&profile->paging);
        profile->encryption.bits_taken = MEASURED(0);

        init_iommu(&host->iommus[0], "dmar0");
        init_iommu(&host->iommus[1], "dmar1");
        profile->iommus = host->iommus;
        profile->n_iommus = 1;
        init_group(host);
        profile->groups = host->groups;
        profile->n_groups = 1;

        host->bars[0] = (ProfileBar){ .assigned = true, .start = 0xe0000000, .end = 0xefffffff };
        host->devices[0] = (ProfileDevice){ .address = { .bus = 1 }, .n_bars = 1, .bars = host->bars };
        profile->devices = host->devices;
        profile->n_devices = 1;

        host->units[0] = (DmarUnit){ .base = 0xfed90000 };
        host->rmrrs[0] = (DmarRegion){ .base = 0x7b800000, .limit = 0x7fffffff };
        profile->firmware.ivrs_reason = profile->firmware.iort_reason = REASON_ABSENT;
        profile->firmware.device_tree_reason = REASON_ABSENT;
        profile->firmware.dmar.n_units = 1;
        profile->firmware.dmar.units = host->units;
        profile->firmware.dmar.n_regions = 1;
        profile->firmware.dmar.regions = host->rmrrs;

        host->ranges[0] = (IomemEntry){ .start = 0x100000, .end = 0x7b7fffff, .kind = IOMEM_SYSTEM_RAM };
        profile->memory.ranges = host->ranges;
        profile->memory.n_ranges = 1;
        profile->memory.ram_top = MEASURED(UINT64_C(0x1080000000));
}
