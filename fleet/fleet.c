/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/fleet-parts.h"
#include "probe/grow.h"

#define HOSTS_MAX (UINT32_MAX - 1)

/* ── the table ─────────────────────────────────────────────────────────────────────────────────────────── */

static int keep_in_memory(const char *text, size_t n, uint64_t *ret_place, void *userdata) {
        uint32_t place;
        int r = fleet_text_add(userdata, text, n, &place);

        if (r >= 0)
                *ret_place = place;
        return r;
}

static int read_from_memory(uint64_t place, char *ret, size_t n, void *userdata) {
        const FleetText *text = userdata;

        memcpy(ret, text->data + place, n);
        return 0;
}

int fleet_new(const FleetStore *store, Fleet **ret) {
        Fleet *fleet = calloc(1, sizeof(*fleet));

        if (!fleet)
                return -ENOMEM;
        fleet->store = store ? *store : (FleetStore){ keep_in_memory, read_from_memory, &fleet->texts };
        *ret = fleet;
        return 0;
}

Fleet *fleet_free(Fleet *fleet) {
        if (!fleet)
                return NULL;
        free(fleet->texts.data);
        free(fleet->names.data);
        fleet_strings_done(&fleet->models);
        fleet_strings_done(&fleet->answers);
        free(fleet->hosts);
        free(fleet->classes);
        index_done(&fleet->by_pair);
        index_done(&fleet->by_id);
        index_done(&fleet->by_name);
        index_done(&fleet->by_key);
        free(fleet->order);
        free(fleet);
        return NULL;
}

const char *fleet_hostname(const Fleet *fleet, const FleetMember *host) {
        const char *id = fleet_machine_id(fleet, host);

        return id + strlen(id) + 1;
}

/* ── classes ───────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct KeySought {
        const Fleet *fleet;
        const uint8_t *key;
        uint64_t summary_text;
} KeySought;

static bool same_key(const void *userdata, uint32_t item) {
        const KeySought *sought = userdata;
        const FleetKind *class = &sought->fleet->classes[item];

        return class->summary_text == sought->summary_text &&
                        memcmp(class->key, sought->key, sizeof(class->key)) == 0;
}

static uint32_t hash_of(const uint8_t key[static 32]) {
        uint32_t hash;

        memcpy(&hash, key, sizeof(hash));
        return hash;
}

IndexSlot *fleet_find_class(Fleet *fleet, const uint8_t key[static 32], uint64_t summary_text) {
        const KeySought sought = { fleet, key, summary_text };

        return index_find(&fleet->by_key, hash_of(key), same_key, &sought);
}

static bool read_key(const char *text, uint8_t ret[static 32]) {
        static const char digits[] = "0123456789abcdef";

        for (size_t i = 0; i < 32; i++) {
                const char *high = strchr(digits, text[2 * i]), *low = strchr(digits, text[2 * i + 1]);

                if (!high || !low || !*high || !*low)
                        return false;
                ret[i] = (uint8_t) ((high - digits) << 4 | (low - digits));
        }
        return true;
}

/* Never 0. */
static uint64_t text_number(const FleetRecord *record) {
        return (uint64_t) 1 << 32 | index_hash(record->text, record->n_text);
}

static int add_class(Fleet *fleet, const FleetRecord *record, uint32_t *ret) {
        FleetKind class = { .model = INDEX_NONE, .whole = INDEX_NONE, .n_text = (uint32_t) record->n_text },
                  *grown;
        IndexSlot *slot;
        int r;

        if (!read_key(record->key, class.key))
                return -EINVAL;
        class.summary_text = record->summary ? text_number(record) : 0;
        slot = fleet_find_class(fleet, class.key, class.summary_text);
        if (!slot)
                return -ENOMEM;
        if (slot->item != INDEX_NONE) {
                *ret = slot->item;
                return 0;
        }
        r = fleet->store.append(record->text, record->n_text, &class.place, fleet->store.userdata);
        if (r < 0)
                return r;
        grown = grow(fleet->classes, fleet->n_classes, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        fleet->classes = grown;
        *ret = (uint32_t) fleet->n_classes;
        grown[fleet->n_classes++] = class;
        index_added(&fleet->by_key, slot, hash_of(class.key), *ret);
        return 0;
}

/* ── hosts ─────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct NameSought {
        const Fleet *fleet;
        const char *machine_id, *hostname; /* NULL: any */
} NameSought;

static bool same_names(const void *userdata, uint32_t item) {
        const NameSought *sought = userdata;
        const FleetMember *host = &sought->fleet->hosts[item];

        return (!sought->machine_id ||
                               strcmp(fleet_machine_id(sought->fleet, host), sought->machine_id) == 0) &&
                        (!sought->hostname ||
                                        strcmp(fleet_hostname(sought->fleet, host), sought->hostname) == 0);
}

/* The last host of these names, whose place the new one takes. INDEX_NONE: there was none. */
static int swap(Index *index, const NameSought *sought, uint32_t hash, uint32_t host, uint32_t *ret) {
        IndexSlot *slot = index_find(index, hash, same_names, sought);

        if (!slot)
                return -ENOMEM;
        *ret = slot->item;
        if (slot->item == INDEX_NONE)
                index_added(index, slot, hash, host);
        else
                slot->item = host;
        return 0;
}

static void forget(Fleet *fleet, FleetMember *host) {
        FleetKind *class = &fleet->classes[host->class];

        class->n_hosts--;
        class->n_summaries -= host->summary;
        class->n_narrowed -= host->narrowed;
        fleet->n_summaries -= host->summary;
        host->class = INDEX_NONE;
}

