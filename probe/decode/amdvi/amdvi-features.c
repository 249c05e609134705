/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/amdvi/amdvi-features.h"

#include <string.h>

#include "probe/decode/text.h"

Reason amdvi_features_decode(Bytes line, AmdviFeatures *ret) {
        const uint8_t *colon = line.n ? memchr(line.data, ':', line.n) : NULL;
        size_t n = colon ? (size_t) (colon - line.data) : line.n;
        AmdviFeatures features = { .has_efr2 = colon != NULL };
        uint64_t first, second = 0;

        if (!text_u64(bytes_part(line, 0, n), 16, &first) ||
                        (colon && !text_u64(bytes_part(line, n + 1, line.n), 16, &second)))
                return REASON_MALFORMED;
        if (first == 0 && second == 0)
                return REASON_ABSENT;
        features.efr = first > second ? first : second;
        features.efr2 = first > second ? second : first;
        *ret = features;
        return REASON_NONE;
}
