/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The words of hawd-guest/1. Back from a word: -EINVAL for what is no such word. */

#include "guest/guest.h"

/* "qemu", "cloud-hypervisor" */
const char *vmm_to_string(Vmm vmm);
int vmm_from_string(const char *word);

/* "unknown", "none", "seabios", "ovmf" */
const char *firmware_to_string(FirmwareKind kind);
int firmware_from_string(const char *word);

/* "none", "intel", "amd", "virtio" */
const char *viommu_to_string(ViommuKind kind);
int viommu_from_string(const char *word);

/* "none", "sev", "sev-es", "sev-snp", "tdx" */
const char *confidential_to_string(Confidential confidential);
int confidential_from_string(const char *word);

/* Of a virtual CPU: "intel", "amd", "hygon", "centaur", "zhaoxin", "other", as cpu_vendor_to_string() has them. */
int guest_vendor_from_string(const char *word);

/* "dimm", "nvdimm", "virtio-mem", "virtio-pmem" */
const char *memory_to_string(MemoryKind kind);
int memory_from_string(const char *word);
