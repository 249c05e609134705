/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest as a JSON document, guest.schema.json: what clients hand to the service, and people write by hand. */

#include "guest/guest.h"
#include "profile/document/json-parse.h"
#include "profile/field/field.h"

extern const FieldTable guest_table; /* Guest */

#define GUEST_JSON_MAX ((size_t) 1 << 20)

/* Fills *ret, to be emptied with guest_done(). Strict: what is not understood must never pass for understood, so that a
 * member the schema does not have is refused as one of the wrong type is. -EINVAL with "cpu.physBits: expected …" in
 * reterr->text, or the line of what is no JSON; -ENOMEM. Defaults are not filled in: see vmm/defaults.h. */
int guest_json_parse(const char *text, size_t n, Guest *ret, JsonError *reterr);
int guest_json_read(const json_t *document, Guest *ret, JsonError *reterr);

/* The document that reads back as the same struct. A new reference; NULL when out of memory. */
json_t *guest_json_write(const Guest *guest);
