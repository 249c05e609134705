/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/source/facts.h"

#define IOMMUS_MAX 1024
#define UNIT_LINK_MAX 1024

static void read_unit(Bytes log, Reason reason, IommuFact *unit) {
        if (reason != REASON_NONE) {
                unit->log_bits.reason = unit->smmu_v3_reason = unit->smmu_reason = reason;
                return;
        }
        unit->log_bits.reason = kernel_log_input_bits(log, unit->virtio_name, &unit->log_bits.value);
        unit->smmu_v3_reason = kernel_log_smmu_v3(log, unit->platform_name, &unit->smmu_v3);
        unit->smmu_reason = kernel_log_smmu(log, unit->platform_name, &unit->smmu);
}

static void decode(Bytes log, Reason reason, IommuFacts *iommus, LogFacts *ret) {
        ret->reason = ret->kvm_ipa_bits.reason = reason;
        if (reason == REASON_NONE) {
                ret->kvm_mode = kernel_log_kvm_mode(log);
                ret->kvm_ipa_bits.reason = kernel_log_kvm_ipa_bits(log, &ret->kvm_ipa_bits.value);
        }
        for (size_t i = 0; i < iommus->n; i++)
                read_unit(log, reason, &iommus->iommus[i]);
}

/* The log is opened only where it has something to say: lines of an SMMU and of KVM, or of a virtio-iommu. */
void source_log_read(Root *root, const HostIdentity *host, IommuFacts *iommus, LogFacts *ret) {
        bool needed = strcmp(host->architecture, "aarch64") == 0;
        _cleanup_(buffer_done) Buffer log = {};
        Reason reason = REASON_NOT_APPLICABLE;

        for (size_t i = 0; i < iommus->n; i++)
                needed |= iommus->iommus[i].virtio || strncmp(iommus->iommus[i].name, "smmu", 4) == 0;
        if (needed)
                reason = root_kernel_log(root, &log);
        decode(buffer_bytes(&log), reason, iommus, ret);
}

static bool has_virtio(Root *root) {
        _cleanup_(name_list_done) NameList names = {};
        char path[NAME_MAX + 64], target[UNIT_LINK_MAX];

        if (root_list(root, "sys/class/iommu", IOMMUS_MAX, &names) != REASON_NONE)
                return false;
        for (size_t i = 0; i < names.n; i++) {
                snprintf(path, sizeof(path), "sys/class/iommu/%s", names.names[i]);
                if (root_link(root, path, target, sizeof(target)) == REASON_NONE &&
                                strstr(target, "/virtio"))
                        return true;
        }
        return false;
}

void source_log_collect(Root *root) {
        _cleanup_(buffer_done) Buffer log = {};
        HostIdentity host;

        if ((root_identity(root, &host) == REASON_NONE && strcmp(host.architecture, "aarch64") == 0) ||
                        has_virtio(root))
                (void) root_kernel_log(root, &log);
}
