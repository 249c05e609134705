/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The small shapes the document is made of, read back: the mirror of json-fact.h. Each is a `read` of JsonField; what
 * `ret` points to is said beside it. */

#include "probe/decode/pci/pci-address.h"
#include "profile/document/read-value.h"

int json_read_number(const JsonValue *value, const JsonField *field, void *ret);   /* Fact; .max */
int json_read_state(const JsonValue *value, const JsonField *field, void *ret);    /* Fact */
int json_read_register(const JsonValue *value, const JsonField *field, void *ret); /* Fact */

/* What a document does not say that was written before hawd did. */
void json_missing_fact(void *ret); /* Fact */

int json_read_object(const JsonValue *value, const JsonField *field, void *ret); /* the struct of .fields */
int json_read_name(const JsonValue *value, const JsonField *field, void *ret);   /* char[], not empty */
int json_read_string(const JsonValue *value, const JsonField *field, void *ret); /* char[] */
int json_read_text(const JsonValue *value, const JsonField *field, void *ret);   /* char[]; null is "" */
int json_read_word(const JsonValue *value, const JsonField *field, void *ret);   /* enum; .word, .expected */
int json_read_reason(const JsonValue *value, const JsonField *field, void *ret); /* Reason; null is NONE */
int json_read_tristate(const JsonValue *value, const JsonField *field, void *ret); /* null is UNKNOWN */
int json_read_bool(const JsonValue *value, const JsonField *field, void *ret);
int json_read_start_end(const JsonValue *value, uint64_t *ret_start, uint64_t *ret_end);
int json_read_ranges(const JsonValue *value, const JsonField *field, void *ret); /* RangeSet, normalised */

/* A PCI address; with a flag that may be NULL when null is none. */
int json_member_pci_address(const JsonValue *object, const char *key, bool *ret_known, PciAddress *ret);
