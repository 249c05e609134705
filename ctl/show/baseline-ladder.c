/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/show/baseline-parts.h"
#include "ctl/show/cpu-name.h"
#include "ctl/show/numbers.h"
#include "ctl/show/safe-text.h"
#include "fleet/fleet.h"
#include "probe/cleanup.h"

#define STEPS_SHOWN 3
#define STEP_CLASSES_SHOWN 2
#define NAMES_SHOWN 8

/* "class C, Core i7-8700, IOMMU 39". Returns 0 or a negative errno. */
static int add_class(
                Paragraph *paragraph, const BaselineText *text, size_t class, uint8_t bits, bool devices) {
        const BaselineClass *own = &text->baseline->classes[class];
        const uint8_t set = devices ? own->standing.device_limits : own->standing.limits;
        char letters[FLEET_LETTERS_SIZE], name[CPU_NAME_MAX];
        BaselineMember member = {};
        const char *before = ", ";
        int r = text->fleet->get(text->fleet->userdata, class, &member);

        if (r < 0)
                return r;
        paragraph_add(paragraph, "class %s", fleet_class_letters(class, letters));
        if (*member.model)
                paragraph_add(paragraph, ", %s", cpu_name(member.model, name, sizeof(name)));
        for (Limit limit = 0; limit < _LIMIT_MAX; limit++) {
                if (baseline_limited(own, set, limit) == 0)
                        continue;
                paragraph_add(paragraph, "%s%s %u", before, limit_text(limit), bits);
                if (limit == LIMIT_ENCRYPTION)
                        paragraph_add(paragraph, " (can be disabled)");
                before = " and ";
        }
        return 0;
}

/* In lines that are indented by 2, and by 4 after the first. */
static void print_item(const BaselineText *text, const Paragraph *item) {
        _cleanup_free_ char *shown = safe_line(item->text, text->screen.utf8);
        const size_t n = shown ? strlen(shown) : 0;
        size_t head = n;

        if (screen_columns(shown ? shown : "", n) > text->screen.width - 2)
                head = screen_fitting(shown, n, text->screen.width - 2);
        while (head < n && head > 0 && shown[head] != ' ')
                head--;
        printf("  %.*s\n", (int) head, shown ? shown : "");
        if (head == n)
                return;
        printf("    ");
        screen_wrap(&text->screen, 4, shown + head + strspn(shown + head, " "));
}

static int add_classes(Paragraph *item, const BaselineText *text, const BaselineStep *step, bool devices) {
        const size_t n = step->n_classes;
        size_t shown = 0;

        for (; shown < n && (text->all || shown < STEP_CLASSES_SHOWN) && item->n < sizeof(item->text) / 2;
                        shown++) {
                int r;

                paragraph_add(item, "; ");
                r = add_class(item, text, step->classes[shown], step->from, devices);
                if (r < 0)
                        return r;
        }
        if (shown < n)
                paragraph_add(item, "; and %zu more class%s", n - shown, n - shown == 1 ? "" : "es");
        return 0;
}

static int print_step(const BaselineText *text, const BaselineWidth *width, const BaselineStep *step) {
        char cannot[NUMBER_TEXT_MAX], unknown[NUMBER_TEXT_MAX];
        Paragraph item = {};
        int r;

        paragraph_add(&item, "%u %s %u bits: %s of ", step->from, text->screen.utf8 ? "\u2192" : "->",
                        step->bits, number_count(step->cannot, cannot, sizeof(cannot)));
        paragraph_add_hosts(&item, width->hosts);
        paragraph_add(&item, " cannot");
        if (step->unknown > 0)
                paragraph_add(&item, ", %s unknown", number_count(step->unknown, unknown, sizeof(unknown)));
        r = add_classes(&item, text, step, width->devices);
        if (r >= 0)
                print_item(text, &item);
        return r;
}

int baseline_print_ladder(const BaselineText *text, const BaselineWidth *width) {
        const size_t n = width->n_steps;
        const size_t shown = text->all || n <= STEPS_SHOWN + 1 ? n : STEPS_SHOWN;

        if (n == 0)
                return 0;
        printf("\nWider guests %s devices\n", width->devices ? "with" : "without");
        for (size_t i = 0; i < shown; i++) {
                int r = print_step(text, width, &width->steps[i]);

                if (r < 0)
                        return r;
        }
        if (shown < n)
                printf("  and %zu wider steps; --all lists them\n", n - shown);
        return 0;
}

/* ── another width ─────────────────────────────────────────────────────────────────────────────────────── */

static void add_names(Paragraph *item, const BaselineText *text, size_t class) {
        const uint64_t n = text->baseline->classes[class].hosts;
        const uint64_t shown = text->all || n <= NAMES_SHOWN ? n : NAMES_SHOWN - 1;
        const char *before = ": ";

        for (uint64_t i = 0; i < shown && item->n < sizeof(item->text) - 256; i++) {
                const char *name = text->fleet->host(text->fleet->userdata, class, i);

                paragraph_add(item, "%s%s", before, *name ? name : "(no name)");
                before = ", ";
        }
        if (shown < n) {
                paragraph_add(item, " and ");
                paragraph_add_hosts(item, n - shown);
                paragraph_add(item, " more");
        }
}

/* The names of one class, in as many lines as they need. */
static int print_class(const BaselineText *text, size_t class, bool devices) {
        Paragraph item = {};
        int r = add_class(&item, text, class, baseline_class_bits(&text->baseline->classes[class], devices),
                        devices);

        if (r < 0)
                return r;
        add_names(&item, text, class);
        print_item(text, &item);
        return 0;
}

int baseline_print_below(const BaselineText *text, const BaselineWidth *width) {
        const BaselineBelow below = baseline_below(width, text->for_width);
        const size_t shown =
                        text->all || below.n_classes <= CLASSES_SHOWN ? below.n_classes : CLASSES_SHOWN - 1;
        char cannot[NUMBER_TEXT_MAX], unknown[NUMBER_TEXT_MAX];
        Paragraph head = {};

        if (width->hosts == 0)
                return 0;
        paragraph_add(&head, "%u bits %s devices: %s of ", text->for_width,
                        width->devices ? "with" : "without",
                        number_count(below.cannot, cannot, sizeof(cannot)));
        paragraph_add_hosts(&head, width->hosts);
        paragraph_add(&head, " cannot");
        if (below.unknown > 0)
                paragraph_add(&head, ", %s unknown", number_count(below.unknown, unknown, sizeof(unknown)));
        printf("\n%s\n", head.text);
        for (size_t i = 0; i < shown; i++) {
                int r = print_class(text, below.classes[i], width->devices);

                if (r < 0)
                        return r;
        }
        if (shown < below.n_classes)
                printf("  and %zu more classes; --all lists them\n", below.n_classes - shown);
        return 0;
}
