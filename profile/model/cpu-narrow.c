/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/model/cpu-narrow.h"

#include <string.h>

#include "profile/model/cpu-widths.h"

/* Fewer say nothing about what is usual. */
#define ENOUGH 10
/* What Intel's firmware limits the width to. */
#define FIRMWARE_LIMIT 46

typedef struct Counts {
        unsigned above, total;
        unsigned n_usual;
        uint8_t usual;
} Counts;

static Counts count(const CpuSeen *seen, uint64_t bits, bool hosts, bool dumps) {
        Counts counts = {};

        for (size_t i = 0; i < CPU_SEEN_WIDTHS_MAX && seen->widths[i].bits; i++) {
                const WidthSeen *width = &seen->widths[i];
                unsigned n = (hosts ? width->hosts : 0u) + (dumps ? width->dumps : 0u);

                counts.total += n;
                if (width->bits <= bits)
                        continue;
                counts.above += n;
                if (n > counts.n_usual) {
                        counts.n_usual = n;
                        counts.usual = width->bits;
                }
        }
        return counts;
}

static CpuNarrow narrow(NarrowCause cause, uint64_t bits, const Counts *counts, bool kernels) {
        return (CpuNarrow){
                .cause = cause,
                .bits = (uint8_t) bits,
                .usual = counts->usual,
                .n_usual = counts->n_usual,
                .of = counts->total,
                .kernels = kernels,
        };
}

/* The width in CPUID, which encryption does not change. Kernels' reports are at most this width, so that
 * they count, too. */
static CpuNarrow of_cpu(const Profile *profile, const CpuSeen *seen) {
        const uint64_t bits = profile->widths.cpu_physical_bits.value;
        const char *hypervisor = profile->host.virtualised;
        const Counts counts = count(seen, bits, true, true);
        /* The same CPU may be sold with fewer bits: nearly all must have more. */
        const bool nearly_all = counts.total >= ENOUGH && counts.above * 20 >= counts.total * 19;

        if (*hypervisor && strcmp(hypervisor, "none") != 0 && nearly_all)
                return narrow(NARROW_HYPERVISOR, bits, &counts, false);
        if (strcmp(hypervisor, "none") == 0 && seen->vendor == CPU_VENDOR_INTEL && bits == FIRMWARE_LIMIT &&
                        counts.usual == 52)
                return narrow(NARROW_FIRMWARE, bits, &counts, false);
        return (CpuNarrow){};
}

/* The kernel's width. Only if the bits that encryption takes are the whole difference. */
static CpuNarrow of_host(const Profile *profile, const CpuSeen *seen) {
        const Fact *cpu = &profile->widths.cpu_physical_bits, *host = &profile->widths.host_physical_bits;
        const Fact *taken = &profile->encryption.bits_taken;
        Counts counts;

        if (!fact_known(host) || !fact_known(taken) || taken->value == 0 ||
                        host->value + taken->value != cpu->value)
                return (CpuNarrow){};
        counts = count(seen, host->value, true, false);
        if (counts.total >= ENOUGH)
                return counts.above * 2 > counts.total
                                ? narrow(NARROW_ENCRYPTION, host->value, &counts, true)
                                : (CpuNarrow){};
        counts = count(seen, host->value, false, true);
        return counts.above > 0 ? narrow(NARROW_ENCRYPTION, host->value, &counts, false) : (CpuNarrow){};
}

void cpu_narrow(const Profile *profile, CpuNarrow *ret) {
        const ProfileHost *host = &profile->host;
        const CpuSeen *seen = NULL;

        *ret = (CpuNarrow){};
        if (fact_known(&host->family) && fact_known(&host->model))
                seen = cpu_seen(host->vendor, host->family.value, host->model.value);
        if (!seen || profile->widths.cpu_physical_bits.provenance != PROVENANCE_MEASURED)
                return;
        *ret = of_cpu(profile, seen);
        if (ret->cause == NARROW_NOT)
                *ret = of_host(profile, seen);
}
