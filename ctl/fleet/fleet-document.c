/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/fleet-document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/fleet/document-memory.h"
#include "fleet/summary.h"
#include "probe/cleanup.h"
#include "profile/field/json-read.h"

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

/* Either of the two, whichever the schema names. */
typedef struct Host {
        bool is_summary;
        Profile profile;
        Summary summary;
} Host;

static void host_done(Host *host) {
        profile_done(&host->profile);
        summary_done(&host->summary);
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

/* The document is not released: its memory is, at the end. */
static int read_host(const char *text, size_t n, Host *ret, JsonError *reterr) {
        const char *schema;
        json_t *document;
        int r = json_text_parse(text, n, &document, reterr);

        if (r != -ENOMEM && n > 0 && *text == '[')
                return refuse_array(reterr);
        if (r < 0)
                return r;
        schema = json_string_value(json_object_get(document, "schema"));
        if (schema && strcmp(schema, PROFILE_SCHEMA) == 0)
                return profile_json_read(document, &ret->profile, reterr);
        ret->is_summary = schema && strcmp(schema, SUMMARY_SCHEMA) == 0;
        return ret->is_summary ? summary_read(document, &ret->summary, reterr) : refuse(document, reterr);
}

int fleet_document_read(
                const char *text, size_t n, const FleetVisit *visit, FleetRecord *ret, JsonError *reterr) {
        _cleanup_(host_done) Host host = {};
        int r;

        document_memory_begin();
        r = read_host(text, n, &host, reterr);
        document_memory_end();
        if (r < 0)
                return r;
        return host.is_summary ? fleet_record_summary(&host.summary, ret)
                               : fleet_document_host(&host.profile, visit, ret);
}
