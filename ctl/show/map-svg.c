/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/map-svg.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/show/map-svg-parts.h"
#include "ctl/show/map-words.h"
#include "ctl/show/numbers.h"
#include "ctl/show/output-file.h"
#include "ctl/show/svg-text.h"
#include "guest/rules/check.h"
#include "probe/cleanup.h"

#define TITLE 20
#define NOTE_LINE 18

static void put_text(const SvgMap *svg, const char *class, double x, double y, const char *text, size_t n) {
        fprintf(svg->file, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
        svg_text_put(svg->file, text, n);
        fprintf(svg->file, "</text>\n");
}

/* ── header ────────────────────────────────────────────────────────────────────────────────────────────── */

static const char *host_name(const Map *map) {
        return *map->profile->host.hostname ? map->profile->host.hostname : "this host";
}

static void put_pattern(FILE *file, const char *name) {
        fprintf(file,
                        "<pattern id=\"%s\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\""
                        " patternTransform=\"rotate(45)\"><rect class=\"%s-back\" width=\"8\" height=\"8\"/>"
                        "<path class=\"%s-line\" d=\"M2 0V8\"/></pattern>\n",
                        name, name, name);
}

static void put_head(const SvgMap *svg, unsigned height) {
        unsigned width = svg_width(svg);

        fprintf(svg->file,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\""
                        " role=\"img\" aria-labelledby=\"title\">\n<title id=\"title\">Address space of ",
                        width, height, width, height);
        svg_text_put(svg->file, host_name(svg->map), SIZE_MAX);
        fprintf(svg->file, "</title>\n<style>\n%s</style>\n<defs>\n", map_svg_style);
        put_pattern(svg->file, "beyond");
        put_pattern(svg->file, "conflict");
        put_pattern(svg->file, "doubt");
        fprintf(svg->file, "</defs>\n<rect class=\"page\" width=\"%u\" height=\"%u\"/>\n", width, height);
}

static void put_title(const SvgMap *svg) {
        static const char *const words[_VERDICT_MAX] = { "Safe", "Warning", "Warning", "Unsafe" };
        static const char *const classes[_VERDICT_MAX] = { "strong good", "strong may", "strong may",
                "strong bad" };
        double width = svg_width(svg) - 2.0 * SVG_MARGIN;
        const Map *map = svg->map;
        char text[512];

        snprintf(text, sizeof(text), "Address space of %s", host_name(map));
        put_text(svg, "title", SVG_MARGIN, 36, text, svg_text_break(text, TITLE, width));
        if (map->check) {
                const unsigned bits = map->check->layout.phys_bits;
                char bits_text[32] = "unknown address width";

                if (bits)
                        snprintf(bits_text, sizeof(bits_text), "%u address bits", bits);
                snprintf(text, sizeof(text), "%s for %s: %s", words[map->check->verdict],
                                *map->guest->name ? map->guest->name : "the guest", bits_text);
                put_text(svg, classes[map->check->verdict], SVG_MARGIN, 60, text,
                                svg_text_break(text, SVG_TEXT, width));
        } else {
                snprintf(text, sizeof(text), "%s", map->profile->host.model_name);
                put_text(svg, "muted", SVG_MARGIN, 60, text, svg_text_break(text, SVG_TEXT, width));
        }
}

/* ── lanes ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void put_lanes(const SvgMap *svg) {
        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++) {
                unsigned x = svg->lane_x[lane];

                if (!svg->map->lanes[lane])
                        continue;
                put_text(svg, "head", x + SVG_LANE / 2.0, SVG_TOP - 14, map_lane_title(lane), SIZE_MAX);
                fprintf(svg->file,
                                "<rect class=\"lane\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"4\"/>\n",
                                x, SVG_TOP, SVG_LANE, SVG_ROW * svg->map->rows);
        }
}

static void put_axis(const SvgMap *svg) {
        for (size_t i = 0; i < svg->map->n_segments; i++) {
                const MapSegment *segment = &svg->map->segments[i];
                unsigned y = svg_y(svg, segment->row);
                char text[NUMBER_TEXT_MAX];

                map_address(segment->start, text, sizeof(text));
                put_text(svg, "axis", SVG_AXIS - 10, y + 4, text, SIZE_MAX);
                fprintf(svg->file, "<path class=\"tick\" d=\"M%u %uH%u\"/>\n", SVG_AXIS - 6, y, SVG_AXIS);
        }
}

static void put_band(const SvgMap *svg, const MapBand *band) {
        char size[NUMBER_TEXT_MAX];

        fprintf(svg->file,
                        "<rect class=\"%s\" data-lane=\"%s\" data-start=\"0x%" PRIx64
                        "\" data-end=\"0x%" PRIx64
                        "\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"3\"><title>",
                        map_kind_to_string(band->kind), map_lane_to_string(band->lane), band->start,
                        band->end, svg->lane_x[band->lane], svg_y(svg, band->row + band->rows), SVG_LANE,
                        SVG_ROW * band->rows);
        svg_text_put(svg->file, band->label, SIZE_MAX);
        fprintf(svg->file, " %s: 0x%" PRIx64 " to 0x%" PRIx64 "</title></rect>\n",
                        map_band_size(band, size, sizeof(size)), band->start, band->end);
}

static void put_conflict(const SvgMap *svg, const MapConflict *conflict) {
        fprintf(svg->file,
                        "<rect class=\"%s\" data-rule=\"%s\" data-start=\"0x%" PRIx64
                        "\" data-end=\"0x%" PRIx64
                        "\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"3\"/>\n",
                        conflict->finding->verdict == VERDICT_UNSAFE ? "conflict" : "doubt",
                        rule_to_string(conflict->finding->rule), conflict->start, conflict->end,
                        svg->lane_x[MAP_LANE_GUEST], svg_y(svg, conflict->row + conflict->rows), SVG_LANE,
                        SVG_ROW * conflict->rows);
}

/* One line; two if there are two rows; else without size. Centred. */
static void put_band_text(const SvgMap *svg, const MapBand *band) {
        double x = svg->lane_x[band->lane] + SVG_LANE / 2.0, y;
        char size[NUMBER_TEXT_MAX], rules[48], whole[128];
        unsigned row, rows;

        map_label_rows(svg->map, band, &row, &rows);
        map_band_size(band, size, sizeof(size));
        map_rules(svg->map, band, row + rows / 2, rules, sizeof(rules));
        y = svg_y(svg, row) - SVG_ROW * rows / 2.0 + 4;
        snprintf(whole, sizeof(whole), "%s%s%s%s%s", rules, *rules ? ": " : "", band->label,
                        *size ? " " : "", size);
        if (svg_text_width(whole, SVG_TEXT) > SVG_LANE - 8) {
                snprintf(whole, sizeof(whole), "%s%s%s", rules, *rules ? ": " : "", band->label);
                if (rows > 1) {
                        put_text(svg, "cell", x, y + 8, size, SIZE_MAX);
                        y -= 8;
                }
        }
        put_text(svg, "cell", x, y, whole, svg_text_break(whole, SVG_TEXT, SVG_LANE - 8));
        for (unsigned i = band->row; i < band->row + band->rows; i++)
                if ((i < row || i >= row + rows) && *map_rules(svg->map, band, i, rules, sizeof(rules)))
                        put_text(svg, "cell strong", x, svg_y(svg, i) - SVG_ROW / 2.0 + 4, rules, SIZE_MAX);
}

static void put_bands(const SvgMap *svg) {
        for (size_t i = 0; i < svg->map->n_bands; i++)
                put_band(svg, &svg->map->bands[i]);
        for (size_t i = 0; i < svg->map->n_conflicts; i++)
                put_conflict(svg, &svg->map->conflicts[i]);
        for (size_t i = 0; i < svg->map->n_bands; i++)
                put_band_text(svg, &svg->map->bands[i]);
}

/* ── footer ────────────────────────────────────────────────────────────────────────────────────────────── */

static unsigned put_note(const SvgMap *svg, unsigned y, const char *class, const char *text) {
        double width = svg_width(svg) - 2.0 * SVG_MARGIN;

        while (*text) {
                size_t n = svg_text_break(text, SVG_TEXT, width);

                y += NOTE_LINE;
                if (svg->file)
                        put_text(svg, class, SVG_MARGIN, y, text, n);
                text += n;
                text += strspn(text, " ");
        }
        return y;
}

/* Findings that have no place in the picture. */
static unsigned put_findings(const SvgMap *svg, unsigned y) {
        const Check *check = svg->map->check;

        for (size_t i = 0; check && i < check->n; i++) {
                const CheckFinding *finding = &check->findings[i];
                bool unsafe = finding->verdict == VERDICT_UNSAFE;
                char text[512];

                if (finding->verdict == VERDICT_SAFE || finding->end > 0)
                        continue;
                snprintf(text, sizeof(text), "%s, %s: %.100s: %.300s", rule_to_string(finding->rule),
                                finding_verdict_word(finding->verdict), finding->subject, finding->summary);
                y = put_note(svg, y, unsafe ? "bad" : "may", text);
        }
        return y;
}

/* Returns their end. */
static unsigned put_notes(const SvgMap *svg) {
        unsigned y = put_findings(svg, svg->bottom + 10);
        const Map *map = svg->map;
        char text[512];

        y = put_note(svg, y, "muted",
                        "Not to scale: each boundary gets a row of its own, and each fourfold of the address another.");
        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++) {
                if (!*map->notes[lane])
                        continue;
                snprintf(text, sizeof(text), "%s: %s", map_lane_title(lane), map->notes[lane]);
                y = put_note(svg, y, "muted", text);
        }
        if (!*map->unknown)
                return y;
        snprintf(text, sizeof(text), "No line for: %s", map->unknown);
        return put_note(svg, y, "muted", text);
}

static void lay_out(SvgMap *svg) {
        svg->right = SVG_AXIS;
        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++)
                if (svg->map->lanes[lane]) {
                        svg->lane_x[lane] = svg->right + (svg->right == SVG_AXIS ? 0 : SVG_LANE_GAP);
                        svg->right = svg->lane_x[lane] + SVG_LANE;
                }
        map_svg_labels(svg);
}

int map_svg_write(const char *path, const Map *map) {
        _cleanup_free_ char *text = NULL;
        SvgMap svg = { .map = map };
        size_t n = 0;
        unsigned height;

        lay_out(&svg);
        height = put_notes(&svg) + SVG_MARGIN;
        svg.file = open_memstream(&text, &n);
        if (svg.file) {
                put_head(&svg, height);
                put_title(&svg);
                put_lanes(&svg);
                put_axis(&svg);
                put_bands(&svg);
                map_svg_labels(&svg);
                put_notes(&svg);
                fprintf(svg.file, "</svg>\n");
        }
        if (!svg.file || fclose(svg.file) != 0) {
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
                return EXIT_FAILURE;
        }
        return output_file_write(path, text, n);
}
