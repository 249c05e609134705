/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel's log. No file has what these messages say:
 * - virtio-iommu: its address width (drivers/iommu/virtio-iommu.c, viommu_probe());
 * - SMMUv3: its output size and features (drivers/iommu/arm/arm-smmu-v3, arm_smmu_device_hw_probe());
 * - SMMUv1 and v2: their sizes (drivers/iommu/arm/arm-smmu, arm_smmu_device_cfg_probe());
 * - KVM on arm64: its mode and its limit (arch/arm64/kvm/arm.c, kvm_arm_init(), and reset.c).
 * Readers take the text of the lines that matter, one a line. If several lines are of one device, the last
 * counts: its driver was bound again. Nothing in the text is printed. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/reason.h"

/* A record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): "6,1234,5678,-;text", then property lines.
 * True for one of the messages above from the kernel itself, not from a program that writes to the log.
 * Returns its text without newline; control characters in it are the kernel's "\x09". */
bool kernel_log_record_matters(Bytes record, Bytes *ret_text);

/* The number of such a record: 0 for the first since boot. False if it has none. */
bool kernel_log_record_number(Bytes record, uint64_t *ret);

/* The same for the text of a message alone, of which is known that the kernel wrote it. */
bool kernel_log_line_matters(Bytes line);

/* "virtio_iommu NAME: input address: N bits": N, 1 to 64, of `device` ("virtio0"). ABSENT: no such line;
 * MALFORMED: invalid number. */
Reason kernel_log_input_bits(Bytes text, const char *device, uint64_t *ret);

/* "arm-smmu-v3 NAME: ias N-bit, oas M-bit (features 0x…)"; Linux 7.2 leaves ias out. */
typedef struct KernelLogSmmuV3 {
        uint64_t features; /* ARM_SMMU_FEAT_… of arm-smmu-v3.h */
        uint8_t oas;       /* physical address bits, 1 to 64 */
} KernelLogSmmuV3;

#define SMMU_V3_STAGE_1 (UINT64_C(1) << 9)
#define SMMU_V3_STAGE_2 (UINT64_C(1) << 10)
#define SMMU_V3_VAX (UINT64_C(1) << 14) /* 52-bit input of stage 1 */

/* `device` is the platform device: "9050000.smmuv3", "arm-smmu-v3.0.auto". Reasons as above. */
Reason kernel_log_smmu_v3(Bytes text, const char *device, KernelLogSmmuV3 *ret);

/* "arm-smmu NAME: SMMUv2 with:", "…: \tStage-1: N-bit VA -> M-bit IPA", "…: \tStage-2: M-bit IPA -> L-bit PA". */
typedef struct KernelLogSmmu {
        uint8_t version;     /* 1 or 2 */
        uint8_t stage_1_in;  /* VA bits; 0: no stage 1 */
        uint8_t stage_1_out; /* IPA bits; without stage 2 these are physical */
        uint8_t stage_2_in;  /* IPA bits; 0: no stage 2 */
        uint8_t stage_2_out; /* physical address bits; 0: no stage 2 */
} KernelLogSmmu;

/* ABSENT also if one of the lines is missing that belong together. */
Reason kernel_log_smmu(Bytes text, const char *device, KernelLogSmmu *ret);

typedef enum KernelLogKvmMode {
        KERNEL_LOG_KVM_UNKNOWN = 0,
        KERNEL_LOG_KVM_NONE, /* started without EL2, or disabled on the command line */
        KERNEL_LOG_KVM_VHE,
        KERNEL_LOG_KVM_NVHE, /* the kernel at EL1, KVM at EL2; also hVHE */
        KERNEL_LOG_KVM_PROTECTED,
} KernelLogKvmMode;

/* "kvm [1]: VHE mode initialized successfully", "kvm [1]: HYP mode not available", … UNKNOWN: no such line. */
KernelLogKvmMode kernel_log_kvm_mode(Bytes text);

/* "kvm [1]: IPA Size Limit: N bits": N, 1 to 64. ABSENT, MALFORMED. */
Reason kernel_log_kvm_ipa_bits(Bytes text, uint64_t *ret);
