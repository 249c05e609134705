/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/source/facts.h"

static int facts_read(Root *root, Buffer *buffer, Facts *ret) {
        int r;

        r = source_host_read(root, buffer, &ret->host);
        if (r < 0)
                return r;
        r = source_cpu_read(root, buffer, &ret->cpu);
        if (r < 0)
                return r;
        r = source_kvm_read(root, buffer, &ret->kvm);
        if (r < 0)
                return r;
        r = source_acpi_read(root, buffer, &ret->acpi);
        if (r < 0)
                return r;
        r = source_device_tree_read(root, buffer, &ret->host, &ret->acpi);
        if (r < 0)
                return r;
        r = source_iommu_read(root, buffer, &ret->iommu);
        if (r < 0)
                return r;
        source_interrupt_read(root, buffer, &ret->host.identity, &ret->iommu);
        source_log_read(root, &ret->host.identity, &ret->iommu, &ret->log);
        r = source_group_read(root, buffer, &ret->group);
        if (r < 0)
                return r;
        r = source_pci_read(root, buffer, &ret->pci);
        if (r < 0)
                return r;
        r = source_mediated_read(root, buffer, &ret->mediated);
        if (r < 0)
                return r;
        r = source_memory_read(root, buffer, &ret->memory);
        if (r < 0)
                return r;
        return source_xen_read(root, buffer, &ret->cpu.cpuid, &ret->xen);
}

int facts_gather(Root *root, Facts *ret) {
        _cleanup_(buffer_done) Buffer buffer = {};
        Facts facts = {};
        int r;

        r = facts_read(root, &buffer, &facts);
        if (r < 0) {
                facts_done(&facts);
                return r;
        }
        *ret = facts;
        return 0;
}

void facts_done(Facts *facts) {
        host_facts_done(&facts->host);
        cpu_facts_done(&facts->cpu);
        kvm_facts_done(&facts->kvm);
        firmware_tables_done(&facts->acpi);
        iommu_facts_done(&facts->iommu);
        group_facts_done(&facts->group);
        pci_facts_done(&facts->pci);
        mediated_facts_done(&facts->mediated);
        memory_facts_done(&facts->memory);
        xen_facts_done(&facts->xen);
}
