/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The members of the document, one builder each. New references; NULL when out of memory. `canonical` leaves out
 * what is volatile or names the machine rather than its widths. */

#include <jansson.h>

#include "profile/profile.h"

json_t *document_host(const Profile *profile, bool canonical);
json_t *document_widths(const Profile *profile, bool canonical);
json_t *document_paging(const Profile *profile, bool canonical);
json_t *document_encryption(const Profile *profile, bool canonical);
json_t *document_firmware(const Profile *profile, bool canonical);
json_t *document_memory(const Profile *profile, bool canonical);
json_t *document_iommu(const Profile *profile, size_t i, bool canonical);
json_t *document_group(const Profile *profile, size_t i, bool canonical);
json_t *document_device(const Profile *profile, size_t i, bool canonical);
json_t *document_mediated(const Profile *profile, size_t i, bool canonical);
json_t *document_finding(const Profile *profile, size_t i, bool canonical);
