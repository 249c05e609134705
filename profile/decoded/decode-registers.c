/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/decoded/decode-registers.h"

#include "probe/decode/amdvi/amdvi-width.h"
#include "probe/decode/vtd/vtd-width.h"
#include "profile/decoded/register-fields.h"
#include "profile/document/json-fact.h"

/* Decoders use 0 for "none". */
static json_t *or_null(unsigned value) {
        return value > 0 ? json_integer(value) : json_null();
}

json_t *decode_vtd_json(uint64_t cap_value, uint64_t ecap_value) {
        json_t *object = json_object();
        bool ok = true;
        VtdEcap ecap;
        VtdCap cap;

        vtd_cap_decode(cap_value, &cap);
        vtd_ecap_decode(ecap_value, &ecap);
        ok &= json_put(object, "capRaw", json_hex(cap_value));
        ok &= json_put(object, "ecapRaw", json_hex(ecap_value));
        ok &= json_put(object, "mgawBits", json_integer(vtd_mgaw_bits(&cap)));
        ok &= json_put(object, "secondStageBits", or_null(vtd_second_stage_bits(&cap)));
        ok &= json_put(object, "firstStageBits", or_null(vtd_first_stage_bits(&cap, &ecap)));
        ok &= json_put(object, "domains", or_null(vtd_domains(&cap)));
        ok &= json_put(object, "cap", register_fields_vtd_cap(cap_value));
        ok &= json_put(object, "ecap", register_fields_vtd_ecap(ecap_value));
        return json_finish(object, ok);
}

json_t *decode_amdvi_json(uint64_t efr_value, const uint64_t *efr2) {
        json_t *object = json_object();
        bool ok = true;
        AmdviEfr efr;

        amdvi_efr_decode(efr_value, &efr);
        ok &= json_put(object, "efrRaw", json_hex(efr_value));
        ok &= json_put(object, "efr2Raw", efr2 ? json_hex(*efr2) : json_null());
        ok &= json_put(object, "hostLevels", or_null(amdvi_host_levels(&efr)));
        ok &= json_put(object, "guestLevels", or_null(amdvi_guest_levels(&efr)));
        ok &= json_put(object, "efr", register_fields_amdvi_efr(efr_value));
        ok &= json_put(object, "efr2", efr2 ? register_fields_amdvi_efr2(*efr2) : json_null());
        return json_finish(object, ok);
}
