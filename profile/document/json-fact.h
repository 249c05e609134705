/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The small shapes the document is made of. New references; NULL when out of memory. */

#include <jansson.h>

#include "probe/decode/memory/range.h"
#include "probe/decode/pci/pci-address.h"
#include "probe/fact.h"

/* Sets and releases value; false (and nothing leaks) when either is NULL or memory is short. */
bool json_put(json_t *object, const char *key, json_t *value);

/* The value when ok; else it is released and NULL, which json_put() takes for failure in its turn. */
json_t *json_finish(json_t *value, bool ok);

/* {value, provenance, source, reason}, the value an integer, a boolean, or a "0x…" string. */
json_t *json_number(const Fact *fact);
json_t *json_state(const Fact *fact);
json_t *json_register(const Fact *fact);

json_t *json_hex(uint64_t value);      /* "0x…" */
json_t *json_text(const char *text);   /* null for "" */
json_t *json_reason(Reason reason);    /* null for NONE */
json_t *json_tristate(Tristate state); /* null for UNKNOWN */
json_t *json_size(uint64_t bytes);     /* null above the integers JSON libraries share (2^63 - 1) */
json_t *json_pci_address(const PciAddress *address); /* NULL address: null */
json_t *json_range(uint64_t start, uint64_t end);
json_t *json_ranges(const RangeSet *ranges);
