/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The readers of values that only a guest's document has: `read` of JsonField; what `ret` points to is said beside it. */

#include "profile/document/read-value.h"

int guest_read_object(const JsonValue *value, const JsonField *field, void *ret); /* the struct of .fields */
int guest_read_size(const JsonValue *value, const JsonField *field, void *ret);   /* uint64_t; .max */
int guest_read_number(const JsonValue *value, const JsonField *field, void *ret); /* any unsigned; .max */
int guest_read_version(const JsonValue *value, const JsonField *field, void *ret); /* GuestVersion */
int guest_read_form(const JsonValue *value, const JsonField *field, void *ret);    /* Guest */
int guest_read_bars(const JsonValue *value, const JsonField *field, void *ret);    /* a GuestDevice */
int guest_read_device(const JsonValue *value, void *ret);                          /* GuestDevice */

extern const JsonFields guest_memory_fields; /* of GuestMemory */