/* Whether of these two, one of a profile and one of a summary, the summary says the same. */
static int same_host(Fleet *fleet, const FleetMember *a, const FleetMember *b, bool *ret) {
        const FleetMember *part = a->summary ? a : b, *profile = a->summary ? b : a;
        uint32_t whole;
        int r = fleet_find_whole(fleet, part->class, &whole);

        *ret = r >= 0 && whole == profile->class;
        return r;
}

/* Whether host i is a summary of one whose profile was read before. */
static int was_read_whole(Fleet *fleet, uint32_t i, bool *ret) {
        const char *id = fleet_machine_id(fleet, &fleet->hosts[i]),
                   *name = fleet_hostname(fleet, &fleet->hosts[i]);
        const NameSought pair = { fleet, id, name };
        const size_t n_id = strlen(id), n_name = strlen(name);
        IndexSlot *slot;

        *ret = false;
        if (!fleet->hosts[i].summary || n_id + n_name == 0)
                return 0;
        slot = index_find(&fleet->by_pair, index_hash(id, n_id + 1 + n_name), same_names, &pair);
        if (!slot)
                return -ENOMEM;
        if (slot->item == INDEX_NONE || fleet->hosts[slot->item].summary)
                return 0;
        return same_host(fleet, &fleet->hosts[i], &fleet->hosts[slot->item], ret);
}

static int find_kind(
                Fleet *fleet, const FleetMember *host, const FleetMember *former, FleetDoubleKind *ret) {
        bool same = false;
        int r = 0;

        *ret = FLEET_DOUBLE_AGAIN;
        if (host->summary == former->summary)
                return 0;
        r = same_host(fleet, host, former, &same);
        *ret = same ? FLEET_DOUBLE_NONE : host->summary ? FLEET_DOUBLE_SUMMARY : FLEET_DOUBLE_PROFILE;
        return r;
}

/* Who had the names before. Only what is known is the same. */
static int find_double(Fleet *fleet, uint32_t i, FleetDouble *ret) {
        const char *id = fleet_machine_id(fleet, &fleet->hosts[i]),
                   *name = fleet_hostname(fleet, &fleet->hosts[i]);
        const NameSought pair = { fleet, id, name }, of_id = { fleet, id, NULL },
                         of_name = { fleet, NULL, name };
        uint32_t again = INDEX_NONE, same_id = INDEX_NONE, same_name = INDEX_NONE;
        const size_t n_id = strlen(id), n_name = strlen(name);
        int r = 0;

        if (n_id + n_name > 0)
                r = swap(&fleet->by_pair, &pair, index_hash(id, n_id + 1 + n_name), i, &again);
        if (r >= 0 && n_id > 0 && n_name > 0)
                r = swap(&fleet->by_id, &of_id, index_hash(id, n_id), i, &same_id);
        if (r >= 0 && n_id > 0 && n_name > 0)
                r = swap(&fleet->by_name, &of_name, index_hash(name, n_name), i, &same_name);
        if (r < 0)
                return r;
        *ret = (FleetDouble){};
        if (again != INDEX_NONE) {
                FleetDoubleKind kind;

                r = find_kind(fleet, &fleet->hosts[i], &fleet->hosts[again], &kind);
                if (r < 0)
                        return r;
                *ret = (FleetDouble){ kind,
                        kind == FLEET_DOUBLE_NONE ? (FleetPlace){} : fleet->hosts[again].place };
                forget(fleet, &fleet->hosts[again]);
        } else if (same_id != INDEX_NONE)
                *ret = (FleetDouble){ FLEET_DOUBLE_SAME_ID, fleet->hosts[same_id].place };
        else if (same_name != INDEX_NONE)
                *ret = (FleetDouble){ FLEET_DOUBLE_SAME_NAME, fleet->hosts[same_name].place };
        return 0;
}

static int copy_strings(Fleet *fleet, const FleetRecord *record, FleetMember *ret) {
        uint32_t name;
        int r = fleet_text_add(
                        &fleet->names, record->machine_id, strlen(record->machine_id) + 1, &ret->names);

        if (r >= 0)
                r = fleet_text_add(&fleet->names, record->hostname, strlen(record->hostname) + 1, &name);
        if (r >= 0 && *record->model_name)
                r = fleet_strings_add(&fleet->models, record->model_name, &ret->model);
        if (r >= 0 && record->answer)
                r = fleet_strings_add(&fleet->answers, record->answer, &ret->answer);
        return r;
}

int fleet_add(Fleet *fleet, const FleetRecord *record, FleetPlace place, FleetDouble *ret) {
        FleetMember host = { .model = INDEX_NONE,
                .answer = INDEX_NONE,
                .place = place,
                .summary = record->summary,
                .narrowed = record->narrowed };
        FleetMember *grown = grow(fleet->hosts, fleet->n_hosts, sizeof(*grown));
        int r = grown ? 0 : -ENOMEM;
        bool told;

        if (r < 0)
                return r;
        fleet->hosts = grown;
        if (fleet->n_hosts >= HOSTS_MAX)
                return -EOVERFLOW;
        r = copy_strings(fleet, record, &host);
        if (r >= 0)
                r = add_class(fleet, record, &host.class);
        if (r < 0)
                return r;
        grown[fleet->n_hosts] = host;
        r = was_read_whole(fleet, (uint32_t) fleet->n_hosts, &told);
        if (r < 0)
                return r;
        if (told) {
                *ret = (FleetDouble){};
                return 0;
        }
        r = find_double(fleet, (uint32_t) fleet->n_hosts, ret);
        if (r < 0)
                return r;
        fleet->n_hosts++;
        fleet->classes[host.class].n_hosts++;
        fleet->classes[host.class].n_summaries += host.summary;
        fleet->classes[host.class].n_narrowed += host.narrowed;
        fleet->n_summaries += host.summary;
        return 0;
}
