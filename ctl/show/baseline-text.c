/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/baseline-text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl/show/baseline-parts.h"
#include "ctl/show/numbers.h"
#include "ctl/show/table.h"
#include "probe/decode/text.h"

#define LABEL 12

/* ── paragraphs ────────────────────────────────────────────────────────────────────────────────────────── */

void paragraph_add(Paragraph *paragraph, const char *format, ...) {
        const size_t room = sizeof(paragraph->text) - paragraph->n;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vsnprintf(paragraph->text + paragraph->n, room, format, ap);
        va_end(ap);
        paragraph->n += n < 0 ? 0 : (size_t) n < room ? (size_t) n : room - 1;
}

void paragraph_print(const BaselineText *text, const char *label, const Paragraph *paragraph) {
        char shown[sizeof(paragraph->text)];

        text_shown(paragraph->text, shown, sizeof(shown));
        printf("%s%-*s%s", screen_bold(&text->screen), LABEL, label, screen_off(&text->screen));
        screen_wrap(&text->screen, LABEL, shown);
}

void paragraph_add_hosts(Paragraph *paragraph, uint64_t hosts) {
        char count[NUMBER_TEXT_MAX];

        paragraph_add(paragraph, "%s host%s", number_count(hosts, count, sizeof(count)),
                        hosts == 1 ? "" : "s");
}

void paragraph_add_examples(Paragraph *paragraph, const Examples *examples) {
        const char *before = ", such as ";

        for (unsigned i = 0; i < examples->n; i++) {
                if (!*examples->hosts[i].name)
                        continue;
                paragraph_add(paragraph, "%s%s", before, examples->hosts[i].name);
                before = ", ";
        }
}

const char *limit_text(Limit limit) {
        static const char *const texts[_LIMIT_MAX] = {
                [LIMIT_CPU] = "CPU",
                [LIMIT_FIRMWARE] = "firmware setting",
                [LIMIT_ENCRYPTION] = "memory encryption",
                [LIMIT_KVM] = "KVM",
                [LIMIT_SECOND_LEVEL] = "EPT or NPT",
                [LIMIT_IOMMU] = "IOMMU",
        };

        return texts[limit];
}

/* ── widths ────────────────────────────────────────────────────────────────────────────────────────────── */

enum { COLUMN_GUESTS, COLUMN_BITS, COLUMN_REACH, COLUMN_WHY };

static const Column columns[] = {
        [COLUMN_GUESTS] = { "WIDEST GUEST" },
        [COLUMN_BITS] = { "BITS", .right = true },
        [COLUMN_REACH] = { "REACH", .right = true },
        [COLUMN_WHY] = { "LIMITED BY", .wrap = true },
};

static void add_limits(Paragraph *why, const BaselineWidth *width) {
        const char *before = "";

        for (Limit limit = 0; limit < _LIMIT_MAX; limit++) {
                if (width->limits[limit] == 0)
                        continue;
                paragraph_add(why, "%s%s on ", before, limit_text(limit));
                if (width->limits[limit] == width->hosts)
                        paragraph_add(why, "all hosts");
                else
                        paragraph_add_hosts(why, width->limits[limit]);
                before = ", ";
        }
}

static void add_why(const Baseline *baseline, const BaselineWidth *width, Paragraph *why) {
        if (width->hosts == 0)
                paragraph_add(why, "no host can assign devices");
        else if (width->known == 0) {
                paragraph_add(why, "unknown on ");
                paragraph_add_hosts(why, width->unknown);
        } else if (width->bits == 0 && width->unknown > 0) {
                paragraph_add(why, "unknown on ");
                paragraph_add_hosts(why, width->unknown);
                paragraph_add(why, "; the others support %u bits: ", width->known);
                add_limits(why, width);
        } else if (width->bits == 0)
                paragraph_add(why, "the hosts have different architectures");
        else
                add_limits(why, width);
}

