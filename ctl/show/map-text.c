/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/map-text.h"

#include <stdio.h>
#include <string.h>

#include "ctl/show/check-text.h"
#include "ctl/show/map-words.h"
#include "ctl/show/numbers.h"
#include "probe/decode/text.h"

#define CELL_MAX 256

typedef struct Brush {
        const char *utf8;
        char ascii;
        const char *colour; /* SGR */
} Brush;

static const Brush brushes[_MAP_KIND_MAX] = {
        [MAP_BEYOND] = { "\u2571", '/', "2" },
        [MAP_HOLE] = { "\u2508", '-', "32" },
        [MAP_USABLE] = { "\u00b7", '.', "32" },
        [MAP_WINDOW] = { "\u2591", '=', "32" },
        [MAP_RAM] = { "\u2588", '#', "34" },
        [MAP_SPECIAL] = { "\u2593", '%', "34" },
        [MAP_HOTPLUG] = { "\u2592", '+', "34" },
        [MAP_SGX] = { "\u2593", '%', "34" },
        [MAP_CXL] = { "\u2593", '%', "34" },
        [MAP_PCI] = { "\u2591", '=', "32" },
        [MAP_PCI_WINDOW] = { "\u2591", '=', "32" },
        [MAP_FIRMWARE] = { "\u2592", ':', "90" },
        [MAP_RELAXABLE] = { "\u259a", '*', "33" },
        [MAP_RESERVED] = { "\u259a", '*', "33" },
        [MAP_HYPERTRANSPORT] = { "\u259a", '*', "33" },
        [MAP_DIRECT] = { "\u259a", '*', "33" },
        [MAP_ECAM] = { "\u2592", ':', "36" },
        [MAP_BAR] = { "\u2593", '@', "32" },
        [MAP_MSI] = { "\u259e", '*', "35" },
};

static const Brush conflict_brush = { "\u2573", '!', "1;31" };
static const Brush doubt_brush = { "\u2573", '!', "1;33" };

typedef struct Canvas {
        const Screen *screen;
        const Map *map;
        unsigned axis; /* columns for addresses */
        unsigned n_lanes;
        unsigned lane_width[_MAP_LANE_MAX]; /* without borders; 0: hidden */
} Canvas;

static void repeat(const char *text, unsigned n) {
        while (n-- > 0)
                fputs(text, stdout);
}

static const char *glyph(const Canvas *canvas, const char *utf8, const char *ascii) {
        return canvas->screen->utf8 ? utf8 : ascii;
}

static void paint(const Canvas *canvas, const Brush *brush, unsigned n) {
        if (n == 0)
                return;
        screen_paint(canvas->screen, brush->colour);
        while (n-- > 0)
                if (canvas->screen->utf8)
                        fputs(brush->utf8, stdout);
                else
                        putchar(brush->ascii);
        fputs(screen_off(canvas->screen), stdout);
}

static unsigned columns_of(const char *text) {
        return screen_columns(text, strlen(text));
}

/* Without UTF-8, replaces other characters by question marks. */
static void make_shown(const Canvas *canvas, char *text) {
        char *out = text;

        if (canvas->screen->utf8)
                return;
        for (; *text; text++)
                if ((unsigned char) *text < 0x80)
                        *out++ = *text;
                else if ((*text & 0xc0) != 0x80)
                        *out++ = '?';
        *out = 0;
}

