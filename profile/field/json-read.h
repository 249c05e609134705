/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON to profile, the inverse of json-write, for documents from other hosts, versions and people. */

#include "profile/document/json-parse.h"
#include "profile/profile.h"

/* Fills *ret; free it with profile_done(). Every member of the schema must be present, with valid type,
 * limits and order (devices sorted, units known, …); unknown members come from newer versions and are
 * ignored. -EINVAL with "groups[3].iovaBits: expected …" in reterr->text; -ENOMEM.
 *
 * Some parts of a probed profile are not restored, as they are not in the document or not needed:
 * - firmware: only the reasons. The tables are empty, and ProfileIommu.firmware_unit is not a valid index.
 *   To show a document, print the document itself: profile_json_write() would write empty tables.
 * - `refused` is empty; host.cmdline has only parameters for widths and IOMMUs. Findings come from the
 *   document: do not call profile_find(), nor profile_digest(), as the digest includes the tables.
 * - ProfileIommu.devices_reason is ABSENT if there is no count: the document has no reason.
 * - a BAR without an address starts at 0; one of 2^63 bytes or more ends at the last byte.
 * - fields whose condition is false (unreadable identifiers, VFs of a device without VFs) are 0. */
int profile_json_read(const json_t *document, Profile *ret, JsonError *reterr);
