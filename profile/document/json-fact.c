/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/json-fact.h"

#include <inttypes.h>
#include <stdio.h>

bool json_put(json_t *object, const char *key, json_t *value) {
        /* jansson releases the value on failure too, and fails if either is NULL. */
        return json_object_set_new(object, key, value) == 0;
}

json_t *json_finish(json_t *value, bool ok) {
        if (ok)
                return value;
        json_decref(value);
        return NULL;
}

json_t *json_hex(uint64_t value) {
        char text[19];

        snprintf(text, sizeof(text), "0x%" PRIx64, value);
        return json_string(text);
}

json_t *json_text(const char *text) {
        return *text ? json_string(text) : json_null();
}

json_t *json_reason(Reason reason) {
        return reason == REASON_NONE ? json_null() : json_string(reason_to_string(reason));
}

json_t *json_tristate(Tristate state) {
        return state == TRISTATE_UNKNOWN ? json_null() : json_boolean(state == TRISTATE_YES);
}

json_t *json_size(uint64_t bytes) {
        return bytes > INT64_MAX ? json_null() : json_integer((json_int_t) bytes);
}

json_t *json_pci_address(const PciAddress *address) {
        char text[PCI_ADDRESS_TEXT_MAX];

        if (!address)
                return json_null();
        pci_address_format(address, text, sizeof(text));
        return json_string(text);
}

json_t *json_range(uint64_t start, uint64_t end) {
        json_t *object = json_object();

        if (!json_put(object, "start", json_hex(start)) || !json_put(object, "end", json_hex(end))) {
                json_decref(object);
                return NULL;
        }
        return object;
}

json_t *json_ranges(const RangeSet *ranges) {
        json_t *array = json_array();

        for (size_t i = 0; i < ranges->n; i++)
                if (json_array_append_new(
                                    array, json_range(ranges->ranges[i].start, ranges->ranges[i].end)) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

static json_t *json_fact(const Fact *fact, json_t *value) {
        json_t *object = json_object();

        if (!json_put(object, "value", value) ||
                        !json_put(object, "provenance",
                                        json_string(provenance_to_string(fact->provenance))) ||
                        !json_put(object, "source", json_string(fact->source)) ||
                        !json_put(object, "reason", json_reason(fact->reason))) {
                json_decref(object);
                return NULL;
        }
        return object;
}

json_t *json_number(const Fact *fact) {
        if (fact_known(fact) && fact->value > INT64_MAX) {
                Fact large = fact_unknown(REASON_TOO_LARGE, "%s", fact->source);

                return json_fact(&large, json_null());
        }
        return json_fact(fact, fact_known(fact) ? json_integer((json_int_t) fact->value) : json_null());
}

json_t *json_state(const Fact *fact) {
        return json_fact(fact, fact_known(fact) ? json_boolean(fact->value != 0) : json_null());
}

json_t *json_register(const Fact *fact) {
        return json_fact(fact, fact_known(fact) ? json_hex(fact->value) : json_null());
}
