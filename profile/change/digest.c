/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/digest.h"

#include <errno.h>
#include <jansson.h>
#include <sha2.h>
#include <string.h>

#include "profile/change/unchanged.h"
#include "profile/document/json-write.h"

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

/* Takes the reference over. */
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

/* Where an element keeps its fingerprint; NULL for those that are made anew each time. */
static Fingerprint *kept(Profile *profile, const char *key, size_t i) {
        return strcmp(key, "iommus") == 0             ? &profile->iommus[i].fingerprint
                        : strcmp(key, "groups") == 0  ? &profile->groups[i].fingerprint
                        : strcmp(key, "devices") == 0 ? &profile->devices[i].fingerprint
                                                      : NULL;
}

static const Fingerprint *lent(const Profile *profile, const Profile *former, const char *key, size_t i) {
        if (!former)
                return NULL;
        if (strcmp(key, "groups") == 0)
                return group_unchanged(profile, &profile->groups[i], former);
        if (strcmp(key, "devices") == 0)
                return device_unchanged(profile, &profile->devices[i], former);
        return NULL;
}

static int of_element(Profile *profile, const Profile *former, size_t member, size_t i, Fingerprint *ret) {
        const char *key = profile_member_key(member);
        const Fingerprint *old = lent(profile, former, key, i);
        Fingerprint *keep = kept(profile, key, i);
        int r = 0;

        if (old)
                *ret = *old;
        else
                r = of_value(profile_member_element(profile, member, i), ret);
        if (r >= 0 && keep)
                *keep = *ret;
        return r;
}

static int of_array(Profile *profile, const Profile *former, size_t member, Fingerprint *ret) {
        const char *between = "[";
        SHA2_CTX context;

        SHA256Init(&context);
        for (size_t i = 0; i < profile_member_count(profile, member); i++) {
                Fingerprint element;
                int r;

                r = of_element(profile, former, member, i, &element);
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

/* Keys in byte order, as JSON_SORT_KEYS has them. */
static void sort_keys(size_t order[PROFILE_MEMBERS]) {
        for (size_t i = 0; i < PROFILE_MEMBERS; i++) {
                size_t at = i;

                for (; at > 0 && strcmp(profile_member_key(order[at - 1]), profile_member_key(i)) > 0; at--)
                        order[at] = order[at - 1];
                order[at] = i;
        }
}

static void of_document(Profile *profile) {
        size_t order[PROFILE_MEMBERS];
        const char *between = "{\"";
        SHA2_CTX context;

        sort_keys(order);
        SHA256Init(&context);
        for (size_t i = 0; i < PROFILE_MEMBERS; i++) {
                const char *key = profile_member_key(order[i]);

                if (strcmp(key, "digest") == 0)
                        continue;
                feed_text(&context, between);
                feed_text(&context, key);
                feed_text(&context, "\":");
                feed_fingerprint(&context, &profile->members[order[i]]);
                between = ",\"";
        }
        feed_text(&context, "}");
        SHA256End(&context, profile->digest);
}

int profile_digest(Profile *profile, const Profile *former) {
        former = former && profiles_comparable(profile, former) ? former : NULL;
        *profile->digest = 0;
        for (size_t member = 0; member < PROFILE_MEMBERS; member++) {
                json_t *value = profile_member_value(profile, member, true);
                int r = value ? of_value(value, &profile->members[member])
                              : of_array(profile, former, member, &profile->members[member]);

                if (r < 0)
                        return r;
        }
        of_document(profile);
        return 0;
}
