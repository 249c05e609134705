/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/decoded/register-fields.h"

#include "probe/decode/amdvi/amdvi-efr.h"
#include "probe/decode/vtd/vtd-cap.h"
#include "probe/decode/vtd/vtd-ecap.h"
#include "profile/document/json-fact.h"

static json_t *fields_json(uint64_t value, const RegisterField *fields, size_t n) {
        json_t *object = json_object();

        for (size_t i = 0; i < n; i++)
                if (!json_put(object, fields[i].name,
                                    json_integer((json_int_t) bits(value, fields[i].high, fields[i].low)))) {
                        json_decref(object);
                        return NULL;
                }
        return object;
}

json_t *register_fields_vtd_cap(uint64_t value) {
        return fields_json(value, vtd_cap_fields, vtd_cap_n_fields);
}

json_t *register_fields_vtd_ecap(uint64_t value) {
        return fields_json(value, vtd_ecap_fields, vtd_ecap_n_fields);
}

json_t *register_fields_amdvi_efr(uint64_t value) {
        return fields_json(value, amdvi_efr_fields, amdvi_efr_n_fields);
}

json_t *register_fields_amdvi_efr2(uint64_t value) {
        return fields_json(value, amdvi_efr2_fields, amdvi_efr2_n_fields);
}
