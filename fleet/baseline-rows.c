/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/baseline-rows.h"

#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/field-write.h"
#include "profile/document/json-fact.h"

/* What a table's row of a class is written from. */
typedef struct ClassRow {
        const char *key, *cpu, *architecture, *vendor;
        uint64_t hosts;
        Examples examples;
        Standing standing;
        bool possible;
        uint8_t device_bits;
        uint64_t limits[_LIMIT_MAX], device_limits[_LIMIT_MAX];
        size_t n_gaps;
        BaselineGap gaps[_GAP_MAX];
        int64_t pool;
        const BaselineFleet *fleet;
        size_t index;
        bool names;
} ClassRow;

typedef struct PoolRow {
        const BaselinePool *pool;
        uint64_t hosts;
        Examples examples;
        const char *architecture, *vendor;
        Standing standing; /* of its first class: they are alike in what is written */
} PoolRow;

/* ── values ────────────────────────────────────────────────────────────────────────────────────────────── */

json_t *baseline_indices(const uint32_t *indices, size_t n) {
        json_t *array = json_array();
        bool ok = array != NULL;

        for (size_t i = 0; i < n && ok; i++)
                ok = json_array_append_new(array, json_integer(indices[i])) == 0;
        return json_finish(array, ok);
}

static json_t *write_name(const void *value) {
        const char *name = *(const char *const *) value;

        return name && *name ? json_string(name) : json_null();
}

static json_t *write_examples(const void *value) {
        const Examples *examples = value;
        json_t *array = json_array();
        bool ok = array != NULL;

        for (unsigned i = 0; i < examples->n && ok; i++)
                ok = json_array_append_new(array, json_string(examples->hosts[i].name)) == 0;
        return json_finish(array, ok);
}

static json_t *write_limits(const void *value) {
        const uint64_t *hosts = value;
        json_t *array = json_array();
        bool ok = array != NULL;

        for (Limit limit = 0; limit < _LIMIT_MAX && ok; limit++)
                if (hosts[limit] > 0)
                        ok = json_array_append_new(array,
                                             json_pack("{s:s, s:I}", "limit", limit_to_string(limit),
                                                             "hosts", (json_int_t) hosts[limit])) == 0;
        return json_finish(array, ok);
}

#define LIMIT_SCHEMA \
        "{\"enum\": [\"cpu\", \"firmware\", \"encryption\", \"kvm\", \"second-level-paging\", \"iommu\"]}"

const FieldHook name_hook = { .write = write_name, .schema = "{\"type\": [\"string\", \"null\"]}" };
const FieldHook examples_hook = {
        .write = write_examples,
        .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"maxItems\": 2}",
};
const FieldHook limits_hook = {
        .write = write_limits,
        .schema = "{\"type\": \"array\", \"items\": {\"type\": \"object\", \"properties\": {\"limit\": " LIMIT_SCHEMA
                  ", \"hosts\": {\"type\": \"integer\", \"minimum\": 1}}, \"required\": [\"limit\", \"hosts\"], "
                  "\"additionalProperties\": false}}",
};

static json_t *write_limit_words(const void *value) {
        const uint64_t *hosts = value;
        json_t *array = json_array();
        bool ok = array != NULL;

        for (Limit limit = 0; limit < _LIMIT_MAX && ok; limit++)
                if (hosts[limit] > 0)
                        ok = json_array_append_new(array, json_string(limit_to_string(limit))) == 0;
        return json_finish(array, ok);
}

static json_t *write_obstacles(const void *value) {
        const uint8_t set = *(const uint8_t *) value;
        json_t *array = json_array();
        bool ok = array != NULL;

        for (Obstacle why = 0; why < _OBSTACLE_MAX && ok; why++)
                if (set & (1U << why))
                        ok = json_array_append_new(array, json_string(obstacle_to_string(why))) == 0;
        return json_finish(array, ok);
}

static json_t *write_pool_classes(const void *value) {
        const PoolRow *row = value;

        return baseline_indices(row->pool->classes, row->pool->n_classes);
}

static bool has_names(const void *object) {
        return ((const ClassRow *) object)->names;
}

