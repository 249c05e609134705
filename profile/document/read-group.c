/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/read-fact.h"
#include "profile/document/read.h"
#include "profile/profile.h"

#define MEMBERS_MAX 4096
/* A file name of 255 bytes, each of which may be written as four. */
#define MEMBER_NAME_MAX 1021

static int read_type(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileGroup *group = ret;
        int r;

        r = json_read_text(value, &(JsonField){ JSON_FIELD(ProfileGroup, type_word) }, group->type_word);
        if (r < 0)
                return r;
        group->type = group_type_decode(group->type_word);
        return 0;
}

static int read_members(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileGroup *group = ret;
        size_t n;
        int r;

        r = json_value_array(value, MEMBERS_MAX, &n);
        if (r < 0 || n == 0)
                return r;
        group->members = calloc(n, sizeof(char *));
        if (!group->members)
                return -ENOMEM;
        group->n_members = n;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);
                char name[MEMBER_NAME_MAX];

                r = json_read_name(&element, &(JsonField){ .size = sizeof(name) }, name);
                if (r < 0)
                        return r;
                group->members[i] = strdup(name);
                if (!group->members[i])
                        return -ENOMEM;
        }
        return 0;
}

static int read_region(const JsonValue *value, ReservedRegion *ret) {
        JsonValue type;
        int r;

        r = json_read_start_end(value, &ret->start, &ret->end);
        if (r < 0)
                return r;
        r = json_value_member(value, "type", &type);
        if (r < 0)
                return r;
        r = json_value_text(&type, sizeof(ret->word), ret->word);
        if (r < 0)
                return r;
        ret->type = reserved_type_decode(
                        (Bytes){ .data = (const uint8_t *) ret->word, .n = strlen(ret->word) });
        return 0;
}

static int read_regions(const JsonValue *value, const JsonField *field, void *ret) {
        ReservedRegions *regions = ret;
        size_t n;
        int r;

        r = json_value_array(value, RESERVED_REGIONS_COUNT_MAX, &n);
        if (r < 0 || n == 0)
                return r;
        regions->regions = calloc(n, sizeof(ReservedRegion));
        if (!regions->regions)
                return -ENOMEM;
        regions->n = n;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);

                r = read_region(&element, &regions->regions[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_bits(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileGroup *group = ret;
        uint64_t bits;
        bool known;
        int r;

        r = json_member_integer_or_null(value->parent, field->key, 1, 64, &known, &bits);
        if (r < 0)
                return r;
        group->bits = (uint8_t) bits;
        return 0;
}

static int read_why(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileGroup *group = ret;

        if (json_is_null(value->json)) {
                group->why = ASSIGNABLE_WHY_NONE;
                return 0;
        }
        return json_read_word(value,
                        &(JsonField){ .word = assignable_why_from_string,
                                        .expected = "\"direct-region\", \"bridges-only\", \"no-interrupt-remapping\", "
                                                    "\"no-iommu\", \"not-pci\", \"unreadable\" or null" },
                        &group->why);
}

static int read_culprit(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileGroup *group = ret;

        return json_member_pci_address(value->parent, field->key, &group->has_culprit, &group->culprit);
}

#define GROUP(member) JSON_FIELD(ProfileGroup, member)

static const JsonField group_members[] = {
        { "name", json_read_text, GROUP(name) },
        { "type", read_type },
        { "typeReason", json_read_reason, GROUP(type_reason) },
        { "devices", read_members },
        { "reservedRegions", read_regions, GROUP(regions) },
        { "regionsReason", json_read_reason, GROUP(regions_reason) },
        { "iommu", document_read_unit, GROUP(iommu) },
        { "iovaBits", read_bits },
        { "bitsReason", json_read_reason, GROUP(bits_reason) },
        { "usableIova", json_read_ranges, GROUP(usable) },
        { "assignable", json_read_tristate, GROUP(assignable) },
        { "assignableReason", read_why },
        { "isolated", json_read_tristate, GROUP(isolated) },
        { "culprit", read_culprit },
};

/* Sorted, so that devices find their group by its number. */
static int read_id(const JsonValue *value, const Profile *profile, size_t i, uint32_t *ret) {
        JsonValue id;
        uint64_t n;
        int r;

        r = json_value_member(value, "id", &id);
        if (r < 0)
                return r;
        r = json_value_integer(&id, 0, INT32_MAX, &n);
        if (r < 0)
                return r;
        if (i > 0 && n <= profile->groups[i - 1].id)
                return json_value_fail(&id, "expected a number above that of the group before");
        *ret = (uint32_t) n;
        return 0;
}

int document_read_groups(const JsonValue *value, const JsonField *field, void *ret) {
        static const JsonFields fields = { ELEMENTS(group_members), group_members };
        Profile *profile = ret;
        void *elements;
        size_t n;
        int r;

        r = json_value_new_elements(value, sizeof(ProfileGroup), &elements, &n);
        if (r < 0 || n == 0)
                return r;
        profile->groups = elements;
        profile->n_groups = n;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);

                r = read_id(&element, profile, i, &profile->groups[i].id);
                if (r < 0)
                        return r;
                r = json_read_fields(&element, &fields, &profile->groups[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}
