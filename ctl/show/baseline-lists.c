/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "ctl/show/baseline-parts.h"
#include "ctl/show/numbers.h"
#include "fleet/fleet.h"

/* Of a list that has more than one more. */
#define ROWS_SHOWN 3
#define POOLS_SHOWN 3
#define POOL_CLASSES_SHOWN 3
#define REGIONS_SHOWN 3

static void print_words(const BaselineText *text, const char *label, const char *words) {
        Paragraph line = {};

        paragraph_add(&line, "%s", words);
        paragraph_print(text, label, &line);
}

static size_t how_many(const BaselineText *text, size_t n, size_t shown) {
        return text->all || n <= shown + 1 ? n : shown;
}

/* ── unknown ───────────────────────────────────────────────────────────────────────────────────────────── */

static const char *const gaps[_GAP_MAX] = {
        [GAP_ARCHITECTURE] = "architecture",
        [GAP_CPU_VENDOR] = "CPU vendor",
        [GAP_GUEST_PHYSICAL] = "guest physical width",
        [GAP_GUEST_MAPPABLE] = "guest mappable width",
        [GAP_IOVA] = "IOVA width",
        [GAP_LA57] = "support of five-level paging",
        [GAP_RESERVED] = "reserved regions",
        [GAP_PROFILE] = "all but the widths",
};

static void print_gaps(const BaselineText *text) {
        const Baseline *baseline = text->baseline;
        const size_t shown = how_many(text, baseline->n_gaps, ROWS_SHOWN);

        for (size_t i = 0; i < shown; i++) {
                const BaselineGap *gap = &baseline->gaps[i];
                Paragraph line = {};

                paragraph_add(&line, "%s of ", gaps[gap->what]);
                paragraph_add_hosts(&line, gap->hosts);
                paragraph_add(&line, " (%s)",
                                gap->what == GAP_PROFILE ? "only a summary was read"
                                                         : reason_to_string(gap->reason));
                paragraph_add_examples(&line, &gap->examples);
                paragraph_print(text, "unknown", &line);
        }
        if (shown < baseline->n_gaps) {
                Paragraph line = {};

                paragraph_add(&line, "and %zu more; --all lists them", baseline->n_gaps - shown);
                paragraph_print(text, "", &line);
        }
}

static void print_disabled(const BaselineText *text) {
        Paragraph line = {};

        if (text->baseline->disabled == 0)
                return;
        paragraph_add(&line, "disables virtualisation on ");
        paragraph_add_hosts(&line, text->baseline->disabled);
        paragraph_add_examples(&line, &text->baseline->disabled_examples);
        paragraph_print(text, "firmware", &line);
}

/* ── devices ───────────────────────────────────────────────────────────────────────────────────────────── */

static const char *const obstacles[_OBSTACLE_MAX] = {
        [OBSTACLE_NO_IOMMU] = "no IOMMU is in use",
        [OBSTACLE_NO_GROUPS] = "there are no IOMMU groups",
        [OBSTACLE_DIRECT_REGION] = "firmware reserves memory for the devices",
        [OBSTACLE_BRIDGES_ONLY] = "there are only bridges",
        [OBSTACLE_NO_INTERRUPT_REMAPPING] = "there is no interrupt remapping",
        [OBSTACLE_NOT_PCI] = "there are no PCI devices in groups",
        [OBSTACLE_UNREADABLE] = "the reason is unknown",
        [OBSTACLE_NOT_ASSIGNABLE] = "no reason is given in the summary",
};

static void print_obstacles(const BaselineText *text) {
        for (size_t i = 0; i < text->baseline->n_obstacles; i++) {
                const BaselineObstacle *obstacle = &text->baseline->obstacles[i];
                Paragraph line = {};

                paragraph_add(&line, "cannot be assigned on ");
                paragraph_add_hosts(&line, obstacle->hosts);
                paragraph_add(&line, ": %s", obstacles[obstacle->why]);
                paragraph_add_examples(&line, &obstacle->examples);
                paragraph_print(text, "devices", &line);
        }
}

/* ── encryption ────────────────────────────────────────────────────────────────────────────────────────── */

