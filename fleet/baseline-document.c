/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/baseline-document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fleet/baseline-rows.h"
#include "probe/cleanup.h"
#include "profile/document/field-write.h"
#include "profile/document/json-stream.h"

#define BASELINE(member) FIELD_MEMBER(BaselineDocument, baseline.member)
#define BITS(key, place, sentence) \
        { key, FIELD_INTEGER, FIELD_OR_NONE, place, .min = 1, .max = WIDTH_BITS_MAX, .text = sentence }
#define HOSTS(key, place, sentence) \
        { key, FIELD_INTEGER, 0, place, .text = sentence }

/* ── lists by number of hosts ──────────────────────────────────────────────────────────────────────────── */

static const Field count_fields[] = {
        { "name", FIELD_CUSTOM, 0, FIELD_MEMBER(BaselineCount, name), .hook = &name_hook,
                        .text = "Null: unknown." },
        HOSTS("hosts", FIELD_MEMBER(BaselineCount, hosts), "How many hosts have it."),
};
static const FieldTable count_table = { FIELD_TABLE(count_fields) };

static const Field gap_fields[] = {
        { "what", FIELD_WORD, 0, FIELD_MEMBER(BaselineGap, what), .words = &gap_words,
                        .text = "Key of the profile; \"profile\": of these hosts only a summary was read." },
        { "reason", FIELD_WORD, 0, FIELD_MEMBER(BaselineGap, reason), .words = &reason_words,
                        .text = "Why it is unknown." },
        HOSTS("hosts", FIELD_MEMBER(BaselineGap, hosts), "How many hosts do not know it for this reason."),
        { "examples", FIELD_CUSTOM, 0, FIELD_MEMBER(BaselineGap, examples), .hook = &examples_hook,
                        .text = "The first hosts of them." },
};
static const FieldTable gaps_table = { FIELD_TABLE(gap_fields) };

static const Field obstacle_fields[] = {
        { "why", FIELD_WORD, 0, FIELD_MEMBER(BaselineObstacle, why), .words = &obstacle_words,
                        .text = "Why VFIO cannot assign any device." },
        HOSTS("hosts", FIELD_MEMBER(BaselineObstacle, hosts), "How many hosts have this reason."),
        { "examples", FIELD_CUSTOM, 0, FIELD_MEMBER(BaselineObstacle, examples), .hook = &examples_hook,
                        .text = "The first hosts of them." },
};
static const FieldTable obstacles_table = { FIELD_TABLE(obstacle_fields) };

