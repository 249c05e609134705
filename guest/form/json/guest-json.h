/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest as a JSON document (guest.schema.json), written by hand or by clients of the service. */

#include "guest/guest.h"
#include "profile/document/field.h"
#include "profile/document/json-parse.h"

extern const FieldTable guest_table; /* Guest */

#define GUEST_JSON_MAX ((size_t) 1 << 20)

/* Fills *ret; the caller empties it with guest_done(). Unknown members are rejected, as are members of the
 * wrong type. -EINVAL with "cpu.physBits: expected …" or the line of the syntax error in reterr->text;
 * -ENOMEM. Defaults are not filled in: see vmm/defaults.h. */
int guest_json_parse(const char *text, size_t n, Guest *ret, JsonError *reterr);
int guest_json_read(const json_t *document, Guest *ret, JsonError *reterr);

/* Returns a document that reads back as the same struct; NULL if out of memory. */
json_t *guest_json_write(const Guest *guest);
