/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Profile to JSON (profile.schema.json). Members and array elements are written one at a time, so a host
 * with thousands of devices needs no more memory than one device. */

#include <jansson.h>
#include <stdbool.h>

#include "profile/document/json-stream.h"
#include "profile/profile.h"

/* The whole document. -ENOMEM, or the error of the sink. */
int profile_json_write(const Profile *profile, JsonLayout layout, JsonSink sink, void *userdata);

/* The selected members of the document, as one value. */
json_t *profile_json_members(const Profile *profile, bool (*wanted)(const char *key));

/* One element of the array of that name, for `hawctl iommus --json`. New references; NULL if out of
 * memory. */
json_t *profile_json_iommu(const Profile *profile, const ProfileIommu *iommu);
json_t *profile_json_group(const Profile *profile, const ProfileGroup *group);
json_t *profile_json_device(const Profile *profile, const ProfileDevice *device);