/* ── widths ────────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *write_step_classes(const void *value) {
        const BaselineStep *step = value;

        return baseline_indices(step->classes, step->n_classes);
}

static const FieldHook step_classes_hook = { .write = write_step_classes, .schema = INDICES_SCHEMA };

#define STEP(member) FIELD_MEMBER(BaselineStep, member)

static const Field step_fields[] = {
        { "bits", FIELD_INTEGER, 0, STEP(bits), .min = 1, .max = WIDTH_BITS_MAX, .text = "The width." },
        { "from", FIELD_INTEGER, 0, STEP(from), .min = 1, .max = WIDTH_BITS_MAX,
                        .text = "The next lower width that a host has." },
        HOSTS("cannot", STEP(cannot), "Hosts that are known to have a lower width."),
        HOSTS("lost", STEP(lost), "Those of them that have the next lower width."),
        HOSTS("unknown", STEP(unknown), "Hosts with an unknown width: they are not counted as capable."),
        { "classes", FIELD_CUSTOM, 0, .hook = &step_classes_hook,
                        .text = "Classes that are lost at this step: indices in \"classes\"." },
};
static const FieldTable step_table = { FIELD_TABLE(step_fields) };

#define WIDTH_FIELDS(member)                                                                                \
        BITS("bits", BASELINE(member.bits),                                                                 \
                        "The widest guest that all these hosts can run; null: unknown for one of them, or " \
                        "their architectures differ."),                                                     \
                        BITS("known", BASELINE(member.known), "Lowest known width."),                       \
                        HOSTS("hosts", BASELINE(member.hosts), "Hosts that are counted."),                  \
                        HOSTS("unknown", BASELINE(member.unknown), "Hosts of them with an unknown width."), \
                        { "limits", FIELD_CUSTOM, 0, BASELINE(member.limits), .hook = &limits_hook,         \
                                .text = "What limits the hosts with the lowest known width." },             \
        {                                                                                                   \
                "ladder", FIELD_LIST, FIELD_INLINE,                                                         \
                                FIELD_ELEMENTS(BaselineDocument, baseline.member.steps,                     \
                                                baseline.member.n_steps),                                   \
                                .table = &step_table,                                                       \
                                .text = "Each higher width, and what it would exclude."                     \
        }

static bool has_memory(const void *object) {
        return ((const BaselineDocument *) object)->baseline.memory > 0;
}

static const Field guest_fields[] = {
        WIDTH_FIELDS(guest),
        { "memory", FIELD_INTEGER, FIELD_LATER, BASELINE(memory), .when = has_memory,
                        .text = "arm64: maximum memory in bytes, including maxmem and 1 GiB for each slot, with which a guest of QEMU's virt machine has the same memory map on every host." },
};
static const FieldTable guest_table = { FIELD_TABLE(guest_fields) };

static const Field device_fields[] = {
        WIDTH_FIELDS(with_devices),
        HOSTS("impossible", BASELINE(impossible),
                        "Hosts where no device can be assigned: they are not counted above."),
        { "impossibleWhy", FIELD_LIST, FIELD_INLINE,
                        FIELD_ELEMENTS(BaselineDocument, baseline.obstacles, baseline.n_obstacles),
                        .table = &obstacles_table, .text = "Why; a host may have several reasons." },
};
static const FieldTable devices_table = { FIELD_TABLE(device_fields) };

static json_t *write_below_classes(const void *value) {
        const BaselineBelow *below = value;

        return baseline_indices(below->classes, below->n_classes);
}

static const FieldHook below_classes_hook = { .write = write_below_classes, .schema = INDICES_SCHEMA };

static const Field below_fields[] = {
        HOSTS("cannot", FIELD_MEMBER(BaselineBelow, cannot), "Hosts that are known to have a lower width."),
        HOSTS("unknown", FIELD_MEMBER(BaselineBelow, unknown), "Hosts with an unknown width."),
        { "classes", FIELD_CUSTOM, 0, .hook = &below_classes_hook,
                        .text = "Classes with a lower width: indices in \"classes\"." },
};
static const FieldTable below_table = { FIELD_TABLE(below_fields) };

#define FOR_WIDTH(member) FIELD_MEMBER(BaselineDocument, for_width.member)

static const Field for_width_fields[] = {
        { "bits", FIELD_INTEGER, 0, FIELD_MEMBER(BaselineDocument, request.for_width), .min = 1,
                        .max = WIDTH_BITS_MAX, .text = "The requested width." },
        { "guest", FIELD_OBJECT, 0, FOR_WIDTH(guest), .table = &below_table,
                        .text = "Guests without devices." },
        { "withDevices", FIELD_OBJECT, 0, FOR_WIDTH(with_devices), .table = &below_table,
                        .text = "Guests with assigned devices." },
        HOSTS("impossible", FOR_WIDTH(impossible), "Hosts where no device can be assigned."),
};
static const FieldTable for_width_table = { FIELD_TABLE(for_width_fields) };

/* ── the document ──────────────────────────────────────────────────────────────────────────────────────── */

static const Field encryption_fields[] = {
        HOSTS("hosts", BASELINE(encryption.hosts), "Hosts where memory encryption takes address bits."),
        HOSTS("unknown", BASELINE(encryption.unknown), "Hosts where this is unknown."),
        HOSTS("limiting", BASELINE(encryption.limiting), "Hosts where it lowers the width of guests."),
};
static const FieldTable encryption_table = { FIELD_TABLE(encryption_fields) };

