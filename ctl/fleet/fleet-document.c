/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/fleet-document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fleet/summary.h"
#include "probe/cleanup.h"
#include "profile/document/json-read.h"

int fleet_document_host(const Profile *host, const FleetVisit *visit, FleetRecord *ret) {
        FleetRecord record = {};
        int r = fleet_record(host, &record);

        if (r >= 0 && visit)
                r = visit->visit(host, &record, visit->userdata);
        if (r < 0) {
                fleet_record_done(&record);
                return r;
        }
        *ret = record;
        return 0;
}

static int read_profile(
                const json_t *document, const FleetVisit *visit, FleetRecord *ret, JsonError *reterr) {
        _cleanup_(profile_done) Profile profile = {};
        int r = profile_json_read(document, &profile, reterr);

        return r < 0 ? r : fleet_document_host(&profile, visit, ret);
}

static int read_summary(const json_t *document, FleetRecord *ret, JsonError *reterr) {
        _cleanup_(summary_done) Summary summary = {};
        int r = summary_read(document, &summary, reterr);

        return r < 0 ? r : fleet_record_summary(&summary, ret);
}

static int refuse_array(JsonError *reterr) {
        *reterr = (JsonError){
                .text = "an array; expected one profile on each line, as \"jq -c '.[]'\" prints them"
        };
        return -EINVAL;
}

static int refuse(const json_t *document, JsonError *reterr) {
        *reterr = (JsonError){};
        snprintf(reterr->text, sizeof(reterr->text), "%s",
                        json_is_object(document) ? "schema: expected \"" PROFILE_SCHEMA
                                                   "\" or \"" SUMMARY_SCHEMA "\""
                                                 : "expected an object, such as 'hawctl describe' prints");
        return -EINVAL;
}

int fleet_document_read(
                const char *text, size_t n, const FleetVisit *visit, FleetRecord *ret, JsonError *reterr) {
        const char *schema;
        json_t *document;
        int r = json_text_parse(text, n, &document, reterr);

        if (r != -ENOMEM && n > 0 && *text == '[') {
                if (r >= 0)
                        json_decref(document);
                return refuse_array(reterr);
        }
        if (r < 0)
                return r;
        schema = json_string_value(json_object_get(document, "schema"));
        if (schema && strcmp(schema, PROFILE_SCHEMA) == 0)
                r = read_profile(document, visit, ret, reterr);
        else if (schema && strcmp(schema, SUMMARY_SCHEMA) == 0)
                r = read_summary(document, ret, reterr);
        else
                r = refuse(document, reterr);
        json_decref(document);
        return r;
}