static json_t *write_names(const void *value) {
        const ClassRow *row = value;
        json_t *array = json_array();
        bool ok = array != NULL;

        for (uint64_t i = 0; i < row->hosts && ok; i++)
                ok = json_array_append_new(array,
                                     json_string(row->fleet->host(row->fleet->userdata, row->index, i))) ==
                                0;
        return json_finish(array, ok);
}

static const FieldHook names_hook = {
        .write = write_names,
        .schema = "{\"type\": [\"array\", \"null\"], \"items\": {\"type\": \"string\"}}",
};
static const FieldHook limit_words_hook = {
        .write = write_limit_words,
        .schema = "{\"type\": \"array\", \"items\": " LIMIT_SCHEMA "}",
};
static const FieldHook obstacles_hook = {
        .write = write_obstacles,
        .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}",
};
static const FieldHook pool_classes_hook = { .write = write_pool_classes, .schema = INDICES_SCHEMA };

#define BITS(key, place, sentence) \
        { key, FIELD_INTEGER, FIELD_OR_NONE, place, .min = 1, .max = WIDTH_BITS_MAX, .text = sentence }

/* ── class ─────────────────────────────────────────────────────────────────────────────────────────────── */

#define CLASS(member) FIELD_MEMBER(ClassRow, member)

static const Field width_fields[] = {
        BITS("cpuPhysicalBits", CLASS(standing.cpu_physical), "As in the profile; null: unknown."),
        BITS("hostPhysicalBits", CLASS(standing.host_physical), "As in the profile; null: unknown."),
        BITS("guestPhysicalBits", CLASS(standing.guest_physical), "As in the profile; null: unknown."),
        BITS("guestMappableBits", CLASS(standing.guest_mappable), "As in the profile; null: unknown."),
        BITS("iovaBits", CLASS(standing.iova), "As in the profile; null: unknown, or there is no IOMMU."),
};
static const FieldTable width_table = { FIELD_TABLE(width_fields) };

static const Field guest_fields[] = {
        BITS("bits", CLASS(standing.guest), "Widest guest; null: unknown."),
        { "limits", FIELD_CUSTOM, 0, CLASS(limits), .hook = &limit_words_hook, .text = "What limits it." },
};
static const FieldTable guest_table = { FIELD_TABLE(guest_fields) };

static const Field device_fields[] = {
        BITS("bits", CLASS(device_bits), "Widest guest; null: unknown or impossible."),
        { "possible", FIELD_BOOLEAN, 0, CLASS(possible),
                        .text = "Whether devices can be assigned, as far as is known." },
        { "why", FIELD_CUSTOM, 0, CLASS(standing.obstacles), .hook = &obstacles_hook, .text = "Why not." },
        { "limits", FIELD_CUSTOM, 0, CLASS(device_limits), .hook = &limit_words_hook,
                        .text = "What limits the width." },
};
static const FieldTable class_device_table = { FIELD_TABLE(device_fields) };

static const Field gap_fields[] = {
        { "what", FIELD_WORD, 0, FIELD_MEMBER(BaselineGap, what), .words = &gap_words,
                        .text = "Key of the profile." },
        { "reason", FIELD_WORD, 0, FIELD_MEMBER(BaselineGap, reason), .words = &reason_words,
                        .text = "Why it is unknown." },
};
static const FieldTable class_gap_table = { FIELD_TABLE(gap_fields) };

static const Field class_fields[] = {
        { "key", FIELD_CUSTOM, 0, CLASS(key), .hook = &name_hook, .text = "The class's key." },
        { "hosts", FIELD_INTEGER, 0, CLASS(hosts), .text = "How many hosts it has." },
        { "examples", FIELD_CUSTOM, 0, CLASS(examples), .hook = &examples_hook,
                        .text = "The first of them." },
        { "cpu", FIELD_CUSTOM, 0, CLASS(cpu), .hook = &name_hook,
                        .text = "CPU model that most of them have; null: unknown." },
        { "architecture", FIELD_CUSTOM, 0, CLASS(architecture), .hook = &name_hook,
                        .text = "Architecture; null: unknown." },
        { "vendor", FIELD_CUSTOM, 0, CLASS(vendor), .hook = &name_hook,
                        .text = "CPU vendor; null: unknown." },
        { "widths", FIELD_OBJECT, 0, .table = &width_table, .text = "The five address widths." },
        { "encryptionBits", FIELD_INTEGER, 0, CLASS(standing.encryption),
                        .present = offsetof(ClassRow, standing.encryption_known),
                        .text = "Address bits that memory encryption takes; null: unknown." },
        { "guest", FIELD_OBJECT, 0, .table = &guest_table, .text = "Guests without devices." },
        { "withDevices", FIELD_OBJECT, 0, .table = &class_device_table,
                        .text = "Guests with assigned devices." },
        { "unknown", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(ClassRow, gaps, n_gaps),
                        .table = &class_gap_table, .text = "What is unknown of them." },
        { "names", FIELD_CUSTOM, 0, .hook = &names_hook, .when = has_names,
                        .text = "Names of all its hosts; null: not requested." },
        { "pool", FIELD_INTEGER, FIELD_OR_NONE, CLASS(pool), .none = -1,
                        .text = "Index in \"pools\"; null: in none." },
};
const FieldTable class_row_table = { FIELD_TABLE(class_fields) };