static const Field disabled_fields[] = {
        HOSTS("hosts", BASELINE(disabled), "How many."),
        { "examples", FIELD_CUSTOM, 0, BASELINE(disabled_examples), .hook = &examples_hook,
                        .text = "The first of them." },
};
static const FieldTable disabled_table = { FIELD_TABLE(disabled_fields) };

static const Field region_fields[] = {
        { "start", FIELD_HEX, 0, FIELD_MEMBER(BaselineRegion, start), .text = "First address." },
        { "end", FIELD_HEX, 0, FIELD_MEMBER(BaselineRegion, end), .text = "Last address." },
        HOSTS("hosts", FIELD_MEMBER(BaselineRegion, hosts), "Hosts that reserve any address of it."),
};
static const FieldTable fleet_region_table = { FIELD_TABLE(region_fields) };

static const Field reserved_fields[] = {
        BITS("bits", BASELINE(reserved.bits), "Regions are cut off above this width; null: nowhere."),
        HOSTS("unknown", BASELINE(reserved.unknown), "Hosts with unknown regions."),
        { "regions", FIELD_LIST, 0,
                        FIELD_ELEMENTS(BaselineDocument, baseline.reserved.regions, baseline.reserved.n),
                        .table = &fleet_region_table, .text = "The union of all hosts' regions." },
};
static const FieldTable reserved_table = { FIELD_TABLE(reserved_fields) };

static const Field no_pool_fields[] = {
        HOSTS("hosts", BASELINE(without_pool), "How many."),
        { "examples", FIELD_CUSTOM, 0, BASELINE(pool_examples), .hook = &examples_hook,
                        .text = "The first of them." },
};
static const FieldTable no_pool_table = { FIELD_TABLE(no_pool_fields) };

/* Of pools and classes only their number is used: their elements are rows. */
static const Field baseline_fields[] = {
        { "schema", FIELD_FIXED, 0, .fixed = "hawd-baseline/1", .text = "Form of the document." },
        HOSTS("hosts", BASELINE(hosts), "Hosts of the fleet."),
        HOSTS("summaries", BASELINE(summaries), "Hosts of which only a summary was read."),
        { "architectures", FIELD_LIST, 0,
                        FIELD_ELEMENTS(BaselineDocument, baseline.architectures.counts,
                                        baseline.architectures.n),
                        .table = &count_table, .text = "Architectures, as uname -m prints them." },
        { "vendors", FIELD_LIST, 0,
                        FIELD_ELEMENTS(BaselineDocument, baseline.vendors.counts, baseline.vendors.n),
                        .table = &count_table, .text = "CPU vendors." },
        { "guest", FIELD_OBJECT, 0, .table = &guest_table, .text = "Guests without devices: all hosts." },
        { "withDevices", FIELD_OBJECT, 0, .table = &devices_table,
                        .text = "Guests with assigned devices: hosts where this is possible." },
        { "unknown", FIELD_LIST, FIELD_INLINE,
                        FIELD_ELEMENTS(BaselineDocument, baseline.gaps, baseline.n_gaps),
                        .table = &gaps_table, .text = "What is unknown of hosts." },
        { "virtualisationDisabled", FIELD_OBJECT, 0, .table = &disabled_table,
                        .text = "Hosts whose firmware disables virtualisation." },
        { "encryption", FIELD_OBJECT, 0, .table = &encryption_table, .text = "Memory encryption." },
        { "reserved", FIELD_OBJECT, 0, .table = &reserved_table,
                        .text = "Addresses that a guest with assigned devices must leave free to run on all hosts." },
        { "noPool", FIELD_OBJECT, 0, .table = &no_pool_table,
                        .text = "Hosts of which something is unknown that decides about migration." },
        { "forWidth", FIELD_OBJECT, 0, .present = offsetof(BaselineDocument, for_width.asked),
                        .table = &for_width_table,
                        .text = "Results for the requested width; null: none was requested." },
        { "settings", FIELD_LIST, 0, FIELD_ELEMENTS(BaselineDocument, request.settings, request.n_settings),
                        .present = offsetof(BaselineDocument, request.has_settings),
                        .table = &settings_table,
                        .text = "Settings for the widest guests, or for the requested width; empty: no width "
                                "is known to be supported by all hosts, or Xen runs the guests of all. Null: left out, or they could not be checked." },
        { "pools", FIELD_LIST, 0, FIELD_ELEMENTS(BaselineDocument, baseline.pools, baseline.n_pools),
                        .table = &pool_row_table,
                        .text = "Hosts between which guests can migrate live in both directions; most hosts first." },
        { "classes", FIELD_LIST, 0, FIELD_ELEMENTS(BaselineDocument, baseline.classes, baseline.n_classes),
                        .table = &class_row_table,
                        .text = "Hosts that are the same to guests; most hosts first." },
};
const FieldTable baseline_table = {
        FIELD_TABLE(baseline_fields),
        .text = "What a fleet of hosts can promise to guests (docs/fleet.md). Unknown is null, never zero.",
};

