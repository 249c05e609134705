/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/json-write.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/document.h"
#include "profile/document/json-fact.h"
#include "profile/document/json-stream.h"

/* A member of the document: one value, or an array whose elements are built one at a time. */
typedef struct Member {
        const char *key;
        json_t *(*value)(const Profile *profile, bool canonical);
        size_t (*count)(const Profile *profile);
        json_t *(*element)(const Profile *profile, size_t i, bool canonical);
} Member;

static json_t *member_schema(const Profile *profile, bool canonical) {
        return json_string("hawd-profile/1");
}

static json_t *member_iommus_reason(const Profile *profile, bool canonical) {
        return json_reason(profile->iommus_reason);
}

static json_t *member_groups_reason(const Profile *profile, bool canonical) {
        return json_reason(profile->groups_reason);
}

static json_t *member_devices_reason(const Profile *profile, bool canonical) {
        return json_reason(profile->devices_reason);
}

static json_t *member_mediated_reason(const Profile *profile, bool canonical) {
        return json_reason(profile->mediated_reason);
}

static json_t *member_reserved(const Profile *profile, bool canonical) {
        return json_ranges(&profile->reserved);
}

static json_t *member_usable(const Profile *profile, bool canonical) {
        return json_ranges(&profile->usable_iova);
}

static json_t *member_digest(const Profile *profile, bool canonical) {
        return json_string(profile->digest);
}

static size_t count_iommus(const Profile *profile) {
        return profile->n_iommus;
}

static size_t count_groups(const Profile *profile) {
        return profile->n_groups;
}

static size_t count_devices(const Profile *profile) {
        return profile->n_devices;
}

static size_t count_mediated(const Profile *profile) {
        return profile->n_mediated;
}

static size_t count_findings(const Profile *profile) {
        return profile->findings.n;
}

/* In the document's order. */
static const Member members[] = {
        { "schema", .value = member_schema },
        { "host", .value = document_host },
        { "widths", .value = document_widths },
        { "paging", .value = document_paging },
        { "encryption", .value = document_encryption },
        { "iommusReason", .value = member_iommus_reason },
        { "iommus", .count = count_iommus, .element = document_iommu },
        { "groupsReason", .value = member_groups_reason },
        { "groups", .count = count_groups, .element = document_group },
        { "devicesReason", .value = member_devices_reason },
        { "devices", .count = count_devices, .element = document_device },
        { "mediatedDevicesReason", .value = member_mediated_reason },
        { "mediatedDevices", .count = count_mediated, .element = document_mediated },
        { "firmware", .value = document_firmware },
        { "memory", .value = document_memory },
        { "reservedRegions", .value = member_reserved },
        { "usableIova", .value = member_usable },
        { "findings", .count = count_findings, .element = document_finding },
        { "digest", .value = member_digest },
};

static_assert(ELEMENTS(members) == PROFILE_MEMBERS, "the members of the document are counted");

const char *profile_member_key(size_t member) {
        return members[member].key;
}

json_t *profile_member_value(const Profile *profile, size_t member, bool canonical) {
        return members[member].value ? members[member].value(profile, canonical) : NULL;
}

size_t profile_member_count(const Profile *profile, size_t member) {
        return members[member].count(profile);
}

json_t *profile_member_element(const Profile *profile, size_t member, size_t i) {
        return members[member].element(profile, i, true);
}

static int compare_members(const void *a, const void *b) {
        const Member *const *x = a, *const *y = b;

        return strcmp((*x)->key, (*y)->key);
}

static void write_member(JsonStream *stream, const Profile *profile, const Member *member) {
        bool canonical = stream->layout == JSON_LAYOUT_CANONICAL;

        if (member->value) {
                json_stream_value(stream, member->key, member->value(profile, canonical));
                return;
        }
        json_stream_open(stream, member->key, '[');
        for (size_t i = 0; i < member->count(profile) && stream->error == 0; i++)
                json_stream_value(stream, NULL, member->element(profile, i, canonical));
        json_stream_close(stream, ']');
}

int profile_json_write(const Profile *profile, JsonLayout layout, JsonSink sink, void *userdata) {
        JsonStream stream = { .layout = layout, .sink = sink, .userdata = userdata };
        const Member *order[ELEMENTS(members)];

        for (size_t i = 0; i < ELEMENTS(members); i++)
                order[i] = &members[i];
        if (layout == JSON_LAYOUT_CANONICAL)
                qsort(order, ELEMENTS(order), sizeof(order[0]), compare_members);

        json_stream_open(&stream, NULL, '{');
        for (size_t i = 0; i < ELEMENTS(order) && stream.error == 0; i++)
                /* The digest cannot be part of what it is taken over. */
                if (layout != JSON_LAYOUT_CANONICAL || order[i]->value != member_digest)
                        write_member(&stream, profile, order[i]);
        json_stream_close(&stream, '}');
        return json_stream_finish(&stream);
}

json_t *profile_json_iommu(const Profile *profile, const ProfileIommu *iommu) {
        return document_iommu(profile, (size_t) (iommu - profile->iommus), false);
}

json_t *profile_json_group(const Profile *profile, const ProfileGroup *group) {
        return document_group(profile, (size_t) (group - profile->groups), false);
}

json_t *profile_json_device(const Profile *profile, const ProfileDevice *device) {
        return document_device(profile, (size_t) (device - profile->devices), false);
}

int json_array_write(JsonNext next, void *next_userdata, JsonLayout layout, JsonSink sink, void *userdata) {
        JsonStream stream = { .layout = layout, .sink = sink, .userdata = userdata };
        json_t *value;

        json_stream_open(&stream, NULL, '[');
        while (stream.error == 0 && (value = next(next_userdata, &stream.error)))
                json_stream_value(&stream, NULL, value);
        json_stream_close(&stream, ']');
        return json_stream_finish(&stream);
}
