/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/vtd/vtd-width.h"

static unsigned min_bits(unsigned a, unsigned b) {
        return a < b ? a : b;
}

unsigned vtd_mgaw_bits(const VtdCap *cap) {
        return cap->mgaw + 1U;
}

unsigned vtd_sagaw_bits(const VtdCap *cap) {
        static const unsigned widths[] = { 0, 39, 48, 57 };

        /* Bit 0 (30 bits) and bit 4 (64 bits) are reserved and not used by drivers. */
        for (unsigned n = 3; n >= 1; n--)
                if (bit(cap->sagaw, n))
                        return widths[n];
        return 0;
}

unsigned vtd_domains(const VtdCap *cap) {
        return cap->nd == 7 ? 0 : 1U << (4 + 2 * cap->nd);
}

unsigned vtd_second_stage_bits(const VtdCap *cap) {
        return min_bits(vtd_mgaw_bits(cap), vtd_sagaw_bits(cap));
}

unsigned vtd_second_stage_bits_scalable(const VtdCap *cap) {
        if (bit(cap->sagaw, 3) && cap->fs5lp)
                return min_bits(vtd_mgaw_bits(cap), 57);
        return bit(cap->sagaw, 2) ? min_bits(vtd_mgaw_bits(cap), 48) : 0;
}

unsigned vtd_first_stage_bits(const VtdCap *cap, const VtdEcap *ecap) {
        if (!ecap->smts || !ecap->fsts)
                return 0;
        return min_bits(vtd_mgaw_bits(cap), cap->fs5lp ? 57 : 48) - 1;
}