typedef json_t *RowWriter(const BaselineDocument *document, size_t i, int *reterr);

static json_t *write_pool(const BaselineDocument *document, size_t i, int *reterr) {
        return baseline_pool_row(&document->baseline, document->fleet, i, reterr);
}

/* With the names of all hosts where they were asked for, and of those that do not have the width. */
static json_t *write_class(const BaselineDocument *document, size_t i, int *reterr) {
        const BaselineClass *class = &document->baseline.classes[i];
        const uint8_t bits = document->request.for_width, guest = baseline_class_bits(class, false),
                      devices = baseline_class_bits(class, true);
        bool names = document->request.all || (guest > 0 && guest < bits) || (devices > 0 && devices < bits);

        return baseline_class_row(&document->baseline, document->fleet, i, names, reterr);
}

static void write_rows(JsonStream *stream, const char *key, const BaselineDocument *document, size_t n,
                RowWriter *row) {
        json_stream_open(stream, key, '[');
        for (size_t i = 0; i < n && stream->error == 0; i++) {
                int error = 0;
                json_t *value = row(document, i, &error);

                if (error < 0)
                        stream->error = error;
                json_stream_value(stream, NULL, value);
        }
        json_stream_close(stream, ']');
}

int baseline_write(const Baseline *baseline, const BaselineFleet *fleet, const BaselineRequest *request,
                JsonLayout layout, JsonSink sink, void *userdata) {
        JsonStream stream = { .layout = layout, .sink = sink, .userdata = userdata };
        BaselineDocument document = { .baseline = *baseline, .fleet = fleet, .request = *request };

        if (request->for_width > 0) {
                document.for_width.asked = true;
                document.for_width.guest = baseline_below(&baseline->guest, request->for_width);
                document.for_width.with_devices =
                                baseline_below(&baseline->with_devices, request->for_width);
                document.for_width.impossible = baseline->impossible;
        }
        json_stream_open(&stream, NULL, '{');
        for (size_t i = 0; i < baseline_table.n && stream.error == 0; i++) {
                const Field *field = &baseline_fields[i];

                if (field->table == &pool_row_table)
                        write_rows(&stream, field->key, &document, baseline->n_pools, write_pool);
                else if (field->table == &class_row_table)
                        write_rows(&stream, field->key, &document, baseline->n_classes, write_class);
                else
                        json_stream_value(&stream, field->key,
                                        field_json(&(FieldContext){}, field, &document));
        }
        json_stream_close(&stream, '}');
        return json_stream_finish(&stream);
}
