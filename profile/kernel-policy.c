/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/kernel-policy.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"

typedef struct Version {
        unsigned major, minor;
} Version;

/* From the sources of Debian's 6.1.192, 6.12.95 and 7.2.13, and tested with VFIO in emulated machines
 * (tests/kernel). Releases in between are unknown. */
static const struct {
        Version since, old; /* the first, and the last tested with the old behaviour */
        Version new;        /* first tested with the new one */
} ways[_KERNEL_WAY_MAX] = {
        /* drivers/iommu/intel/iommu.c: first_level_by_default() returned false for IOMMU_DOMAIN_UNMANAGED;
         * intel_iommu_domain_alloc_paging_flags() prefers the first stage. */
        [KERNEL_VTD_PREFERS_FIRST_STAGE] = { { 6, 1 }, { 6, 12 }, { 7, 2 } },
        /* drivers/iommu/intel/Kconfig: INTEL_IOMMU_SCALABLE_MODE_DEFAULT_ON, default y. */
        [KERNEL_VTD_SCALABLE_BY_DEFAULT] = { { 0, 0 }, { 0, 0 }, { 6, 1 } },
        /* drivers/iommu/amd/iommu.c, dma_max_address(): amd_iommu_pgtable sets the limit of every domain;
         * later amd_iommu_domain_alloc_paging_flags() also selects the table by it. */
        [KERNEL_AMD_PGTBL_V2] = { { 0, 0 }, { 5, 10 }, { 6, 1 } },
        [KERNEL_AMD_PGTBL_V2_LOWER_HALF] = { { 0, 0 }, { 6, 1 }, { 6, 12 } },
        /* drivers/iommu/amd/init.c, early_amd_iommu_init(): amd_iommu_hpt_vasize. */
        [KERNEL_AMD_VASIZE] = { { 0, 0 }, { 6, 12 }, { 7, 2 } },
        /* The same, amd_iommu_hatdis. */
        [KERNEL_AMD_HATDIS] = { { 0, 0 }, { 6, 12 }, { 7, 2 } },
        /* drivers/iommu/iommu.c, __iommu_group_set_domain() with require_direct. Before, only Intel's. */
        [KERNEL_REFUSES_DIRECT_REGIONS] = { { 0, 0 }, { 6, 1 }, { 6, 12 } },
        /* drivers/iommu/intel/iommu.c: intel_iommu_domain_alloc_user() always requested second-stage
         * tables. */
        [KERNEL_IOMMUFD_FIRST_STAGE] = { { 6, 12 }, { 6, 12 }, { 7, 2 } },
        /* arch/x86/kvm/cpuid.c, __do_cpuid_func(): b628cb523c65 is in 6.10, and in older vendor kernels. */
        [KERNEL_KVM_TELLS_GUEST_BITS] = { { 0, 0 }, { 6, 1 }, { 6, 10 } },
};

/* Enterprise kernels of Red Hat and SUSE, and their derivatives, have drivers that are years newer. */
static bool takes_later_drivers(const char *release) {
        static const char *const marks[] = { ".el", ".amzn", ".oe", ".an", "-default" };

        for (size_t i = 0; i < ELEMENTS(marks); i++)
                if (strstr(release, marks[i]))
                        return true;
        return false;
}

static bool read_number(const char **text, unsigned *ret) {
        size_t n = strspn(*text, "0123456789");

        *ret = 0;
        for (size_t i = 0; i < n; i++)
                *ret = *ret * 10 + (unsigned) ((*text)[i] - '0');
        *text += n;
        return n > 0 && n <= 4;
}

static bool read_version(const char *release, Version *ret) {
        return read_number(&release, &ret->major) && *release++ == '.' && read_number(&release, &ret->minor);
}

static bool before(Version a, Version b) {
        return a.major != b.major ? a.major < b.major : a.minor < b.minor;
}

Tristate kernel_goes(const char *release, KernelWay way) {
        Version version;

        if (!read_version(release, &version) || takes_later_drivers(release))
                return TRISTATE_UNKNOWN;
        if (!before(version, ways[way].new))
                return TRISTATE_YES;
        return before(version, ways[way].since) || before(ways[way].old, version) ? TRISTATE_UNKNOWN
                                                                                  : TRISTATE_NO;
}

Tristate kernel_groups_early(const char *release) {
        Version version;

        if (!read_version(release, &version) || takes_later_drivers(release))
                return TRISTATE_UNKNOWN;
        return tristate(!before(version, (Version){ 6, 15 }));
}

Tristate kernel_maps_bars(const char *release) {
        unsigned major, minor;

        if (strcasestr(release, "nvidia"))
                return TRISTATE_YES;
        if (sscanf(release, "%u.%u", &major, &minor) != 2)
                return TRISTATE_UNKNOWN;
        return tristate(major > 6 || (major == 6 && minor >= 19));
}
