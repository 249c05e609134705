/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The members of the document, read back: the mirror of document.h. Tables of fields for objects that go to one struct,
 * functions for the rest; `ret` of the functions for arrays is the Profile. -EINVAL with the error filled, -ENOMEM;
 * what was read until then is the profile's. */

#include "profile/document/read-value.h"

extern const JsonFields document_host_fields;
extern const JsonFields document_widths_fields;
extern const JsonFields document_paging_fields;
extern const JsonFields document_encryption_fields;
extern const JsonFields document_firmware_fields;
extern const JsonFields document_memory_fields;

int document_read_iommus(const JsonValue *value, const JsonField *field, void *ret);
int document_read_groups(const JsonValue *value, const JsonField *field, void *ret);
int document_read_bars(const JsonValue *value, const JsonField *field, void *ret); /* a ProfileDevice */
int document_read_devices(const JsonValue *value, const JsonField *field, void *ret);
int document_read_mediated(const JsonValue *value, const JsonField *field, void *ret);
int document_read_findings(const JsonValue *value, const JsonField *field, void *ret); /* a FindingList */

/* Documents of before have no mediated devices, which is not to say that there were none. */
void document_missing_mediated_reason(void *ret); /* Reason */
void document_missing_mediated(void *ret);        /* Profile */

/* An index into profile->iommus by the unit's name, null for -1. */
int document_read_unit(const JsonValue *value, const JsonField *field, void *ret);

/* Only: is it an object with our schema. */
int document_read_schema(const json_t *document, JsonError *reterr);
