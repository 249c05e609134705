/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/words.h"

#include <errno.h>
#include <string.h>

static const char *const vmms[_VMM_MAX] = {
        [VMM_QEMU] = "qemu",
        [VMM_CLOUD_HYPERVISOR] = "cloud-hypervisor",
};

static const char *const firmwares[_FIRMWARE_KIND_MAX] = {
        [FIRMWARE_UNKNOWN] = "unknown",
        [FIRMWARE_NONE] = "none",
        [FIRMWARE_SEABIOS] = "seabios",
        [FIRMWARE_OVMF] = "ovmf",
};

static const char *const viommus[_VIOMMU_KIND_MAX] = {
        [VIOMMU_NONE] = "none",
        [VIOMMU_INTEL] = "intel",
        [VIOMMU_AMD] = "amd",
        [VIOMMU_VIRTIO] = "virtio",
};

static const char *const confidentials[_CONFIDENTIAL_MAX] = {
        [CONFIDENTIAL_NONE] = "none",
        [CONFIDENTIAL_SEV] = "sev",
        [CONFIDENTIAL_SEV_ES] = "sev-es",
        [CONFIDENTIAL_SEV_SNP] = "sev-snp",
        [CONFIDENTIAL_TDX] = "tdx",
};

static const char *const memories[_MEMORY_KIND_MAX] = {
        [MEMORY_DIMM] = "dimm",
        [MEMORY_NVDIMM] = "nvdimm",
        [MEMORY_VIRTIO_MEM] = "virtio-mem",
        [MEMORY_VIRTIO_PMEM] = "virtio-pmem",
};

static int find(const char *const *words, size_t n, const char *word) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(words[i], word) == 0)
                        return (int) i;
        return -EINVAL;
}

const char *vmm_to_string(Vmm vmm) {
        return (unsigned) vmm < _VMM_MAX ? vmms[vmm] : "qemu";
}

int vmm_from_string(const char *word) {
        return find(vmms, _VMM_MAX, word);
}

const char *firmware_to_string(FirmwareKind kind) {
        return (unsigned) kind < _FIRMWARE_KIND_MAX ? firmwares[kind] : "unknown";
}

int firmware_from_string(const char *word) {
        return find(firmwares, _FIRMWARE_KIND_MAX, word);
}

const char *viommu_to_string(ViommuKind kind) {
        return (unsigned) kind < _VIOMMU_KIND_MAX ? viommus[kind] : "none";
}

int viommu_from_string(const char *word) {
        return find(viommus, _VIOMMU_KIND_MAX, word);
}

const char *confidential_to_string(Confidential confidential) {
        return (unsigned) confidential < _CONFIDENTIAL_MAX ? confidentials[confidential] : "none";
}

int confidential_from_string(const char *word) {
        return find(confidentials, _CONFIDENTIAL_MAX, word);
}

int guest_vendor_from_string(const char *word) {
        for (CpuVendor vendor = CPU_VENDOR_OTHER; vendor < _CPU_VENDOR_MAX; vendor++)
                if (strcmp(cpu_vendor_to_string(vendor), word) == 0)
                        return (int) vendor;
        return -EINVAL;
}

const char *memory_to_string(MemoryKind kind) {
        return (unsigned) kind < _MEMORY_KIND_MAX ? memories[kind] : "dimm";
}

int memory_from_string(const char *word) {
        return find(memories, _MEMORY_KIND_MAX, word);
}
