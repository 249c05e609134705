/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "probe/decode/kernel/kernel-log.h"
#include "probe/decode/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A record that matters is a line of the text that is kept; a width is one to 64 bits. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Bytes input = { .data = data, .n = size }, text;
        uint64_t bits = 0;

        if (kernel_log_record_matters(input, &text) &&
                        (!text_starts(text, "virtio_iommu ") || text.n >= size || text.data < data ||
                                        text.data + text.n > data + size))
                abort();
        if (kernel_log_input_bits(input, "virtio0", &bits) == REASON_NONE && (bits < 1 || bits > 64))
                abort();
        return 0;
}