static void add_row(Table *table, const Baseline *baseline, const BaselineWidth *width) {
        char reach[NUMBER_TEXT_MAX];
        Paragraph why = {};

        add_why(baseline, width, &why);
        table_row(table);
        table_cell(table, COLUMN_GUESTS, width->devices ? "with devices" : "without devices");
        if (width->bits > 0) {
                table_cellf(table, COLUMN_BITS, "%u", width->bits);
                table_cell(table, COLUMN_REACH, number_reach(width->bits, reach, sizeof(reach)));
        } else {
                table_cell(table, COLUMN_BITS, NULL);
                table_cell(table, COLUMN_REACH, NULL);
        }
        table_cell(table, COLUMN_WHY, why.text);
}

static int print_widths(const BaselineText *text) {
        Table *table = table_new(columns, ELEMENTS(columns), &text->screen, text->no_legend);

        add_row(table, text->baseline, &text->baseline->guest);
        add_row(table, text->baseline, &text->baseline->with_devices);
        return table_finish(table);
}

/* ── what the fleet is ─────────────────────────────────────────────────────────────────────────────────── */

static void add_number(Paragraph *line, uint64_t n, const char *one, const char *many) {
        char count[NUMBER_TEXT_MAX];

        paragraph_add(line, ", %s %s", number_count(n, count, sizeof(count)), n == 1 ? one : many);
}

static void add_counts(Paragraph *line, const BaselineCounts *counts) {
        for (size_t i = 0; i < counts->n; i++) {
                const BaselineCount *count = &counts->counts[i];

                if (i >= 4) {
                        paragraph_add(line, " and %zu more", counts->n - i);
                        break;
                }
                paragraph_add(line, "%s%s (", i > 0 ? ", " : "", count->name ? count->name : "unknown");
                paragraph_add_hosts(line, count->hosts);
                paragraph_add(line, ")");
        }
}

static void print_plain(const BaselineText *text, const Paragraph *line) {
        char shown[sizeof(line->text)];

        text_shown(line->text, shown, sizeof(shown));
        screen_wrap(&text->screen, 0, shown);
}

static void print_head(const BaselineText *text) {
        const Baseline *baseline = text->baseline;
        Paragraph head = {}, mixed = {};

        paragraph_add_hosts(&head, baseline->hosts);
        add_number(&head, baseline->n_classes, "class", "classes");
        add_number(&head, baseline->n_pools, "migration pool", "migration pools");
        if (baseline->summaries > 0)
                add_number(&head, baseline->summaries, "of them known by a summary",
                                "of them known by a summary");
        print_plain(text, &head);
        if (baseline_mixed(&baseline->architectures)) {
                paragraph_add(&mixed, "No guest runs on all of them: ");
                add_counts(&mixed, &baseline->architectures);
                paragraph_add(&mixed, ". Give only hosts of one architecture.");
        } else if (baseline_mixed(&baseline->vendors)) {
                paragraph_add(&mixed, "Guests cannot migrate live between CPU vendors: ");
                add_counts(&mixed, &baseline->vendors);
                paragraph_add(&mixed, ".");
        }
        if (mixed.n > 0)
                print_plain(text, &mixed);
}

static int print_ladders(const BaselineText *text) {
        const Baseline *baseline = text->baseline;
        int r = text->for_width ? baseline_print_below(text, &baseline->guest)
                                : baseline_print_ladder(text, &baseline->guest);

        if (r >= 0)
                r = text->for_width ? baseline_print_below(text, &baseline->with_devices)
                                    : baseline_print_ladder(text, &baseline->with_devices);
        if (r < 0)
                fprintf(stderr, "hawctl: %s\n", strerror(-r));
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int baseline_text(const BaselineText *text) {
        int r;

        if (text->all_settings) {
                baseline_print_settings(text);
                return EXIT_SUCCESS;
        }
        print_head(text);
        putchar('\n');
        r = print_widths(text);
        if (r == EXIT_SUCCESS)
                r = print_ladders(text);
        if (r == EXIT_SUCCESS) {
                putchar('\n');
                r = baseline_print_classes(text);
        }
        if (r != EXIT_SUCCESS)
                return r;
        putchar('\n');
        baseline_print_lists(text);
        if (text->settings)
                putchar('\n');
        baseline_print_settings(text);
        return EXIT_SUCCESS;
}
