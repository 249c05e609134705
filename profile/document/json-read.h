/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON to profile, the inverse of json-write: for documents that other hosts, other versions and other people wrote. */

#include "profile/document/json-parse.h"
#include "profile/profile.h"

/* Fills *ret, to be emptied with profile_done(). Every member of the schema must be there, of its type, within its
 * bounds and of its place (devices sorted, names of units known, …); members it does not have are of a newer version
 * and passed over. -EINVAL with "groups[3].iovaBits: expected …" in reterr->text; -ENOMEM.
 *
 * Not all of a probed profile comes back, because not all of it is in the document or worth a tree of structs:
 * - firmware: only the reasons; the tables are empty, and ProfileIommu.firmware_unit is an index into nothing.
 *   To show a document as it is, show the document: profile_json_write() would put empty tables into it.
 * - `refused` is empty; host.cmdline lacks what the kernel's parameters say beyond widths and IOMMUs. Findings come from the document, and profile_find() is not for such a profile;
 *   nor is profile_digest(), the digest being over the tables too.
 * - ProfileIommu.devices_reason is ABSENT where there is no count: the document does not say why.
 * - a BAR without an address starts at 0; one of 2^63 bytes or more ends at the last byte.
 * - fields behind a condition that does not hold (identifiers that could not be read, the VFs of what has none) are 0. */
int profile_json_read(const json_t *document, Profile *ret, JsonError *reterr);
