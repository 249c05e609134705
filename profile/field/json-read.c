/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/field/json-read.h"

#include "profile/document/field-read.h"
#include "profile/field/tables.h"
#include "profile/host-regions.h"

int profile_json_read(const json_t *document, Profile *ret, JsonError *reterr) {
        Profile profile = {};
        JsonReader reader = { .error = reterr, .profile = &profile };
        const JsonValue top = { .json = document, .reader = &reader };
        int r;

        r = fields_read(&top, &profile_table, &profile);
        json_decref(reader.units);
        if (r >= 0)
                r = host_regions_collect(&profile, &profile.regions);
        if (r < 0) {
                profile_done(&profile);
                return r;
        }
        *ret = profile;
        return 0;
}
