/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/source-file.h"
#include "ctl/show/json-output.h"
#include "ctl/show/table.h"
#include "ctl/verb/verbs.h"
#include "profile/change/comparison.h"

static void decrefp(json_t **value) {
        json_decref(*value);
}

static const char *verdict_of(const json_t *comparison, const char *direction) {
        const char *verdict = json_string_value(
                        json_object_get(json_object_get(comparison, direction), "verdict"));

        return verdict ? verdict : "";
}

static void print_move(const Screen *screen, const json_t *move, const char *from, const char *to) {
        const char *verdict = json_string_value(json_object_get(move, "verdict"));
        bool safe = strcmp(verdict, "safe") == 0, unsafe = strcmp(verdict, "unsafe") == 0;
        char about[2 * 4096 + 8];
        const json_t *reason;
        size_t i;

        printf("%s%-9s%s",
                        safe                     ? screen_bold(screen)
                                        : unsafe ? screen_red(screen)
                                                 : screen_yellow(screen),
                        verdict, screen_off(screen));
        snprintf(about, sizeof(about), "%s -> %s", from, to);
        screen_wrap(screen, 9, about);
        json_array_foreach(json_object_get(move, "reasons"), i, reason) {
                printf("%*s", 9, "");
                screen_wrap(screen, 9, json_string_value(reason));
        }
}

enum { COLUMN_NAME, COLUMN_HERE, COLUMN_THERE };

static void bits_cell(Table *table, unsigned column, const json_t *value) {
        if (json_is_integer(value))
                table_cellf(table, column, "%d", (int) json_integer_value(value));
        else
                table_cell(table, column, NULL);
}

/* Names as columns if two fit beside the widths. */
static bool names_fit(const Screen *screen, char **argv) {
        return sizeof("safeGuestBitsWithDevices") + strlen(argv[0]) + 1 + strlen(argv[1]) <= screen->width;
}

static int print_widths(
                const Screen *screen, const Options *options, const json_t *comparison, char **argv) {
        const bool names = names_fit(screen, argv);
        const Column columns[] = {
                [COLUMN_NAME] = { "ADDRESS WIDTH" },
                [COLUMN_HERE] = { names ? argv[0] : "HERE", .right = true },
                [COLUMN_THERE] = { names ? argv[1] : "THERE", .right = true },
        };
        Table *table = table_new(columns, ELEMENTS(columns), screen, options->no_legend);
        const json_t *width;
        size_t i;

        json_array_foreach(json_object_get(comparison, "widths"), i, width) {
                table_row(table);
                table_cell(table, COLUMN_NAME, json_string_value(json_object_get(width, "name")));
                bits_cell(table, COLUMN_HERE, json_object_get(width, "here"));
                bits_cell(table, COLUMN_THERE, json_object_get(width, "there"));
        }
        return table_finish(table);
}

static int print_text(const Options *options, const json_t *comparison, char **argv) {
        const Screen screen = screen_get();
        _cleanup_pager_ pid_t pager = pager_open(options);
        size_t n = json_array_size(json_object_get(comparison, "differences")) +
                        (size_t) json_integer_value(json_object_get(comparison, "differencesDropped"));
        int r;

        (void) pager;
        print_move(&screen, json_object_get(comparison, "toThere"), argv[0], argv[1]);
        print_move(&screen, json_object_get(comparison, "toHere"), argv[1], argv[0]);
        putchar('\n');
        if (!names_fit(&screen, argv) && !options->no_legend) {
                printf("here:  ");
                screen_wrap(&screen, 7, argv[0]);
                printf("there: ");
                screen_wrap(&screen, 7, argv[1]);
        }
        r = print_widths(&screen, options, comparison, argv);
        if (r == EXIT_SUCCESS && !options->no_legend)
                printf("\n%zu differences%s\n", n, n > 0 ? "; hawctl diff lists them" : "");
        return r;
}

static int run(const Options *options, int argc, char **argv) {
        __attribute__((cleanup(decrefp))) json_t *here = NULL, *there = NULL, *comparison = NULL;
        bool unsafe;
        int r;

        r = source_file_documents(options, argv, &here, &there);
        if (r != EXIT_SUCCESS)
                return r;
        comparison = profile_comparison(here, there);
        if (!comparison) {
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
                return EXIT_FAILURE;
        }
        unsafe = strcmp(verdict_of(comparison, "toHere"), "unsafe") == 0 ||
                        strcmp(verdict_of(comparison, "toThere"), "unsafe") == 0;
        r = options->json ? json_print(options, json_incref(comparison))
                          : print_text(options, comparison, argv);
        return r == EXIT_SUCCESS && unsafe ? EXIT_UNSAFE : r;
}

const Verb verb_compare = {
        .name = "compare",
        .arguments = "A B",
        .min = 2,
        .max = 2,
        .takes = TAKES_JSON | TAKES_TABLE | TAKES_TIMEOUT,
        .summary = "Check whether guests can migrate between two hosts",
        .help = "A and B are profile documents, host trees or captures, as for diff. The exit\n"
                "status is 3 if one direction is unsafe.\n",
        .example = "hawctl describe | hawctl compare - other-host.json",
        .run = run,
};
