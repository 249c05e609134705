/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>
#include <stdlib.h>

#include "guest/rules/run.h"
#include "guest/vmm/vmm.h"
#include "tests/unit/drawn-guest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing that overlaps stays unseen. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        LayoutOverlap found[8];
        bool reported = false;
        DrawnGuest drawn;
        Layout layout = {};
        size_t n;

        drawn_guest(data, size, &drawn);
        if (layout_derive(&drawn.guest, &drawn.host, &layout) < 0)
                return 0;
        n = layout_overlaps(&drawn.guest, &layout, found, 8);
        for (size_t i = 0; i < n; i++)
                reported = reported || found[i].effect >= OVERLAP_LATER;
        if (reported != (drawn_overlap(&drawn, &layout) != NULL))
                abort();
        layout_done(&layout);
        return 0;
}
