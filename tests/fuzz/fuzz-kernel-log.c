/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "probe/decode/kernel/kernel-log.h"
#include "probe/decode/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_width(uint64_t bits) {
        return bits >= 1 && bits <= 64;
}

/* A record that matters is a line of the text that is kept; a width is one to 64 bits. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Bytes input = { .data = data, .n = size }, text;
        uint64_t bits = 0, number = 0;
        KernelLogSmmuV3 v3;
        KernelLogSmmu old;

        if (kernel_log_record_matters(input, &text) &&
                        (!kernel_log_line_matters(text) || text.n >= size || text.data < data ||
                                        text.data + text.n > data + size))
                abort();
        if (kernel_log_input_bits(input, "virtio0", &bits) == REASON_NONE && !is_width(bits))
                abort();
        if (kernel_log_smmu_v3(input, "a", &v3) == REASON_NONE && !is_width(v3.oas))
                abort();
        if (kernel_log_smmu(input, "a", &old) == REASON_NONE &&
                        (old.stage_1_in + old.stage_2_in == 0 || old.version < 1 || old.version > 2))
                abort();
        if (kernel_log_kvm_ipa_bits(input, &bits) == REASON_NONE && !is_width(bits))
                abort();
        (void) kernel_log_kvm_mode(input);
        (void) kernel_log_record_number(input, &number);
        return 0;
}