json_t *baseline_class_row(
                const Baseline *baseline, const BaselineFleet *fleet, size_t i, bool names, int *reterr) {
        const BaselineClass *class = &baseline->classes[i];
        BaselineMember member = {};
        ClassRow row = { .hosts = class->hosts,
                .examples = class->examples,
                .standing = class->standing,
                .possible = !class->standing.impossible,
                .device_bits = baseline_class_bits(class, true),
                .pool = class->pool,
                .fleet = fleet,
                .index = i,
                .names = names };
        int r = fleet->get(fleet->userdata, i, &member);

        if (r < 0) {
                *reterr = r;
                return NULL;
        }
        row.key = member.key;
        row.cpu = member.model;
        row.architecture = member.profile->host.architecture;
        row.vendor = member.profile->host.vendor_name;
        for (Limit limit = 0; limit < _LIMIT_MAX; limit++) {
                row.limits[limit] = baseline_limited(class, class->standing.limits, limit);
                row.device_limits[limit] = row.possible
                                ? baseline_limited(class, class->standing.device_limits, limit)
                                : 0;
        }
        for (Gap what = 0; what < _GAP_MAX; what++)
                if (class->standing.gaps[what] != REASON_NONE)
                        row.gaps[row.n_gaps++] = (BaselineGap){ .what = what,
                                .reason = (Reason) class->standing.gaps[what] };
        return fields_json(&(FieldContext){}, &class_row_table, &row);
}

/* ── pool ──────────────────────────────────────────────────────────────────────────────────────────────── */

#define POOL(member) FIELD_MEMBER(PoolRow, member)

static const Field pool_fields[] = {
        { "hosts", FIELD_INTEGER, 0, POOL(hosts), .text = "How many hosts it has." },
        { "classes", FIELD_CUSTOM, 0, .hook = &pool_classes_hook, .text = "Indices in \"classes\"." },
        { "examples", FIELD_CUSTOM, 0, POOL(examples), .hook = &examples_hook,
                        .text = "The first of its hosts." },
        { "architecture", FIELD_CUSTOM, 0, POOL(architecture), .hook = &name_hook, .text = "Architecture." },
        { "vendor", FIELD_CUSTOM, 0, POOL(vendor), .hook = &name_hook, .text = "CPU vendor." },
        BITS("guestPhysicalBits", POOL(standing.guest_physical), "As in the profile."),
        BITS("guestMappableBits", POOL(standing.guest_mappable), "As in the profile."),
        BITS("iovaBits", POOL(standing.iova), "As in the profile; null: no IOMMU."),
};
const FieldTable pool_row_table = { FIELD_TABLE(pool_fields) };

json_t *baseline_pool_row(const Baseline *baseline, const BaselineFleet *fleet, size_t i, int *reterr) {
        const BaselinePool *pool = &baseline->pools[i];
        BaselineMember member = {};
        int r = fleet->get(fleet->userdata, pool->classes[0], &member);

        if (r < 0) {
                *reterr = r;
                return NULL;
        }
        const PoolRow row = { .pool = pool,
                .hosts = pool->hosts,
                .examples = pool->examples,
                .architecture = member.profile->host.architecture,
                .vendor = member.profile->host.vendor_name,
                .standing = baseline->classes[pool->classes[0]].standing };
        return fields_json(&(FieldContext){}, &pool_row_table, &row);
}
