/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/digest.h"

#include <errno.h>
#include <jansson.h>
#include <sha2.h>
#include <string.h>

#include "profile/change/unchanged.h"
#include "profile/document/field-write.h"
#include "profile/field/tables.h"

bool fingerprint_equal(const Fingerprint *a, const Fingerprint *b) {
        return memcmp(a, b, sizeof(*a)) == 0;
}

static int feed(const char *text, size_t n, void *userdata) {
        SHA256Update(userdata, (const uint8_t *) text, n);
        return 0;
}

static void feed_text(SHA2_CTX *context, const char *text) {
        SHA256Update(context, (const uint8_t *) text, strlen(text));
}

/* A fingerprint as a JSON string. */
static void feed_fingerprint(SHA2_CTX *context, const Fingerprint *fingerprint) {
        static const char digits[] = "0123456789abcdef";
        char text[2 * sizeof(fingerprint->bytes) + 3] = "\"";

        for (size_t i = 0; i < sizeof(fingerprint->bytes); i++) {
                text[1 + 2 * i] = digits[fingerprint->bytes[i] >> 4];
                text[2 + 2 * i] = digits[fingerprint->bytes[i] & 0xf];
        }
        text[sizeof(text) - 2] = '"';
        feed_text(context, text);
}

/* Takes over the reference. */
static int of_value(json_t *value, Fingerprint *ret) {
        SHA2_CTX context;
        int r;

        if (!value)
                return -ENOMEM;
        SHA256Init(&context);
        r = json_dump_callback(value, feed, &context, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
        json_decref(value);
        if (r < 0)
                return -ENOMEM;
        SHA256Final(ret->bytes, &context);
        return 0;
}

/* The fingerprint stored in an element; NULL for kinds that are always recomputed. */
static Fingerprint *kept(const FieldTable *table, const void *element) {
        return table == &iommu_table             ? &((ProfileIommu *) element)->fingerprint
                        : table == &group_table  ? &((ProfileGroup *) element)->fingerprint
                        : table == &device_table ? &((ProfileDevice *) element)->fingerprint
                                                 : NULL;
}

static const Fingerprint *lent(const Profile *profile, const Profile *former, const FieldTable *table,
                const void *element) {
        if (!former)
                return NULL;
        if (table == &group_table)
                return group_unchanged(profile, element, former);
        if (table == &device_table)
                return device_unchanged(profile, element, former);
        return NULL;
}

static int of_element(const Profile *profile, const Profile *former, const FieldTable *table,
                const void *element, Fingerprint *ret) {
        const FieldContext context = { profile, .canonical = true };
        const Fingerprint *old = lent(profile, former, table, element);
        Fingerprint *keep = kept(table, element);
        int r = 0;

        if (old)
                *ret = *old;
        else
                r = of_value(fields_json(&context, table, element), ret);
        if (r >= 0 && keep)
                *keep = *ret;
        return r;
}

static int of_list(const Profile *profile, const Profile *former, const Field *field, Fingerprint *ret) {
        const char *between = "[";
        SHA2_CTX context;

        SHA256Init(&context);
        for (size_t i = 0; i < field_count(field, profile); i++) {
                Fingerprint element;
                int r = of_element(
                                profile, former, field->table, field_element(field, profile, i), &element);

                if (r < 0)
                        return r;
                feed_text(&context, between);
                feed_fingerprint(&context, &element);
                between = ",";
        }
        feed_text(&context, *between == '[' ? "[]" : "]");
        SHA256Final(ret->bytes, &context);
        return 0;
}

static int of_member(const Profile *profile, const Profile *former, const Field *field, Fingerprint *ret) {
        const FieldContext context = { profile, .canonical = true };

        return field_is_collection(field) ? of_list(profile, former, field, ret)
                                          : of_value(field_json(&context, field, profile), ret);
}

int profile_digest(Profile *profile, const Profile *former) {
        const Field *members[PROFILE_MEMBERS_MAX];
        size_t n = fields_published(&profile_table, true, profile, members, PROFILE_MEMBERS_MAX);
        const char *between = "{\"";
        SHA2_CTX context;

        *profile->digest = 0;
        SHA256Init(&context);
        for (size_t i = 0; i < n; i++) {
                Fingerprint *fingerprint = &profile->members[members[i] - profile_table.fields];
                int r = of_member(profile, former, members[i], fingerprint);

                if (r < 0)
                        return r;
                feed_text(&context, between);
                feed_text(&context, members[i]->key);
                feed_text(&context, "\":");
                feed_fingerprint(&context, fingerprint);
                between = ",\"";
        }
        feed_text(&context, "}");
        SHA256End(&context, profile->digest);
        return 0;
}
