/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/fleet-parts.h"
#include "probe/cleanup.h"

/* ── order ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Those that came again are left out. */
static void compact_hosts(Fleet *fleet) {
        size_t n = 0;

        for (size_t i = 0; i < fleet->n_hosts; i++)
                if (fleet->hosts[i].class != INDEX_NONE)
                        fleet->hosts[n++] = fleet->hosts[i];
        fleet->n_hosts = n;
}

/* ── summaries ─────────────────────────────────────────────────────────────────────────────────────────── */

static int read_class(const Fleet *fleet, const FleetKind *class, HostClass *ret) {
        _cleanup_free_ char *text = malloc(class->n_text + 1);
        int r;

        if (!text)
                return -ENOMEM;
        r = fleet->store.read(class->place, text, class->n_text, fleet->store.userdata);
        return r < 0 ? r : host_class_unpack(text, class->n_text, ret);
}

int fleet_find_whole(Fleet *fleet, size_t i, uint32_t *ret) {
        _cleanup_(host_class_done) HostClass whole = {}, part = {};
        FleetKind *summary = &fleet->classes[i];
        IndexSlot *slot;
        int r = 0;

        *ret = summary->whole;
        if (*ret != INDEX_NONE)
                return 0;
        slot = fleet_find_class(fleet, summary->key, 0);
        if (!slot)
                return -ENOMEM;
        if (slot->item == INDEX_NONE)
                return 0;
        r = read_class(fleet, &fleet->classes[slot->item], &whole);
        if (r >= 0)
                r = read_class(fleet, summary, &part);
        if (r >= 0 && host_class_has_summary(&whole, &part))
                *ret = summary->whole = slot->item;
        return r;
}

/* Hosts of which a summary was read are of the class that others have a profile of. */
static int join_summaries(Fleet *fleet) {
        _cleanup_free_ uint32_t *whole = calloc(fleet->n_classes + 1, sizeof(*whole));
        int r = whole ? 0 : -ENOMEM;

        for (size_t i = 0; r >= 0 && i < fleet->n_classes; i++) {
                whole[i] = INDEX_NONE;
                if (fleet->classes[i].summary_text)
                        r = fleet_find_whole(fleet, i, &whole[i]);
        }
        for (size_t i = 0; r >= 0 && i < fleet->n_hosts; i++) {
                FleetMember *host = &fleet->hosts[i];
                FleetKind *part = &fleet->classes[host->class];

                if (whole[host->class] == INDEX_NONE)
                        continue;
                part->n_hosts--;
                part->n_summaries -= host->summary;
                host->class = whole[host->class];
                fleet->classes[host->class].n_hosts++;
                fleet->classes[host->class].n_summaries += host->summary;
        }
        return r;
}

/* ── classes ───────────────────────────────────────────────────────────────────────────────────────────── */

static int by_size(const void *a, const void *b, void *userdata) {
        const FleetKind *classes = userdata, *x = &classes[*(const uint32_t *) a],
                        *y = &classes[*(const uint32_t *) b];

        if (x->n_hosts != y->n_hosts)
                return x->n_hosts > y->n_hosts ? -1 : 1;
        if (memcmp(x->key, y->key, sizeof(x->key)) != 0)
                return memcmp(x->key, y->key, sizeof(x->key));
        return x->summary_text < y->summary_text ? -1 : x->summary_text > y->summary_text;
}

/* Puts classes in order; those whose hosts all became others are left out. */
static int order_classes(Fleet *fleet) {
        _cleanup_free_ uint32_t *sorted = calloc(fleet->n_classes + 1, sizeof(*sorted)),
                                *rank = calloc(fleet->n_classes + 1, sizeof(*rank));
        FleetKind *classes = calloc(fleet->n_classes + 1, sizeof(*classes));
        size_t n = 0;
        uint32_t first = 0;

        if (!sorted || !rank || !classes) {
                free(classes);
                return -ENOMEM;
        }
        for (size_t i = 0; i < fleet->n_classes; i++)
                if (fleet->classes[i].n_hosts > 0)
                        sorted[n++] = (uint32_t) i;
        qsort_r(sorted, n, sizeof(*sorted), by_size, fleet->classes);
        for (size_t i = 0; i < n; i++) {
                classes[i] = fleet->classes[sorted[i]];
                classes[i].first = first;
                first += classes[i].n_hosts;
                rank[sorted[i]] = (uint32_t) i;
        }
        for (size_t i = 0; i < fleet->n_hosts; i++)
                fleet->hosts[i].class = rank[fleet->hosts[i].class];
        free(fleet->classes);
        fleet->classes = classes;
        fleet->n_classes = n;
        return 0;
}

static int order_hosts(Fleet *fleet) {
        _cleanup_free_ uint32_t *next = calloc(fleet->n_classes + 1, sizeof(*next));

        fleet->order = calloc(fleet->n_hosts + 1, sizeof(*fleet->order));
        if (!next || !fleet->order)
                return -ENOMEM;
        for (size_t i = 0; i < fleet->n_hosts; i++) {
                uint32_t class = fleet->hosts[i].class;

                fleet->order[fleet->classes[class].first + next[class]++] = (uint32_t) i;
        }
        return 0;
}

