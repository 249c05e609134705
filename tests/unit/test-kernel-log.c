/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "probe/decode/kernel/kernel-log.h"
#include "probe/decode/text.h"

/* The form is the kernel's (Documentation/ABI/testing/dev-kmsg), the text viommu_probe()'s. */
static void test_records(void **state) {
        static const struct {
                const char *record, *text; /* NULL: does not matter */
        } vectors[] = {
                { "6,612,1203456,-;virtio_iommu virtio0: input address: 39 bits\n SUBSYSTEM=virtio\n",
                                "virtio_iommu virtio0: input address: 39 bits" },
                { "6,612,1203456,-,caller=T1;virtio_iommu virtio12: input address: 64 bits\n",
                                "virtio_iommu virtio12: input address: 64 bits" },
                { "0,1,2,c;virtio_iommu v: input address: 1 bits", "virtio_iommu v: input address: 1 bits" },
                { "6,612,1203456,-;virtio_iommu virtio0: page mask: 0xfffffffffffff000\n", NULL },
                /* Facility 1 is a program's that wrote to /dev/kmsg. */
                { "14,612,1203456,-;virtio_iommu virtio0: input address: 64 bits\n", NULL },
                { "6,612,1203456,-;a virtio_iommu virtio0: input address: 64 bits\n", NULL },
                { "6,612,1203456,-;virtio_iommu virtio0: input address: 64 bits!\n", NULL },
                { "6,612,1203456,-;virtio_iommu : input address: 64 bits\n", NULL },
                { "-6,612,1203456,-;virtio_iommu virtio0: input address: 64 bits\n", NULL },
                { "virtio_iommu virtio0: input address: 64 bits\n", NULL },
                { "", NULL },
                { "6,2,3,-;arm-smmu-v3 9050000.smmuv3: ias 44-bit, oas 44-bit (features 0x00008305)\n SUBSYSTEM=platform\n",
                                "arm-smmu-v3 9050000.smmuv3: ias 44-bit, oas 44-bit (features 0x00008305)" },
                { "6,2,3,-;arm-smmu-v3 arm-smmu-v3.0.auto: oas 44-bit (features 0x01088705)\n",
                                "arm-smmu-v3 arm-smmu-v3.0.auto: oas 44-bit (features 0x01088705)" },
                { "14,2,3,-;arm-smmu-v3 9050000.smmuv3: oas 44-bit (features 0x00008305)\n", NULL },
                { "6,2,3,-;arm-smmu-v3 9050000.smmuv3: allocated 65536 entries for cmdq\n", NULL },
                { "6,2,3,-;arm-smmu-v3 9050000.smmuv3: ias -bit, oas 44-bit (features 0x00008305)\n",
                                "arm-smmu-v3 9050000.smmuv3: ias -bit, oas 44-bit (features 0x00008305)" },
                { "6,2,3,-;arm-smmu-v3 9050000.smmuv3: oas 44-bit (features 0x00008305\n",
                                "arm-smmu-v3 9050000.smmuv3: oas 44-bit (features 0x00008305" },
                { "6,2,3,-;arm-smmu-v3 : oas 44-bit (features 0x00008305)\n", NULL },
                { "5,2,3,-;arm-smmu 2b500000.iommu: SMMUv2 with:\n",
                                "arm-smmu 2b500000.iommu: SMMUv2 with:" },
                { "5,2,3,-;arm-smmu 2b500000.iommu: \\x09Stage-1: 48-bit VA -> 40-bit IPA\n",
                                "arm-smmu 2b500000.iommu: \\x09Stage-1: 48-bit VA -> 40-bit IPA" },
                { "5,2,3,-;arm-smmu 2b500000.iommu: \tStage-2: 40-bit IPA -> 40-bit PA\n",
                                "arm-smmu 2b500000.iommu: \tStage-2: 40-bit IPA -> 40-bit PA" },
                { "5,2,3,-;arm-smmu 2b500000.iommu: \\x09stage 1 translation\n", NULL },
                { "5,2,3,-;arm-smmu 2b500000.iommu: Stage-1: 48-bit VA -> 40-bit IPA\n", NULL },
                { "6,2,3,-;kvm [1]: IPA Size Limit: 44 bits\n", "kvm [1]: IPA Size Limit: 44 bits" },
                { "6,2,3,-;kvm [1]: IPA Size Limit: 36 bits (Reduced IPA size, limited VM/VMM compatibility)\n",
                                "kvm [1]: IPA Size Limit: 36 bits (Reduced IPA size, limited VM/VMM compatibility)" },
                { "6,2,3,-;kvm [1]: VHE mode initialized successfully\n",
                                "kvm [1]: VHE mode initialized successfully" },
                { "3,2,3,-;kvm [1]: HYP mode not available\n", "kvm [1]: HYP mode not available" },
                { "12,2,3,-;kvm [1]: HYP mode not available\n", NULL },
                { "6,2,3,-;kvm []: HYP mode not available\n", NULL },
                { "6,2,3,-;kvm [1]: vgic interrupt IRQ9\n", NULL },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                Bytes text;
                bool matters = kernel_log_record_matters(bytes_of(vectors[i].record), &text);

                assert_int_equal(matters, vectors[i].text != NULL);
                if (matters)
                        assert_true(text_equal(text, vectors[i].text));
        }
}

