/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/difference-text.h"
#include "ctl/input-file.h"
#include "ctl/json-output.h"
#include "ctl/screen.h"
#include "ctl/source-profile.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "probe/cleanup.h"
#include "profile/difference.h"
#include "profile/json-parse.h"

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

static int read_document(const char *name, json_t **ret) {
        const char *from = strcmp(name, "-") == 0 ? "standard input" : name;
        _cleanup_(input_file_done) InputFile file = {};
        JsonError error;
        int r = input_file_read(name, PROFILE_JSON_MAX, &file);

        if (r != EXIT_SUCCESS)
                return r;
        r = profile_json_parse((const char *) file.data, file.n, ret, &error);
        if (r == 0)
                return EXIT_SUCCESS;
        if (r == -ENOMEM)
                return out_of_memory();
        fprintf(stderr, "hawctl: %s: ", from);
        if (error.line > 0)
                fprintf(stderr, "line %u, column %u: ", error.line, error.column);
        fprintf(stderr, "%s; a profile document is what 'hawctl describe' prints\n", error.text);
        return EXIT_FAILURE;
}

/* A directory, or a file that begins as the archives do that captures may be. */
static bool is_capture(const char *name) {
        static const struct {
                size_t offset, n;
                const char *magic;
        } archives[] = { { 0, 4, "\x28\xb5\x2f\xfd" }, { 0, 2, "\x1f\x8b" },
                { 0, 6,
                                "\xfd"
                                "7zXZ" },
                { 257, 5, "ustar" } };
        _cleanup_close_ int fd = -1;
        char head[262] = "";
        struct stat st;

        if (strcmp(name, "-") == 0 || stat(name, &st) < 0)
                return false;
        if (!S_ISREG(st.st_mode))
                return S_ISDIR(st.st_mode);
        fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0 || read(fd, head, sizeof(head)) < 0)
                return false;
        for (size_t i = 0; i < ELEMENTS(archives); i++)
                if (memcmp(head + archives[i].offset, archives[i].magic, archives[i].n) == 0)
                        return true;
        return false;
}

static int write_stream(const char *text, size_t n, void *userdata) {
        return fwrite(text, 1, n, userdata) == n ? 0 : -ENOMEM;
}

static int probe_document(const Options *options, const char *name, json_t **ret) {
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_free_ char *text = NULL;
        Options rooted = *options;
        size_t n = 0;
        FILE *f;
        int r;

        rooted.root = name;
        r = source_local(&rooted, &profile);
        if (r != EXIT_SUCCESS)
                return r;
        f = open_memstream(&text, &n);
        if (!f)
                return out_of_memory();
        r = profile_json_write(&profile, JSON_LAYOUT_SHORT, write_stream, f);
        if (fclose(f) != 0 || r < 0)
                return out_of_memory();
        *ret = json_loadb(text, n, 0, NULL);
        return *ret ? EXIT_SUCCESS : out_of_memory();
}

static int load(const Options *options, const char *name, json_t **ret) {
        return is_capture(name) ? probe_document(options, name, ret) : read_document(name, ret);
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
        value = difference_json(&cursor->list->differences[cursor->next++], "before", "after");
        if (!value)
                *error = -ENOMEM;
        return value;
}

static int print_json(const DifferenceList *list, const Options *options) {
        Cursor cursor = { .list = list };
        int r = json_array_write(next_json, &cursor, options->json_layout, json_to_stdout, NULL);

        /* What went wrong with standard output is said when it is flushed. */
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

int verb_diff(const Options *options, int argc, char **argv) {
        _cleanup_(difference_list_done) DifferenceList list = {};
        _cleanup_(decrefp) json_t *before = NULL, *after = NULL;
        int r;

        if (strcmp(argv[0], "-") == 0 && strcmp(argv[1], "-") == 0) {
                fprintf(stderr, "hawctl: standard input (-) can be one of the two profiles only\n");
                return EXIT_USAGE;
        }
        r = load(options, argv[0], &before);
        if (r == EXIT_SUCCESS)
                r = load(options, argv[1], &after);
        if (r != EXIT_SUCCESS)
                return r;
        if (profile_difference(before, after, &list) < 0)
                return out_of_memory();
        r = options->json ? print_json(&list, options) : print_table(&list, options);
        if (list.dropped > 0)
                fprintf(stderr, "hawctl: %zu more differences are left out\n", list.dropped);
        return r;
}