static int compare_numbers(const void *a, const void *b) {
        uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

        return x < y ? -1 : x > y;
}

/* The most seen, of equally many the first by its letters. `scratch` is for as many as the class has hosts. */
static void find_model(const Fleet *fleet, FleetKind *class, uint32_t *scratch) {
        const uint32_t *hosts = fleet->order + class->first;
        size_t n = 0, best = 0;

        for (size_t i = 0; i < class->n_hosts; i++)
                if (fleet->hosts[hosts[i]].model != INDEX_NONE)
                        scratch[n++] = fleet->hosts[hosts[i]].model;
        qsort(scratch, n, sizeof(*scratch), compare_numbers);
        for (size_t i = 0, end; i < n; i = end) {
                for (end = i + 1; end < n && scratch[end] == scratch[i];)
                        end++;
                if (end - i < best ||
                                (end - i == best &&
                                                strcmp(fleet_strings_get(&fleet->models, scratch[i]),
                                                                fleet_strings_get(&fleet->models,
                                                                                class->model)) > 0))
                        continue;
                best = end - i;
                class->model = scratch[i];
        }
}

int fleet_finish(Fleet *fleet) {
        _cleanup_free_ uint32_t *scratch = calloc(fleet->n_hosts + 1, sizeof(*scratch));
        int r = scratch ? 0 : -ENOMEM;

        if (r < 0)
                return r;
        index_done(&fleet->by_pair);
        index_done(&fleet->by_id);
        index_done(&fleet->by_name);
        compact_hosts(fleet);
        r = join_summaries(fleet);
        index_done(&fleet->by_key);
        if (r >= 0)
                r = order_classes(fleet);
        if (r >= 0)
                r = order_hosts(fleet);
        for (size_t i = 0; r >= 0 && i < fleet->n_classes; i++)
                find_model(fleet, &fleet->classes[i], scratch);
        return r;
}

/* ── what is in it ─────────────────────────────────────────────────────────────────────────────────────── */

size_t fleet_n_hosts(const Fleet *fleet) {
        return fleet->n_hosts;
}

size_t fleet_n_classes(const Fleet *fleet) {
        return fleet->n_classes;
}

size_t fleet_n_summaries(const Fleet *fleet) {
        return fleet->n_summaries;
}

static const char *name_of(const Fleet *fleet, const FleetMember *host) {
        const char *hostname = fleet_hostname(fleet, host);

        return *hostname ? hostname : fleet_machine_id(fleet, host);
}

void fleet_host(const Fleet *fleet, size_t i, FleetHost *ret) {
        const FleetMember *host = &fleet->hosts[i];

        *ret = (FleetHost){
                .name = name_of(fleet, host),
                .hostname = fleet_hostname(fleet, host),
                .machine_id = fleet_machine_id(fleet, host),
                .model_name = host->model == INDEX_NONE ? ""
                                                        : fleet_strings_get(&fleet->models, host->model),
                .class = host->class,
                .summary = host->summary,
                .answer = host->answer == INDEX_NONE ? NULL
                                                     : fleet_strings_get(&fleet->answers, host->answer),
                .place = host->place,
        };
}

void fleet_class(const Fleet *fleet, size_t i, FleetClass *ret) {
        static const char digits[] = "0123456789abcdef";
        const FleetKind *class = &fleet->classes[i];

        *ret = (FleetClass){
                .n_hosts = class->n_hosts,
                .n_summaries = class->n_summaries,
                .n_narrowed = class->n_narrowed,
                .summary = class->summary_text != 0,
                .hosts = fleet->order + class->first,
                .model_name = class->model == INDEX_NONE ? ""
                                                         : fleet_strings_get(&fleet->models, class->model),
        };
        for (size_t j = 0; j < sizeof(class->key); j++) {
                ret->key[2 * j] = digits[class->key[j] >> 4];
                ret->key[2 * j + 1] = digits[class->key[j] & 0xf];
        }
        for (size_t j = 0; j < ELEMENTS(ret->examples) && j < class->n_hosts; j++)
                ret->examples[j] = name_of(fleet, &fleet->hosts[ret->hosts[j]]);
}

int fleet_class_read(const Fleet *fleet, size_t i, HostClass *ret) {
        HostClass class;
        FleetClass named;
        int r = read_class(fleet, &fleet->classes[i], &class);

        if (r < 0)
                return r;
        /* The text of a summary has another. */
        fleet_class(fleet, i, &named);
        memcpy(class.key, named.key, sizeof(class.key));
        *ret = class;
        return 0;
}

const char *fleet_class_letters(size_t i, char ret[static FLEET_LETTERS_SIZE]) {
        char *at = ret + FLEET_LETTERS_SIZE - 1;

        *at = 0;
        for (;; i = i / 26 - 1) {
                *--at = (char) ('A' + i % 26);
                if (i < 26)
                        break;
        }
        return at;
}
