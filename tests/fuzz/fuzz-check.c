/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>
#include <stdlib.h>

#include "tests/unit/judge-check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Host and guest both drawn from the input: whoever is said to be safe is so, and what is proposed helps. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static DrawnCase drawn;
        char fault[JUDGE_FAULT_MAX];
        JudgeCounts counts = {};

        drawn_case(data, size, &drawn);
        if (!judge_check(&drawn, size % 2, &counts, fault))
                abort();
        return 0;
}