static void test_bits(void **state) {
        static const struct {
                const char *text, *device;
                Reason reason;
                uint64_t bits;
        } vectors[] = {
                { "virtio_iommu virtio0: input address: 39 bits\n", "virtio0", REASON_NONE, 39 },
                { "virtio_iommu virtio0: input address: 39 bits\n", "virtio", REASON_ABSENT, 0 },
                { "virtio_iommu virtio1: input address: 39 bits\nvirtio_iommu virtio10: input address: 48 bits",
                                "virtio10", REASON_NONE, 48 },
                /* Bound anew: the last counts. */
                { "virtio_iommu virtio0: input address: 39 bits\nvirtio_iommu virtio0: input address: 64 bits\n",
                                "virtio0", REASON_NONE, 64 },
                { "virtio_iommu virtio0: input address: 65 bits\n", "virtio0", REASON_MALFORMED, 0 },
                { "virtio_iommu virtio0: input address: 0 bits\n", "virtio0", REASON_MALFORMED, 0 },
                { "virtio_iommu virtio0: input address: -1 bits\n", "virtio0", REASON_MALFORMED, 0 },
                { "", "virtio0", REASON_ABSENT, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                uint64_t bits = 0;

                assert_int_equal(kernel_log_input_bits(bytes_of(vectors[i].text), vectors[i].device, &bits),
                                vectors[i].reason);
                if (vectors[i].reason == REASON_NONE)
                        assert_int_equal(bits, vectors[i].bits);
        }
}

/* The lines of Linux 6.1, 6.12 and 7.2 in emulated hosts; the others by arm_smmu_device_hw_probe(). */
static void test_smmu_v3(void **state) {
        static const struct {
                const char *text;
                Reason reason;
                uint64_t features;
                unsigned oas;
        } vectors[] = {
                { "arm-smmu-v3 a: ias 44-bit, oas 44-bit (features 0x00008305)\n", REASON_NONE, 0x8305, 44 },
                { "arm-smmu-v3 a: ias 44-bit, oas 44-bit (features 0x00008505)\n", REASON_NONE, 0x8505, 44 },
                { "arm-smmu-v3 a: oas 48-bit (features 0x01088705)\n", REASON_NONE, 0x1088705, 48 },
                { "arm-smmu-v3 b: oas 48-bit (features 0x01088705)\narm-smmu-v3 a: oas 40-bit (features 0x205)",
                                REASON_NONE, 0x205, 40 },
                /* Bound anew. */
                { "arm-smmu-v3 a: oas 48-bit (features 0x205)\narm-smmu-v3 a: oas 40-bit (features 0x405)\n",
                                REASON_NONE, 0x405, 40 },
                { "arm-smmu-v3 ab: oas 48-bit (features 0x205)\n", REASON_ABSENT, 0, 0 },
                { "arm-smmu-v3 a: oas 0-bit (features 0x205)\n", REASON_MALFORMED, 0, 0 },
                { "arm-smmu-v3 a: oas 65-bit (features 0x205)\n", REASON_MALFORMED, 0, 0 },
                { "arm-smmu-v3 a: oas 44-bit (features 0x10000000000000000)\n", REASON_MALFORMED, 0, 0 },
                { "arm-smmu-v3 a: oas 44-bit (features 0x)\n", REASON_MALFORMED, 0, 0 },
                { "arm-smmu-v3 a: oas 44-bit (features 0x205)\narm-smmu-v3 a: oas 99-bit (features 0x205)\n",
                                REASON_MALFORMED, 0, 0 },
                { "arm-smmu-v3 a: oas 44-bit (features 205)\n", REASON_MALFORMED, 0, 0 },
                { "arm-smmu-v3 a: oas 44-bit (features 0x405, options 0x0)\n", REASON_MALFORMED, 0, 0 },
                { "", REASON_ABSENT, 0, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                KernelLogSmmuV3 found = {};

                assert_int_equal(kernel_log_smmu_v3(bytes_of(vectors[i].text), "a", &found),
                                vectors[i].reason);
                if (vectors[i].reason == REASON_NONE) {
                        assert_int_equal(found.features, vectors[i].features);
                        assert_int_equal(found.oas, vectors[i].oas);
                }
        }
}

/* By arm_smmu_device_cfg_probe(). */
static void test_smmu(void **state) {
        static const struct {
                const char *text;
                Reason reason;
                KernelLogSmmu found;
        } vectors[] = {
                { "arm-smmu a: SMMUv2 with:\narm-smmu a: \\x09Stage-1: 48-bit VA -> 44-bit IPA\n"
                  "arm-smmu a: \\x09Stage-2: 44-bit IPA -> 40-bit PA\n",
                                REASON_NONE, { 2, 48, 44, 44, 40 } },
                { "arm-smmu a: SMMUv1 with:\narm-smmu a: \tStage-2: 40-bit IPA -> 40-bit PA\n", REASON_NONE,
                                { 1, 0, 0, 40, 40 } },
                /* Bound anew: what was said before is forgotten. */
                { "arm-smmu a: SMMUv2 with:\narm-smmu a: \tStage-1: 48-bit VA -> 44-bit IPA\n"
                  "arm-smmu a: SMMUv2 with:\narm-smmu a: \tStage-2: 44-bit IPA -> 40-bit PA\n",
                                REASON_NONE, { 2, 0, 0, 44, 40 } },
                { "arm-smmu a: SMMUv2 with:\narm-smmu b: \tStage-1: 48-bit VA -> 44-bit IPA\n",
                                REASON_ABSENT },
                { "arm-smmu a: \tStage-1: 48-bit VA -> 44-bit IPA\n", REASON_ABSENT },
                { "arm-smmu a: SMMUv3 with:\narm-smmu a: \tStage-1: 48-bit VA -> 44-bit IPA\n",
                                REASON_MALFORMED },
                { "arm-smmu a: SMMUv2 with:\narm-smmu a: \tStage-1: 0-bit VA -> 44-bit IPA\n"
                  "arm-smmu a: \tStage-2: 44-bit IPA -> 40-bit PA\n",
                                REASON_MALFORMED },
                { "", REASON_ABSENT },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                KernelLogSmmu found = {};

                assert_int_equal(kernel_log_smmu(bytes_of(vectors[i].text), "a", &found), vectors[i].reason);
                if (vectors[i].reason != REASON_NONE)
                        continue;
                assert_int_equal(found.version, vectors[i].found.version);
                assert_int_equal(found.stage_1_in, vectors[i].found.stage_1_in);
                assert_int_equal(found.stage_1_out, vectors[i].found.stage_1_out);
                assert_int_equal(found.stage_2_in, vectors[i].found.stage_2_in);
                assert_int_equal(found.stage_2_out, vectors[i].found.stage_2_out);
        }
}

static void test_kvm(void **state) {
        static const struct {
                const char *text;
                KernelLogKvmMode mode;
                Reason reason;
                unsigned bits;
        } vectors[] = {
                { "kvm [1]: IPA Size Limit: 44 bits\nkvm [1]: Hyp mode initialized successfully\n",
                                KERNEL_LOG_KVM_NVHE, REASON_NONE, 44 },
                { "kvm [1]: IPA Size Limit: 52 bits\nkvm [1]: VHE mode initialized successfully",
                                KERNEL_LOG_KVM_VHE, REASON_NONE, 52 },
                { "kvm [1]: Protected nVHE mode initialized successfully\n", KERNEL_LOG_KVM_PROTECTED,
                                REASON_ABSENT, 0 },
                { "kvm [1]: Hyp nVHE mode initialized successfully\n", KERNEL_LOG_KVM_NVHE, REASON_ABSENT,
                                0 },
                { "kvm [1]: KVM disabled from command line\n", KERNEL_LOG_KVM_NONE, REASON_ABSENT, 0 },
                { "kvm [1]: HYP mode not available\n", KERNEL_LOG_KVM_NONE, REASON_ABSENT, 0 },
                { "kvm [1]: IPA Size Limit: 36 bits (Reduced IPA size)\n", KERNEL_LOG_KVM_UNKNOWN,
                                REASON_NONE, 36 },
                { "kvm [1]: IPA Size Limit: 0 bits\n", KERNEL_LOG_KVM_UNKNOWN, REASON_MALFORMED, 0 },
                { "kvm [1]: IPA Size Limit: -1 bits\n", KERNEL_LOG_KVM_UNKNOWN, REASON_MALFORMED, 0 },
                { "kvm [1]: IPA Size Limit: 440 bits\n", KERNEL_LOG_KVM_UNKNOWN, REASON_MALFORMED, 0 },
                { "kvm [x]: VHE mode initialized successfully\n", KERNEL_LOG_KVM_UNKNOWN, REASON_ABSENT, 0 },
                { "", KERNEL_LOG_KVM_UNKNOWN, REASON_ABSENT, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                uint64_t bits = 0;

                assert_int_equal(kernel_log_kvm_mode(bytes_of(vectors[i].text)), vectors[i].mode);
                assert_int_equal(kernel_log_kvm_ipa_bits(bytes_of(vectors[i].text), &bits),
                                vectors[i].reason);
                if (vectors[i].reason == REASON_NONE)
                        assert_int_equal(bits, vectors[i].bits);
        }
}

static void test_numbers(void **state) {
        static const struct {
                const char *record;
                bool known;
                uint64_t number;
        } vectors[] = {
                { "6,0,0,-;Booting Linux\n", true, 0 },
                { "14,1234,5678,-,caller=T1;a program's\n", true, 1234 },
                { "6,,0,-;text", false, 0 },
                { "6;text", false, 0 },
                { "6,12", false, 0 },
                { "", false, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                uint64_t number = 99;

                assert_int_equal(kernel_log_record_number(bytes_of(vectors[i].record), &number),
                                vectors[i].known);
                if (vectors[i].known)
                        assert_int_equal(number, vectors[i].number);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_records),
                cmocka_unit_test(test_bits),
                cmocka_unit_test(test_smmu_v3),
                cmocka_unit_test(test_smmu),
                cmocka_unit_test(test_kvm),
                cmocka_unit_test(test_numbers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
