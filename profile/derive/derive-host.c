/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-steps.h"
#include "profile/derive/facts-architecture.h"

#include <stdio.h>
#include <string.h>

#include "profile/derive/facts-architecture.h"

#define COPY(to, from) snprintf((to), sizeof(to), "%s", (from))

/* arm64 CPUs do not tell. Without a name there, systemd-detect-virt(1) says "none". */
static void derive_virtualised_arm64(const Facts *facts, ProfileHost *ret) {
        const HostFacts *host = &facts->host;
        bool tree = facts->acpi.device_tree_reason == REASON_NONE;

        if (host->by_dmi)
                COPY(ret->virtualised, host->by_dmi);
        else if (tree && host->by_tree)
                COPY(ret->virtualised, host->by_tree);
        else if (tree || host->dmi_reason == REASON_NONE)
                COPY(ret->virtualised, "none");
}

static void derive_virtualised(const CpuFacts *cpu, ProfileHost *ret) {
        if (cpu->cpuid_reason == REASON_NONE) {
                if (!cpu->feature.leaf_1_known)
                        return;
                if (!cpu->feature.hypervisor)
                        COPY(ret->virtualised, "none");
                else
                        COPY(ret->virtualised,
                                        *cpu->feature.hypervisor_name ? cpu->feature.hypervisor_name
                                                                      : "unnamed");
        } else if (cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.has_flags)
                COPY(ret->virtualised, cpu->cpuinfo.hypervisor ? "unnamed" : "none");
}

static void derive_cpu_names(const CpuFacts *cpu, ProfileHost *ret) {
        const Reason reason = cpu->cpuid_reason;

        if (reason == REASON_NONE) {
                const CpuidFeature *feature = &cpu->feature;

                ret->vendor = feature->vendor;
                COPY(ret->vendor_name, feature->vendor_name);
                COPY(ret->model_name, feature->brand);
                if (feature->leaf_1_known) {
                        ret->family = fact_measured(feature->family, "CPUID 0x1 EAX");
                        ret->model = fact_measured(feature->model, "CPUID 0x1 EAX");
                        ret->stepping = fact_measured(feature->stepping, "CPUID 0x1 EAX");
                }
        }
        if (!fact_known(&ret->family))
                ret->family = ret->model = ret->stepping = fact_unknown(
                                reason != REASON_NONE ? reason : REASON_ABSENT, "CPUID 0x1 EAX");
        if (cpu->cpuinfo_reason == REASON_NONE && !*ret->vendor_name) {
                ret->vendor = cpu->cpuinfo.vendor;
                COPY(ret->vendor_name, cpu->cpuinfo.vendor_name);
        }
        /* Without a brand string, use the kernel's name. */
        if (cpu->cpuinfo_reason == REASON_NONE && !*ret->model_name)
                COPY(ret->model_name, cpu->cpuinfo.model_name);
}

#define DMA_ENTRY_LIMIT "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit"

static Fact unsafe(const ParameterFact *parameter, const char *module) {
        if (parameter->reason == REASON_NONE)
                return fact_measured(parameter->value, "/sys/module/%s/parameters/allow_unsafe_interrupts",
                                module);
        return fact_unknown(parameter->reason, "/sys/module/%s/parameters/allow_unsafe_interrupts", module);
}

void derive_host(const Facts *facts, ProfileHost *ret) {
        const HostFacts *host = &facts->host;

        COPY(ret->machine_id, host->identity.machine_id);
        COPY(ret->hostname, host->hostname);
        COPY(ret->kernel, host->kernel_release);
        COPY(ret->architecture, host->identity.architecture);
        if (facts_are_arm64(facts)) {
                derive_virtualised_arm64(facts, ret);
                derive_arm_cpu(facts, ret);
        } else {
                derive_virtualised(&facts->cpu, ret);
                derive_cpu_names(&facts->cpu, ret);
                ret->midr = fact_unknown(REASON_NOT_APPLICABLE, "MIDR_EL1");
                ret->implementer = ret->variant = ret->part = ret->revision = ret->midr;
                ret->cpu_kinds = ret->page_size = ret->gic_version =
                                fact_unknown(REASON_NOT_APPLICABLE, "arm64 only");
        }
        ret->cpus = facts->cpu.cpuinfo_reason == REASON_NONE && facts->cpu.cpuinfo.n_cpus > 0
                        ? fact_measured(facts->cpu.cpuinfo.n_cpus, "/proc/cpuinfo")
                        : fact_unknown(facts->cpu.cpuinfo_reason != REASON_NONE ? facts->cpu.cpuinfo_reason
                                                                                : REASON_MALFORMED,
                                          "/proc/cpuinfo");
        ret->unsafe_type1 = unsafe(&facts->kvm.unsafe_type1, "vfio_iommu_type1");
        ret->unsafe_iommufd = unsafe(&facts->kvm.unsafe_iommufd, "iommufd");
        ret->dma_entry_limit = facts->kvm.dma_entries_reason == REASON_NONE
                        ? fact_measured(facts->kvm.dma_entries, DMA_ENTRY_LIMIT)
                        : fact_unknown(facts->kvm.dma_entries_reason, DMA_ENTRY_LIMIT);
        ret->cmdline_reason = host->cmdline_reason;
        ret->cmdline = host->cmdline;
        COPY(ret->kernel_parameters, host->kernel_parameters);
}