/* ── cells ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Text in one row of a band: label in the middle, size beside or below it, rules at their conflicts. */
static void cell_text(const Canvas *canvas, const MapBand *band, unsigned row, unsigned room, char *ret) {
        unsigned first, rows, middle;
        char size[NUMBER_TEXT_MAX], text[CELL_MAX], rules[48];
        bool split;

        map_label_rows(canvas->map, band, &first, &rows);
        middle = first + rows / 2;
        map_band_size(band, size, sizeof(size));
        map_rules(canvas->map, band, row, rules, sizeof(rules));
        map_rules(canvas->map, band, middle, text, sizeof(text));
        split = (*text ? strlen(text) + 2 : 0) + columns_of(band->label) + 1 + strlen(size) > room;
        /* The size moves to the next row or is dropped; the label is always kept. */
        if (row == middle)
                snprintf(text, sizeof(text), "%s%s%s", band->label, split || !*size ? "" : " ",
                                split ? "" : size);
        else if (row + 1 == middle && rows > 1 && split)
                snprintf(text, sizeof(text), "%s", size);
        else
                *text = 0;
        snprintf(ret, CELL_MAX, "%s%s%.200s", rules, *rules && *text ? ": " : "", text);
}

static void print_cell(const Canvas *canvas, const MapBand *band, unsigned row, unsigned width) {
        const Brush *brush = &brushes[band->kind];
        Verdict verdict = band->lane == MAP_LANE_GUEST ? map_verdict_at(canvas->map, row) : VERDICT_SAFE;
        char text[CELL_MAX];
        size_t cut;
        unsigned n;

        if (verdict != VERDICT_SAFE)
                brush = verdict == VERDICT_UNSAFE ? &conflict_brush : &doubt_brush;
        cell_text(canvas, band, row, width - 2, text);
        make_shown(canvas, text);
        cut = screen_fitting(text, strlen(text), width - 2);
        n = screen_columns(text, cut);
        if (n == 0) {
                paint(canvas, brush, width);
                return;
        }
        paint(canvas, brush, (width - n - 2) / 2);
        putchar(' ');
        if (verdict != VERDICT_SAFE)
                screen_paint(canvas->screen, brush->colour);
        printf("%.*s", (int) cut, text);
        if (verdict != VERDICT_SAFE)
                fputs(screen_off(canvas->screen), stdout);
        putchar(' ');
        paint(canvas, brush, width - n - 2 - (width - n - 2) / 2);
}

static const MapBand *band_at(const Map *map, MapLane lane, unsigned row) {
        for (size_t i = 0; i < map->n_bands; i++)
                if (map->bands[i].lane == lane && map->bands[i].row <= row &&
                                row < map->bands[i].row + map->bands[i].rows)
                        return &map->bands[i];
        return NULL;
}

static const MapLimit *limit_at(const Map *map, unsigned row) {
        for (size_t i = 0; i < map->n_limits; i++)
                if (map->limits[i].row == row)
                        return &map->limits[i];
        return NULL;
}

/* ── lines ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void print_row(const Canvas *canvas, unsigned row, const char *address) {
        const Map *map = canvas->map;

        printf("%*s ", (int) canvas->axis, address);
        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++) {
                const MapBand *band = band_at(map, lane, row);
                unsigned width = canvas->lane_width[lane];

                if (width == 0)
                        continue;
                fputs(glyph(canvas, "\u2502", "|"), stdout);
                if (band)
                        print_cell(canvas, band, row, width);
                else
                        repeat(" ", width);
        }
        printf("%s\n", glyph(canvas, "\u2502", "|"));
}

static void print_border(const Canvas *canvas, const char *left, const char *middle, const char *right) {
        bool first = true;

        printf("%*s", (int) canvas->axis + 1, "");
        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++) {
                if (canvas->lane_width[lane] == 0)
                        continue;
                fputs(canvas->screen->utf8 ? (first ? left : middle) : "+", stdout);
                repeat(glyph(canvas, "\u2500", "-"), canvas->lane_width[lane]);
                first = false;
        }
        printf("%s\n", glyph(canvas, right, "+"));
}

/* Draws a limit across the map: place on the axis, owners in the line, on several lines if many. */
static void print_limit(const Canvas *canvas, const MapLimit *limit) {
        const Screen *screen = canvas->screen;
        const char *rule = glyph(canvas, limit->guest ? "\u2550" : "\u2501", "=");
        const char *colour = limit->guest ? "1;36" : limit->iommu ? "1;33" : "1";
        char place[64], text[sizeof(limit->label) + 72];
        const char *rest = text;

        map_limit_place(limit, place, sizeof(place));
        snprintf(text, sizeof(text), "%s  %s", place, limit->label);
        make_shown(canvas, text);
        do {
                size_t fits = screen_fitting(rest, strlen(rest), screen->width - 6), cut = fits;

                while (rest[fits] && cut > fits / 2 && rest[cut] != ' ')
                        cut--;
                /* No blank to cut at. */
                if (rest[cut] && rest[cut] != ' ')
                        cut = fits;
                screen_paint(screen, colour);
                repeat(rule, 2);
                printf(" %.*s ", (int) cut, rest);
                repeat(rule, screen->width - 4 - screen_columns(rest, cut));
                printf("%s\n", screen_off(screen));
                rest += cut + strspn(rest + cut, " ");
        } while (*rest);
}

