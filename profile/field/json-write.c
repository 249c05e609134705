/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/field/json-write.h"

#include <stdlib.h>
#include <string.h>

#include "profile/document/field-write.h"
#include "profile/document/json-fact.h"
#include "profile/field/tables.h"

static void write_member(JsonStream *stream, const FieldContext *context, const Field *field) {
        const Profile *profile = context->profile;

        if (!field_is_collection(field)) {
                json_stream_value(stream, field->key, field_json(context, field, profile));
                return;
        }
        json_stream_open(stream, field->key, '[');
        for (size_t i = 0; i < field_count(field, profile) && stream->error == 0; i++)
                json_stream_value(stream, NULL,
                                fields_json(context, field->table, field_element(field, profile, i)));
        json_stream_close(stream, ']');
}

int profile_json_write(const Profile *profile, JsonLayout layout, JsonSink sink, void *userdata) {
        JsonStream stream = { .layout = layout, .sink = sink, .userdata = userdata };
        const FieldContext context = { profile, .canonical = layout == JSON_LAYOUT_CANONICAL };
        const Field *order[PROFILE_MEMBERS_MAX];
        size_t n = fields_published(&profile_table, context.canonical, profile, order, PROFILE_MEMBERS_MAX);

        json_stream_open(&stream, NULL, '{');
        for (size_t i = 0; i < n && stream.error == 0; i++)
                write_member(&stream, &context, order[i]);
        json_stream_close(&stream, '}');
        return json_stream_finish(&stream);
}

json_t *profile_json_members(const Profile *profile, bool (*wanted)(const char *key)) {
        const FieldContext context = { profile };
        json_t *json = json_object();
        bool ok = json != NULL;

        for (size_t i = 0; i < profile_table.n && ok; i++) {
                const Field *field = &profile_table.fields[i];

                if (wanted(field->key) && !field_left_out(field, false, profile))
                        ok = json_put(json, field->key, field_json(&context, field, profile));
        }
        return json_finish(json, ok);
}

json_t *profile_json_iommu(const Profile *profile, const ProfileIommu *iommu) {
        return fields_json(&(FieldContext){ profile }, &iommu_table, iommu);
}

json_t *profile_json_group(const Profile *profile, const ProfileGroup *group) {
        return fields_json(&(FieldContext){ profile }, &group_table, group);
}

json_t *profile_json_device(const Profile *profile, const ProfileDevice *device) {
        return fields_json(&(FieldContext){ profile }, &device_table, device);
}
