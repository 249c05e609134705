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

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_records),
                cmocka_unit_test(test_bits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
