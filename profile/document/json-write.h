/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Profile to JSON (profile.schema.json). Members and array elements are written one at a time, so a host
 * with thousands of devices needs no more memory than one device. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "profile/profile.h"

/* Takes n bytes of the text. A negative errno stops writing and is returned. */
typedef int (*JsonSink)(const char *text, size_t n, void *userdata);

typedef enum JsonLayout {
        JSON_LAYOUT_SHORT,     /* one line and a newline */
        JSON_LAYOUT_PRETTY,    /* indented by 2, newline at the end */
        JSON_LAYOUT_CANONICAL, /* keys sorted, no blanks, no newline, without volatile parts and digest:
                                * input of the digest */
} JsonLayout;

/* The whole document. -ENOMEM, or the error of the sink. */
int profile_json_write(const Profile *profile, JsonLayout layout, JsonSink sink, void *userdata);

/* The selected members of the document, as one value. */
json_t *profile_json_members(const Profile *profile, bool (*wanted)(const char *key));

/* One element of the array of that name, for `hawctl iommus --json`. New references; NULL if out of
 * memory. */
json_t *profile_json_iommu(const Profile *profile, const ProfileIommu *iommu);
json_t *profile_json_group(const Profile *profile, const ProfileGroup *group);
json_t *profile_json_device(const Profile *profile, const ProfileDevice *device);

/* Writes values as a JSON array, one at a time to save memory: `next` returns a new reference per call, NULL
 * with *error 0 at the end. */
typedef json_t *(*JsonNext)(void *userdata, int *error);
int json_array_write(JsonNext next, void *next_userdata, JsonLayout layout, JsonSink sink, void *userdata);