static void print_encryption(const BaselineText *text) {
        const Baseline *baseline = text->baseline;
        Paragraph line = {};

        if (baseline->encryption.hosts == 0)
                return;
        paragraph_add(&line, "takes %u", baseline->encryption.least);
        if (baseline->encryption.most > baseline->encryption.least)
                paragraph_add(&line, " to %u", baseline->encryption.most);
        paragraph_add(&line, " address bits from ");
        paragraph_add_hosts(&line, baseline->encryption.hosts);
        paragraph_add_examples(&line, &baseline->encryption.examples);
        if (baseline->encryption.limiting == 0)
                paragraph_add(&line, "; it does not limit guests");
        else {
                paragraph_add(&line, "; it limits guests on ");
                paragraph_add_hosts(&line, baseline->encryption.limiting);
                paragraph_add(&line, " and can be disabled in firmware setup");
        }
        paragraph_print(text, "encryption", &line);
}

/* ── regions ───────────────────────────────────────────────────────────────────────────────────────────── */

static void print_regions(const BaselineText *text) {
        const Baseline *baseline = text->baseline;
        const size_t n = baseline->reserved.n, shown = how_many(text, n, REGIONS_SHOWN);

        if (n > 0)
                print_words(text, "reserved",
                                "A guest with devices that is to run on every host must leave free:");
        for (size_t i = 0; i < shown; i++) {
                const BaselineRegion *region = &baseline->reserved.regions[i];
                Paragraph line = {};

                paragraph_add(&line, "0x%" PRIx64 "-0x%" PRIx64 " on ", region->start, region->end);
                paragraph_add_hosts(&line, region->hosts);
                paragraph_print(text, "", &line);
        }
        if (baseline->reserved.unknown > 0 && n > 0)
                print_words(text, "", "and what hosts with unknown regions reserve");
        if (shown < n) {
                Paragraph line = {};

                paragraph_add(&line, "and %zu more regions; --all lists them", n - shown);
                paragraph_print(text, "", &line);
        }
}

/* ── pools ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void add_pool(Paragraph *line, const BaselineText *text, size_t i) {
        const BaselinePool *pool = &text->baseline->pools[i];
        const size_t shown = how_many(text, pool->n_classes, POOL_CLASSES_SHOWN);
        char letters[FLEET_LETTERS_SIZE];

        paragraph_add(line, "%s%zu (", i > 0 ? ", " : ": ", i + 1);
        paragraph_add_hosts(line, pool->hosts);
        for (size_t k = 0; k < shown; k++)
                paragraph_add(line, "%s%s", k > 0 ? ", " : ": ",
                                fleet_class_letters(pool->classes[k], letters));
        if (shown < pool->n_classes)
                paragraph_add(line, " and %zu more", pool->n_classes - shown);
        paragraph_add(line, ")");
}

static void print_pools(const BaselineText *text) {
        const Baseline *baseline = text->baseline;
        const size_t shown = how_many(text, baseline->n_pools, POOLS_SHOWN);
        char more[NUMBER_TEXT_MAX];
        Paragraph line = {};

        if (baseline->n_pools == 0)
                paragraph_add(&line,
                                "none: something that live migration depends on is unknown of all hosts");
        else if (baseline->n_pools == 1 && baseline->without_pool == 0)
                paragraph_add(&line, "live migration is safe in both directions between all hosts");
        else
                paragraph_add(&line, "live migration is safe in both directions within each pool");
        for (size_t i = 0; i < shown && baseline->n_pools + baseline->without_pool > 1 &&
                        line.n < sizeof(line.text) / 2;
                        i++)
                add_pool(&line, text, i);
        if (shown < baseline->n_pools)
                paragraph_add(&line, " and %s more",
                                number_count(baseline->n_pools - shown, more, sizeof(more)));
        if (baseline->without_pool > 0 && baseline->n_pools > 0) {
                paragraph_add(&line, "; ");
                paragraph_add_hosts(&line, baseline->without_pool);
                paragraph_add(&line, " in none, because something is unknown of them");
                paragraph_add_examples(&line, &baseline->pool_examples);
        }
        paragraph_print(text, "pools", &line);
}

void baseline_print_lists(const BaselineText *text) {
        print_gaps(text);
        print_disabled(text);
        print_obstacles(text);
        print_encryption(text);
        print_regions(text);
        print_pools(text);
}
