/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "ctl/show/map-svg-parts.h"
#include "ctl/show/map-words.h"
#include "ctl/show/svg-text.h"
#include "guest/rules/check.h"

#define LINE 16 /* from one line of text to the next */
#define SPACE 8 /* between labels */
#define LABELS_MAX 48
#define LINES_MAX 8

/* A limit or conflict: heading and description. */
typedef struct Label {
        double anchor; /* y of its line */
        double y;      /* upper end */
        unsigned lines;
        bool conflict;
        const char *colour; /* class */
        char heading[64];
        char text[512];
} Label;

typedef struct Labels {
        size_t n, left_out;
        Label items[LABELS_MAX];
} Labels;

static double height(const Label *label) {
        return LINE * (1.0 + label->lines);
}

static void count_lines(Label *label) {
        const char *rest = label->text;

        while (*rest && label->lines < LINES_MAX) {
                rest += svg_text_break(rest, SVG_TEXT, SVG_GUTTER);
                rest += strspn(rest, " ");
                label->lines++;
        }
}

static const char *limit_class(const MapLimit *limit) {
        return limit->guest ? "of-guest" : limit->iommu ? "iommu" : "";
}

static Label *next(Labels *labels) {
        if (labels->n < LABELS_MAX)
                return &labels->items[labels->n++];
        labels->left_out++;
        return NULL;
}

static void add_limits(const SvgMap *svg, Labels *labels) {
        for (size_t i = 0; i < svg->map->n_limits; i++) {
                const MapLimit *limit = &svg->map->limits[i];
                Label *label = next(labels);

                if (!label)
                        continue;
                *label = (Label){ .anchor = svg_y(svg, limit->row), .colour = limit_class(limit) };
                map_limit_place(limit, label->heading, sizeof(label->heading));
                snprintf(label->text, sizeof(label->text), "%s", limit->label);
                count_lines(label);
        }
}

static void add_conflicts(const SvgMap *svg, Labels *labels) {
        for (size_t i = 0; i < svg->map->n_conflicts; i++) {
                const MapConflict *conflict = &svg->map->conflicts[i];
                const CheckFinding *finding = conflict->finding;
                Label *label = next(labels);

                if (!label)
                        continue;
                *label = (Label){
                        .anchor = svg_y(svg, conflict->row) - SVG_ROW * conflict->rows / 2.0,
                        .conflict = true,
                        .colour = finding->verdict == VERDICT_UNSAFE ? "bad" : "may",
                };
                snprintf(label->heading, sizeof(label->heading), "%s, %s", rule_to_string(finding->rule),
                                finding_verdict_word(finding->verdict));
                snprintf(label->text, sizeof(label->text), "%.100s: %.400s", finding->subject,
                                finding->summary);
                count_lines(label);
        }
}

static int by_anchor(const void *p, const void *q) {
        const Label *a = p, *b = q;

        if (a->anchor != b->anchor)
                return a->anchor < b->anchor ? -1 : 1;
        return a->conflict - b->conflict;
}

/* Places each label at its line, or below the previous one; labels that end too low move up, at most to
 * the top. */
static void place(const SvgMap *svg, Labels *labels) {
        double end = svg_y(svg, 0);

        for (size_t i = 0; i < labels->n; i++) {
                Label *label = &labels->items[i];
                double least = i > 0 ? label[-1].y + height(&label[-1]) + SPACE : SVG_TOP - LINE;

                label->y = label->anchor - height(label) / 2;
                if (label->y < least)
                        label->y = least;
        }
        for (size_t i = labels->n; i-- > 0;) {
                Label *label = &labels->items[i];

                if (label->y + height(label) > end)
                        label->y = end - height(label);
                end = label->y - SPACE;
        }
        for (size_t i = 0; i < labels->n; i++) {
                Label *label = &labels->items[i];
                double least = i > 0 ? label[-1].y + height(&label[-1]) + SPACE : SVG_TOP - LINE;

                if (label->y < least)
                        label->y = least;
        }
}

static void put_line(const SvgMap *svg, const char *class, double y, const char *text, size_t n) {
        fprintf(svg->file, "<text class=\"%s\" x=\"%u\" y=\"%.1f\">", class, svg->right + SVG_LEADER, y);
        svg_text_put(svg->file, text, n);
        fprintf(svg->file, "</text>\n");
}

static void put_label(const SvgMap *svg, const Label *label) {
        const char *rest = label->text;
        double y = label->y + 12, middle = label->y + LINE / 2.0;
        char class[32];

        snprintf(class, sizeof(class), "strong %s", label->colour);
        fprintf(svg->file, "<path class=\"leader %s\" d=\"M%u %.1fL%u %.1fH%u\"/>\n", label->colour,
                        svg->right, label->anchor, svg->right + SVG_LEADER - 10, middle,
                        svg->right + SVG_LEADER - 4);
        put_line(svg, class, y, label->heading, sizeof(label->heading));
        for (unsigned i = 0; i < label->lines; i++) {
                size_t n = svg_text_break(rest, SVG_TEXT, SVG_GUTTER);

                put_line(svg, "muted", y += LINE, rest, n);
                rest += n;
                rest += strspn(rest, " ");
        }
}

static void put_limits(const SvgMap *svg) {
        for (size_t i = 0; i < svg->map->n_limits; i++) {
                const MapLimit *limit = &svg->map->limits[i];

                fprintf(svg->file, "<path class=\"limit %s\" data-edge=\"%u\" d=\"M%u %uH%u\"/>\n",
                                limit_class(limit), limit->bits, SVG_AXIS - 4, svg_y(svg, limit->row),
                                svg->right);
        }
}

void map_svg_labels(SvgMap *svg) {
        Labels labels = {};
        const Label *last;

        add_limits(svg, &labels);
        add_conflicts(svg, &labels);
        qsort(labels.items, labels.n, sizeof(Label), by_anchor);
        place(svg, &labels);
        last = labels.n > 0 ? &labels.items[labels.n - 1] : NULL;
        svg->bottom = svg_y(svg, 0);
        if (last && last->y + height(last) > svg->bottom)
                svg->bottom = (unsigned) (last->y + height(last)) + 1;
        if (!svg->file)
                return;
        put_limits(svg);
        for (size_t i = 0; i < labels.n; i++)
                put_label(svg, &labels.items[i]);
}
