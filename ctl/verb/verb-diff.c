/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/source-file.h"
#include "ctl/show/difference-text.h"
#include "ctl/show/json-output.h"
#include "ctl/show/screen.h"
#include "ctl/show/table.h"
#include "ctl/verb/verbs.h"
#include "probe/cleanup.h"
#include "profile/change/difference.h"

enum { COLUMN_PATH, COLUMN_BEFORE, COLUMN_AFTER };

static const Column columns[] = {
        [COLUMN_PATH] = { "PATH" },
        [COLUMN_BEFORE] = { "BEFORE", .wrap = true },
        [COLUMN_AFTER] = { "AFTER", .wrap = true },
};

static void decrefp(json_t **value) {
        json_decref(*value);
}

static int out_of_memory(void) {
        fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
}

typedef struct Cursor {
        const DifferenceList *list;
        size_t next;
} Cursor;

static json_t *next_json(void *userdata, int *error) {
        Cursor *cursor = userdata;
        json_t *value;

        if (cursor->next == cursor->list->n)
                return NULL;
        value = difference_json(&cursor->list->differences[cursor->next++]);
        if (!value)
                *error = -ENOMEM;
        return value;
}

static int print_json(const DifferenceList *list, const Options *options) {
        Cursor cursor = { .list = list };
        int r = json_array_write(next_json, &cursor, options->json_layout, json_to_stdout, NULL);

        /* Errors of standard output are reported when flushing. */
        return r == -ENOMEM ? out_of_memory() : EXIT_SUCCESS;
}

static bool add_row(Table *table, const Difference *difference) {
        _cleanup_free_ char *before = NULL, *after = NULL;

        table_row(table);
        table_cell(table, COLUMN_PATH, difference->path);
        if (difference->before) {
                before = difference_text(difference->before, difference->after);
                if (!before)
                        return false;
        }
        if (difference->after) {
                after = difference_text(difference->after, difference->before);
                if (!after)
                        return false;
        }
        table_cell(table, COLUMN_BEFORE, before);
        if (difference->kind == DIFFERENCE_ADDED)
                table_cellf(table, COLUMN_AFTER, "added: %s", after);
        else
                table_cell(table, COLUMN_AFTER, after ? after : "removed");
        return true;
}

static int print_table(const DifferenceList *list, const Options *options) {
        const Screen screen = screen_get();
        _cleanup_pager_ pid_t pager = pager_open(options);
        bool ok = true;
        Table *table;
        int r;

        (void) pager;
        if (list->n == 0) {
                if (!options->no_legend)
                        printf("No differences.\n");
                return EXIT_SUCCESS;
        }
        table = table_new(columns, ELEMENTS(columns), &screen, options->no_legend);
        for (size_t i = 0; i < list->n && ok; i++)
                ok = add_row(table, &list->differences[i]);
        r = table_finish(table);
        return ok ? r : out_of_memory();
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(difference_list_done) DifferenceList list = {};
        _cleanup_(decrefp) json_t *before = NULL, *after = NULL;
        int r;

        r = source_file_documents(options, argv, &before, &after);
        if (r != EXIT_SUCCESS)
                return r;
        if (profile_difference(before, after, &list) < 0)
                return out_of_memory();
        r = options->json ? print_json(&list, options) : print_table(&list, options);
        if (list.dropped > 0)
                fprintf(stderr, "hawctl: %zu more differences are not listed\n", list.dropped);
        return r;
}

const Verb verb_diff = {
        .name = "diff",
        .arguments = "A B",
        .min = 2,
        .max = 2,
        .takes = TAKES_JSON | TAKES_TABLE | TAKES_TIMEOUT,
        .summary = "Show the differences between two profiles",
        .help = "A and B are documents of 'hawctl describe', host trees or captures. One of them\n"
                "can be - for standard input. The exit status is 0 whether or not they differ.\n",
        .example = "hawctl describe | hawctl diff yesterday.json -",
        .run = run,
};
