/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/amdvi/amdvi-features.h"
#include "probe/decode/amdvi/amdvi-width.h"
#include "probe/decode/vtd/vtd-width.h"
#include "profile/decoded/decode-registers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Two registers, and the same bytes as the text of a sysfs file: widths stay within what pages can reach. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        uint64_t values[2] = {};
        AmdviFeatures features;
        VtdEcap ecap;
        VtdCap cap;

        memcpy(values, data, size < sizeof(values) ? size : sizeof(values));
        vtd_cap_decode(values[0], &cap);
        vtd_ecap_decode(values[1], &ecap);
        if (vtd_second_stage_bits(&cap) > 57 || vtd_first_stage_bits(&cap, &ecap) > 56)
                abort();
        json_decref(decode_vtd_json(values[0], values[1]));
        json_decref(decode_amdvi_json(values[0], &values[1]));
        (void) amdvi_features_decode((Bytes){ .data = data, .n = size }, &features);
        return 0;
}
