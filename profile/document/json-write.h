/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Profile to JSON (profile.schema.json). The document is written member by member and array element by element,
 * so that a host of thousands of devices costs no more memory than one of them. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "profile/profile.h"

/* Takes n bytes of the text; a negative errno ends the writing and is passed on. */
typedef int (*JsonSink)(const char *text, size_t n, void *userdata);

typedef enum JsonLayout {
        JSON_LAYOUT_SHORT,  /* one line and a newline */
        JSON_LAYOUT_PRETTY, /* indented by two, newline at the end */
        JSON_LAYOUT_CANONICAL, /* keys sorted, no blanks, no newline, without volatile parts and without the digest:
                                  what the digest is taken over */
} JsonLayout;

/* The whole document. -ENOMEM, or what the sink returned. */
int profile_json_write(const Profile *profile, JsonLayout layout, JsonSink sink, void *userdata);

/* Those members of the document that are wanted, as one value. */
json_t *profile_json_members(const Profile *profile, bool (*wanted)(const char *key));

/* One element of the arrays of the same name, for `hawctl iommus --json` and its like. New references; NULL when
 * out of memory. */
json_t *profile_json_iommu(const Profile *profile, const ProfileIommu *iommu);
json_t *profile_json_group(const Profile *profile, const ProfileGroup *group);
json_t *profile_json_device(const Profile *profile, const ProfileDevice *device);

/* Writes a list of values as a JSON array with the same flat memory: `next` gives a new reference per call, NULL
 * with *error 0 at the end. */
typedef json_t *(*JsonNext)(void *userdata, int *error);
int json_array_write(JsonNext next, void *next_userdata, JsonLayout layout, JsonSink sink, void *userdata);
