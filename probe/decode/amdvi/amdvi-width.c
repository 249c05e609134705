/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/amdvi/amdvi-width.h"

unsigned amdvi_host_levels(const AmdviEfr *efr) {
        return efr->hats <= 2 ? 4U + efr->hats : 0;
}

unsigned amdvi_guest_levels(const AmdviEfr *efr) {
        return efr->gats <= 1 ? 4U + efr->gats : 0;
}

unsigned amdvi_host_table_bits(const AmdviEfr *efr) {
        static const unsigned widths[] = { 48, 57, 64 };

        return efr->hats <= 2 ? widths[efr->hats] : 0;
}

unsigned amdvi_guest_domain_bits(const AmdviEfr *efr, bool la57_enabled) {
        return efr->gats == 1 && la57_enabled ? 56 : 47;
}

unsigned amdvi_guest_table_bits(const AmdviEfr *efr, bool la57_enabled) {
        if (!efr->gt || amdvi_guest_levels(efr) == 0)
                return 0;
        return amdvi_guest_domain_bits(efr, la57_enabled);
}
