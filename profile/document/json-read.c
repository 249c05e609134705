/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/json-read.h"
#include "profile/host-regions.h"

#include <errno.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/read-fact.h"
#include "profile/document/read.h"

static int read_schema(const JsonValue *value, const JsonField *field, void *ret) {
        if (!json_is_string(value->json) || strcmp(json_string_value(value->json), "hawd-profile/1") != 0)
                return json_value_fail(value, "expected \"hawd-profile/1\"");
        return 0;
}

static int read_digest(const JsonValue *value, const JsonField *field, void *ret) {
        const char *text = json_string_value(value->json);

        if (!text || strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
                return json_value_fail(value, "expected 64 lower-case hexadecimal digits");
        memcpy(ret, text, 65);
        return 0;
}

/* In the document's order: groups and devices name units, devices name groups. */
static const JsonField members[] = {
        { "schema", read_schema },
        { "host", json_read_object, JSON_FIELD(Profile, host), .fields = &document_host_fields },
        { "widths", json_read_object, JSON_FIELD(Profile, widths), .fields = &document_widths_fields },
        { "paging", json_read_object, JSON_FIELD(Profile, paging), .fields = &document_paging_fields },
        { "encryption", json_read_object, JSON_FIELD(Profile, encryption),
                        .fields = &document_encryption_fields },
        { "iommusReason", json_read_reason, JSON_FIELD(Profile, iommus_reason) },
        { "iommus", document_read_iommus },
        { "groupsReason", json_read_reason, JSON_FIELD(Profile, groups_reason) },
        { "groups", document_read_groups },
        { "devicesReason", json_read_reason, JSON_FIELD(Profile, devices_reason) },
        { "devices", document_read_devices },
        { "mediatedDevicesReason", json_read_reason, JSON_FIELD(Profile, mediated_reason),
                        .missing = document_missing_mediated_reason },
        { "mediatedDevices", document_read_mediated, .missing = document_missing_mediated },
        { "firmware", json_read_object, JSON_FIELD(Profile, firmware), .fields = &document_firmware_fields },
        { "memory", json_read_object, JSON_FIELD(Profile, memory), .fields = &document_memory_fields },
        { "reservedRegions", json_read_ranges, JSON_FIELD(Profile, reserved) },
        { "usableIova", json_read_ranges, JSON_FIELD(Profile, usable_iova) },
        { "findings", document_read_findings, JSON_FIELD(Profile, findings) },
        { "digest", read_digest, JSON_FIELD(Profile, digest) },
};

int document_read_schema(const json_t *document, JsonError *reterr) {
        static const JsonFields schema = { 1, members };
        JsonReader reader = { .error = reterr };
        const JsonValue top = { .json = document, .reader = &reader };

        return json_read_fields(&top, &schema, NULL);
}

int profile_json_read(const json_t *document, Profile *ret, JsonError *reterr) {
        static const JsonFields fields = { ELEMENTS(members), members };
        JsonReader reader = { .error = reterr };
        const JsonValue top = { .json = document, .reader = &reader };
        Profile profile = {};
        int r;

        r = json_read_fields(&top, &fields, &profile);
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
