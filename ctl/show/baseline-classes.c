/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/show/baseline-parts.h"
#include "ctl/show/cpu-name.h"
#include "ctl/show/numbers.h"
#include "ctl/show/table.h"
#include "fleet/fleet.h"

enum {
        COLUMN_CLASS,
        COLUMN_HOSTS,
        COLUMN_POOL,
        COLUMN_CPU,
        COLUMN_HOST,
        COLUMN_GUEST,
        COLUMN_IOVA,
        COLUMN_MODEL,
        COLUMN_EXAMPLES,
};

static const Column columns[] = {
        [COLUMN_CLASS] = { "CLASS" },
        [COLUMN_HOSTS] = { "HOSTS", .right = true },
        [COLUMN_POOL] = { "POOL", .right = true },
        [COLUMN_CPU] = { "CPU", .right = true },
        [COLUMN_HOST] = { "HOST", .right = true },
        [COLUMN_GUEST] = { "GUEST", .right = true },
        [COLUMN_IOVA] = { "IOVA", .right = true },
        [COLUMN_MODEL] = { "MODEL", .wrap = true },
        [COLUMN_EXAMPLES] = { "SUCH AS", .wrap = true },
};

static void bits_cell(Table *table, unsigned column, uint8_t bits) {
        if (bits > 0)
                table_cellf(table, column, "%u", bits);
        else
                table_cell(table, column, NULL);
}

static void examples_cell(Table *table, const Examples *examples) {
        char text[256] = "";
        size_t n = 0;

        for (unsigned i = 0; i < examples->n; i++)
                if (*examples->hosts[i].name)
                        n += (size_t) snprintf(text + n, sizeof(text) - n, "%s%s", n ? ", " : "",
                                        examples->hosts[i].name);
        table_cell(table, COLUMN_EXAMPLES, *text ? text : NULL);
}

static int add_row(Table *table, const BaselineText *text, size_t i) {
        const BaselineClass *class = &text->baseline->classes[i];
        const Standing *standing = &class->standing;
        char letters[FLEET_LETTERS_SIZE], count[NUMBER_TEXT_MAX], name[CPU_NAME_MAX];
        BaselineMember member = {};
        int r = text->fleet->get(text->fleet->userdata, i, &member);

        if (r < 0)
                return r;
        table_row(table);
        table_cell(table, COLUMN_CLASS, fleet_class_letters(i, letters));
        table_cell(table, COLUMN_HOSTS, number_count(class->hosts, count, sizeof(count)));
        if (class->pool >= 0)
                table_cellf(table, COLUMN_POOL, "%lld", (long long) class->pool + 1);
        else
                table_cell(table, COLUMN_POOL, NULL);
        bits_cell(table, COLUMN_CPU, standing->cpu_physical);
        bits_cell(table, COLUMN_HOST, standing->host_physical);
        bits_cell(table, COLUMN_GUEST, standing->guest);
        if (standing->obstacles & (1U << OBSTACLE_NO_IOMMU) && standing->iova == 0)
                table_cell(table, COLUMN_IOVA, "none");
        else
                bits_cell(table, COLUMN_IOVA, standing->iova);
        table_cell(table, COLUMN_MODEL, *member.model ? cpu_name(member.model, name, sizeof(name)) : NULL);
        examples_cell(table, &class->examples);
        return 0;
}

/* The first class that is lost at the lowest step. */
static bool holds_back(const BaselineWidth *width, size_t class) {
        return width->n_steps > 0 && width->steps[0].classes[0] == class;
}

static bool is_shown(const BaselineText *text, size_t class) {
        return text->all || class < CLASSES_SHOWN || text->baseline->n_classes == CLASSES_SHOWN + 1 ||
                        holds_back(&text->baseline->guest, class) ||
                        holds_back(&text->baseline->with_devices, class);
}

int baseline_print_classes(const BaselineText *text) {
        Table *table = table_new(columns, ELEMENTS(columns), &text->screen, text->no_legend);
        char classes[NUMBER_TEXT_MAX], count[NUMBER_TEXT_MAX];
        uint64_t left = 0, hosts = 0;
        int r = 0;

        for (size_t i = 0; i < text->baseline->n_classes && r >= 0; i++) {
                if (is_shown(text, i)) {
                        r = add_row(table, text, i);
                        continue;
                }
                left++;
                hosts += text->baseline->classes[i].hosts;
        }
        if (table_finish(table) != EXIT_SUCCESS)
                return EXIT_FAILURE;
        if (r < 0) {
                fprintf(stderr, "hawctl: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        if (left > 0)
                printf("and %s more classes with %s hosts; --all lists them\n",
                                number_count(left, classes, sizeof(classes)),
                                number_count(hosts, count, sizeof(count)));
        return EXIT_SUCCESS;
}
