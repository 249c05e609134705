/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <jansson.h>

#include "map/scene.h"
#include "profile/document/json-fact.h"
#include "profile/document/json-faults.h"

static const char *const map_kind_table[_MAP_KIND_MAX] = {
        [MAP_BEYOND] = "beyond",
        [MAP_HOLE] = "hole",
        [MAP_USABLE] = "usable",
        [MAP_WINDOW] = "window",
        [MAP_RAM] = "ram",
        [MAP_SPECIAL] = "special",
        [MAP_HOTPLUG] = "hotplug",
        [MAP_SGX] = "sgx",
        [MAP_CXL] = "cxl",
        [MAP_PCI] = "pci",
        [MAP_PCI_WINDOW] = "pci-window",
        [MAP_FIRMWARE] = "firmware",
        [MAP_RELAXABLE] = "direct-relaxable",
        [MAP_RESERVED] = "reserved",
        [MAP_HYPERTRANSPORT] = "hypertransport",
        [MAP_DIRECT] = "direct",
        [MAP_ECAM] = "ecam",
        [MAP_BAR] = "bar",
        [MAP_MSI] = "msi",
};
WORDS_DEFINE(MapKind, map_kind);

static const char *const map_lane_table[_MAP_LANE_MAX] = {
        [MAP_LANE_HOST] = "host",
        [MAP_LANE_DMA] = "dma",
        [MAP_LANE_GUEST] = "guest",
};
WORDS_DEFINE(MapLane, map_lane);

const char *map_lane_title(MapLane lane) {
        static const char *const titles[_MAP_LANE_MAX] = { "host memory", "device DMA", "guest" };

        return titles[lane];
}

static json_t *address(uint64_t value) {
        return json_sprintf("0x%" PRIx64, value);
}

static json_t *band_json(const MapBand *band) {
        return json_pack("{s:s, s:s, s:o, s:o, s:o, s:I}", "kind", map_kind_to_string(band->kind), "label",
                        band->label, "start", address(band->start), "end", address(band->end), "bytes",
                        address(band->bytes), "parts", (json_int_t) band->parts);
}

static json_t *bands_json(const Map *map, MapLane lane) {
        json_t *array = json_array();
        bool ok = true;

        for (size_t i = 0; i < map->n_bands && ok; i++)
                if (map->bands[i].lane == lane)
                        ok = json_array_append_new(array, band_json(&map->bands[i])) == 0;
        return json_finish(array, ok);
}

static json_t *lanes_json(const Map *map) {
        json_t *lanes = json_object();
        bool ok = true;

        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++)
                if (map->lanes[lane])
                        ok = ok && json_put(lanes, map_lane_to_string(lane), bands_json(map, lane));
        return json_finish(lanes, ok);
}

/* Why a lane is empty or incomplete. */
static json_t *notes_json(const Map *map) {
        json_t *notes = json_object();
        bool ok = true;

        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++)
                if (*map->notes[lane])
                        ok = ok && json_put(notes, map_lane_to_string(lane), json_string(map->notes[lane]));
        return json_finish(notes, ok);
}

static json_t *limit_json(const void *data, size_t i) {
        const MapLimit *limit = &((const Map *) data)->limits[i];

        return json_pack("{s:i, s:s}", "bits", (int) limit->bits, "label", limit->label);
}

static json_t *conflict_json(const void *data, size_t i) {
        const MapConflict *conflict = &((const Map *) data)->conflicts[i];

        return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "rule", rule_to_string(conflict->finding->rule),
                        "verdict", finding_verdict_word(conflict->finding->verdict), "subject",
                        conflict->finding->subject, "summary", conflict->finding->summary, "start",
                        address(conflict->start), "end", address(conflict->end));
}

json_t *map_json(const Map *map) {
        return json_pack("{s:s, s:i, s:o, s:o, s:o, s:s, s:o}", "schema", "hawd-map/1", "bits",
                        (int) map->bits, "lanes", lanes_json(map), "notes", notes_json(map), "limits",
                        json_list(map->n_limits, limit_json, map), "unknown", map->unknown, "conflicts",
                        json_list(map->n_conflicts, conflict_json, map));
}
