/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Basic JSON shapes of the document. New references; NULL if out of memory. */

#include <jansson.h>

#include "probe/decode/memory/range.h"
#include "probe/decode/pci/pci-address.h"
#include "probe/fact.h"

/* Sets and releases value; false (without leaks) if either is NULL or memory is short. */
bool json_put(json_t *object, const char *key, json_t *value);

/* Returns the value if ok; else releases it and returns NULL, which json_put() treats as failure. */
json_t *json_finish(json_t *value, bool ok);

/* {value, provenance, source, reason}; value is an integer, a boolean, or a "0x…" string. */
json_t *json_number(const Fact *fact);
json_t *json_state(const Fact *fact);
json_t *json_register(const Fact *fact);

json_t *json_hex(uint64_t value);                    /* "0x…" */
json_t *json_text(const char *text);                 /* null for "" */
json_t *json_reason(Reason reason);                  /* null for NONE */
json_t *json_tristate(Tristate state);               /* null for UNKNOWN */
json_t *json_size(uint64_t bytes);                   /* null above 2^63 - 1, the limit of JSON libraries */
json_t *json_pci_address(const PciAddress *address); /* NULL address: null */
json_t *json_range(uint64_t start, uint64_t end);
json_t *json_ranges(const RangeSet *ranges);