static void print_titles(const Canvas *canvas) {
        unsigned gap = 1;

        printf("%s%*s", screen_bold(canvas->screen), (int) canvas->axis + 1, "");
        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++) {
                unsigned width = canvas->lane_width[lane];
                const char *title = map_lane_title(lane);
                unsigned n = (unsigned) strlen(title);

                if (width == 0)
                        continue;
                n = n > width ? width : n;
                printf("%*s%.*s", (int) ((width - n) / 2 + gap), "", (int) n, title);
                gap = width - n - (width - n) / 2 + 1;
        }
        printf("%s\n", screen_off(canvas->screen));
}

/* ── the map ───────────────────────────────────────────────────────────────────────────────────────────── */

static void lay_out(Canvas *canvas) {
        const Map *map = canvas->map;
        unsigned rest, n = 0;

        for (size_t i = 0; i < map->n_segments; i++) {
                char text[NUMBER_TEXT_MAX];
                unsigned columns =
                                (unsigned) strlen(map_address(map->segments[i].start, text, sizeof(text)));

                canvas->axis = columns > canvas->axis ? columns : canvas->axis;
        }
        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++)
                canvas->n_lanes += map->lanes[lane];
        rest = canvas->screen->width - canvas->axis - 2 - canvas->n_lanes;
        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++)
                if (map->lanes[lane]) {
                        canvas->lane_width[lane] = rest / (canvas->n_lanes - n++);
                        rest -= canvas->lane_width[lane];
                }
}

static void print_segments(const Canvas *canvas) {
        const Map *map = canvas->map;

        if (!limit_at(map, map->rows))
                print_border(canvas, "\u250c", "\u252c", "\u2510");
        else
                print_limit(canvas, limit_at(map, map->rows));
        for (size_t i = map->n_segments; i-- > 0;) {
                const MapSegment *segment = &map->segments[i];
                const MapLimit *limit = limit_at(map, segment->row);
                char address[NUMBER_TEXT_MAX];

                map_address(segment->start, address, sizeof(address));
                for (unsigned row = segment->row + segment->rows; row-- > segment->row;)
                        print_row(canvas, row, row > segment->row || limit ? "" : address);
                if (limit)
                        print_limit(canvas, limit);
        }
        print_border(canvas, "\u2514", "\u2534", "\u2518");
}

static void print_note(const Screen *screen, const char *label, const char *text) {
        printf("%s%s: ", screen_dim(screen), label);
        screen_wrap(screen, (unsigned) strlen(label) + 2, text);
        fputs(screen_off(screen), stdout);
}

static void print_notes(const Screen *screen, const Map *map) {
        for (MapLane lane = 0; lane < _MAP_LANE_MAX; lane++)
                if (*map->notes[lane])
                        print_note(screen, map_lane_title(lane), map->notes[lane]);
        if (*map->unknown)
                print_note(screen, "no line for", map->unknown);
}

void map_text_print(const Screen *screen, const Map *map) {
        Canvas canvas = { .screen = screen, .map = map };

        lay_out(&canvas);
        print_titles(&canvas);
        print_segments(&canvas);
        print_notes(screen, map);
}
