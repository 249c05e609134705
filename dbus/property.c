/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/property.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/decode/memory/range.h"
#include "probe/decode/memory/reserved-regions.h"
#include "probe/fact.h"

int property_append_text(sd_bus_message *reply, const char *text, size_t n) {
        char *space;
        int r = sd_bus_message_append_string_space(reply, n, &space);

        if (r < 0)
                return r;
        memcpy(space, text, n);
        space[n] = 0;
        return 0;
}

/* ── facts ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* The value alone: why it is unknown and where it came from are properties of their own. */
static bool equal_facts(const void *a, const void *b) {
        const Fact *x = a, *y = b;

        return fact_known(x) == fact_known(y) && (!fact_known(x) || x->value == y->value);
}

static bool equal_origins(const Fact *x, const Fact *y) {
        return x->provenance == y->provenance && strcmp(x->source, y->source) == 0;
}

static int append_bits(sd_bus_message *reply, const void *value) {
        const Fact *fact = value;
        uint32_t bits = fact_known(fact) && fact->value <= UINT32_MAX ? (uint32_t) fact->value : 0;

        return sd_bus_message_append_basic(reply, 'u', &bits);
}

static int append_number(sd_bus_message *reply, const void *value) {
        const Fact *fact = value;
        uint64_t number = fact_known(fact) ? fact->value : 0;

        return sd_bus_message_append_basic(reply, 't', &number);
}

static int append_state(sd_bus_message *reply, const void *value) {
        const Fact *fact = value;
        Tristate state = fact_known(fact) ? tristate(fact->value != 0) : TRISTATE_UNKNOWN;

        return sd_bus_message_append_basic(reply, 's', tristate_to_string(state));
}

const PropertyKind property_bits = { append_bits, equal_facts, .fact = true };
PROPERTY_GETTER(bits)
const PropertyKind property_number = { append_number, equal_facts, .fact = true };
PROPERTY_GETTER(number)
const PropertyKind property_state = { append_state, equal_facts, .fact = true };
PROPERTY_GETTER(state)

/* ── plain values ──────────────────────────────────────────────────────────────────────────────────────── */

static int append_text(sd_bus_message *reply, const void *value) {
        return property_append_text(reply, value, strlen(value));
}

static bool equal_texts(const void *a, const void *b) {
        return strcmp(a, b) == 0;
}

static int append_counter(sd_bus_message *reply, const void *value) {
        return sd_bus_message_append_basic(reply, 't', value);
}

static bool equal_counters(const void *a, const void *b) {
        return *(const uint64_t *) a == *(const uint64_t *) b;
}

static int append_count(sd_bus_message *reply, const void *value) {
        return sd_bus_message_append_basic(reply, 'u', value);
}

static bool equal_counts(const void *a, const void *b) {
        return *(const uint32_t *) a == *(const uint32_t *) b;
}

const PropertyKind property_text = { append_text, equal_texts };
PROPERTY_GETTER(text)
const PropertyKind property_counter = { append_counter, equal_counters };
PROPERTY_GETTER(counter)
const PropertyKind property_count = { append_count, equal_counts };
PROPERTY_GETTER(count)

/* ── ranges ────────────────────────────────────────────────────────────────────────────────────────────── */

static int append_ranges(sd_bus_message *reply, const void *value) {
        const RangeSet *set = value;
        int r = sd_bus_message_open_container(reply, 'a', "(tt)");

        for (size_t i = 0; i < set->n && r >= 0; i++)
                r = sd_bus_message_append(reply, "(tt)", set->ranges[i].start, set->ranges[i].end);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static bool equal_ranges(const void *a, const void *b) {
        const RangeSet *x = a, *y = b;

        if (x->n != y->n)
                return false;
        for (size_t i = 0; i < x->n; i++)
                if (x->ranges[i].start != y->ranges[i].start || x->ranges[i].end != y->ranges[i].end)
                        return false;
        return true;
}

static int append_regions(sd_bus_message *reply, const void *value) {
        const ReservedRegions *set = value;
        int r = sd_bus_message_open_container(reply, 'a', "(tts)");

        for (size_t i = 0; i < set->n && r >= 0; i++)
                r = sd_bus_message_append(reply, "(tts)", set->regions[i].start, set->regions[i].end,
                                set->regions[i].word);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static bool equal_regions(const void *a, const void *b) {
        const ReservedRegions *x = a, *y = b;

        if (x->n != y->n)
                return false;
        for (size_t i = 0; i < x->n; i++) {
                const ReservedRegion *p = &x->regions[i], *q = &y->regions[i];

                if (p->start != q->start || p->end != q->end || strcmp(p->word, q->word) != 0)
                        return false;
        }
        return true;
}

const PropertyKind property_ranges = { append_ranges, equal_ranges };
PROPERTY_GETTER(ranges)
const PropertyKind property_regions = { append_regions, equal_regions };
PROPERTY_GETTER(regions)

/* ── a table ───────────────────────────────────────────────────────────────────────────────────────────── */

static const void *value_of(const Property *property, const void *object) {
        return (const char *) object + property->offset;
}

int property_append_unknown(const PropertyTable *table, const void *object, sd_bus_message *reply) {
        int r = sd_bus_message_open_container(reply, 'a', "{ss}");

        for (size_t i = 0; i < table->n && r >= 0; i++) {
                const Fact *fact = value_of(&table->properties[i], object);

                if (table->properties[i].kind->fact && !fact_known(fact))
                        r = sd_bus_message_append(reply, "{ss}", table->properties[i].name,
                                        reason_to_string(fact->reason));
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

int property_append_provenance(const PropertyTable *table, const void *object, sd_bus_message *reply) {
        char text[FACT_SOURCE_MAX + 16];
        int r = sd_bus_message_open_container(reply, 'a', "{ss}");

        for (size_t i = 0; i < table->n && r >= 0; i++) {
                const Fact *fact = value_of(&table->properties[i], object);

                if (!table->properties[i].kind->fact)
                        continue;
                snprintf(text, sizeof(text), "%s: %s", provenance_to_string(fact->provenance), fact->source);
                r = sd_bus_message_append(reply, "{ss}", table->properties[i].name, text);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

size_t property_changes(const PropertyTable *table, const void *before, const void *after, const char **ret,
                size_t max) {
        bool reasons = false, origins = false;
        size_t n = 0;

        for (size_t i = 0; i < table->n && n + 3 < max; i++) {
                const Property *property = &table->properties[i];
                const void *old = value_of(property, before), *new = value_of(property, after);

                if (!property->kind->equal(old, new))
                        ret[n++] = property->name;
                if (property->kind->fact) {
                        reasons |= ((const Fact *) old)->reason != ((const Fact *) new)->reason;
                        origins |= !equal_origins(old, new);
                }
        }
        if (reasons)
                ret[n++] = "Unknown";
        if (origins)
                ret[n++] = "Provenance";
        ret[n] = NULL;
        return n;
}
