/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/read-fact.h"
#include "profile/document/read.h"
#include "profile/profile.h"

#define BAR_SIZE_MAX (UINT64_C(1) << 62)

static const JsonField bar_members[] = {
        { "is64bit", json_read_bool, JSON_FIELD(ProfileBar, is_64bit) },
        { "prefetchable", json_read_bool, JSON_FIELD(ProfileBar, prefetchable) },
};

static int read_number(const JsonValue *object, const char *key, uint64_t min, uint64_t max, uint64_t *ret) {
        JsonValue member;
        int r = json_value_member(object, key, &member);

        return r < 0 ? r : json_value_integer(&member, min, max, ret);
}

static int read_bar(const JsonValue *value, ProfileBar *ret) {
        static const JsonFields fields = { ELEMENTS(bar_members), bar_members };
        uint64_t index, size;
        int r;

        r = read_number(value, "index", 0, 5, &index);
        if (r >= 0)
                r = read_number(value, "size", 1, BAR_SIZE_MAX, &size);
        if (r < 0)
                return r;
        ret->index = (uint8_t) index;
        ret->end = size - 1;
        return json_read_fields(value, &fields, ret);
}

static int read_bars(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileMediated *device = ret;
        size_t n;
        int r;

        r = json_value_array(value, PROFILE_MEDIATED_BARS, &n);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                JsonValue element = json_value_element(value, i);

                r = read_bar(&element, &device->bars[device->n_bars++]);
        }
        return r;
}

static int read_uuid(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileMediated *device = ret;
        const char *text = json_string_value(value->json);

        if (!text ||
                        !uuid_parse((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) },
                                        device->uuid) ||
                        strcmp(text, device->uuid) != 0)
                return json_value_fail(value, "expected a UUID in lower case");
        return 0;
}

#define TEXT(key, member) \
        { key, json_read_text, JSON_FIELD(ProfileMediated, member) }

static const JsonField device_members[] = {
        { "uuid", read_uuid },
        TEXT("parent", parent),
        TEXT("type", type),
        TEXT("typeName", type_name),
        TEXT("api", api),
        { "bars", read_bars },
        { "barsReason", json_read_reason, JSON_FIELD(ProfileMediated, bars_reason) },
};

int document_read_mediated(const JsonValue *value, const JsonField *field, void *ret) {
        static const JsonFields fields = { ELEMENTS(device_members), device_members };
        Profile *profile = ret;
        void *elements;
        size_t n;
        int r;

        r = json_value_new_elements(value, sizeof(ProfileMediated), &elements, &n);
        if (r < 0 || n == 0)
                return r;
        profile->mediated = elements;
        profile->n_mediated = n;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);

                r = json_read_fields(&element, &fields, &profile->mediated[i]);
                if (r < 0)
                        return r;
                if (i > 0 && strcmp(profile->mediated[i - 1].uuid, profile->mediated[i].uuid) >= 0)
                        return json_value_fail(&element, "expected a UUID above that of the device before");
        }
        return 0;
}

void document_missing_mediated_reason(void *ret) {
        *(Reason *) ret = REASON_ABSENT;
}

void document_missing_mediated(void *ret) {
}
