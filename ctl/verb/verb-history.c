/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "ctl/origin/document-file.h"
#include "ctl/show/json-output.h"
#include "ctl/show/screen.h"
#include "ctl/show/table.h"
#include "ctl/verb/verbs.h"
#include "probe/cleanup.h"
#include "profile/field/json-read.h"

#define HISTORY_DIRECTORY "/var/lib/hawd"

enum { COLUMN_BOOT, COLUMN_READ, COLUMN_KERNEL, COLUMN_CPU, COLUMN_GUEST, COLUMN_IOVA, COLUMN_DIGEST };

static const Column columns[] = {
        [COLUMN_BOOT] = { "BOOT", .right = true },
        [COLUMN_READ] = { "READ" },
        [COLUMN_KERNEL] = { "KERNEL" },
        [COLUMN_CPU] = { "CPU", .right = true },
        [COLUMN_GUEST] = { "GUEST", .right = true },
        [COLUMN_IOVA] = { "IOVA", .right = true },
        [COLUMN_DIGEST] = { "DIGEST" },
};

static int is_profile(const struct dirent *entry) {
        size_t n = strlen(entry->d_name);

        return n > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + n - 5, ".json") == 0;
}

static void add_width(Table *table, unsigned column, const Fact *fact) {
        if (!fact_known(fact))
                table_cell(table, column, NULL);
        else
                table_cellf(table, column, "%llu", (unsigned long long) fact->value);
}

/* "0042-….json": the service's number of the boot. */
static void add_row(Table *table, const char *name, const struct stat *st, const Profile *profile) {
        char when[32];
        struct tm tm;

        localtime_r(&st->st_mtime, &tm);
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
        table_row(table);
        table_cellf(table, COLUMN_BOOT, "%.*s", (int) strcspn(name, "-."), name);
        table_cell(table, COLUMN_READ, when);
        table_cell(table, COLUMN_KERNEL, profile->host.kernel);
        add_width(table, COLUMN_CPU, &profile->widths.cpu_physical_bits);
        add_width(table, COLUMN_GUEST, &profile->widths.safe_guest_bits);
        add_width(table, COLUMN_IOVA, &profile->widths.iova_bits);
        table_cellf(table, COLUMN_DIGEST, "%.12s", profile->digest);
}

/* An unreadable profile is reported; others are still shown. */
static int read_profile(const char *path, Profile *ret) {
        JsonError error = {};
        json_t *document = NULL;
        int r = document_file_read(path, &document);

        if (r != EXIT_SUCCESS)
                return r;
        r = profile_json_read(document, ret, &error);
        json_decref(document);
        if (r < 0)
                fprintf(stderr, "hawctl: %s: %s\n", path, r == -ENOMEM ? strerror(ENOMEM) : error.text);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The profile of one boot, its path and when it was stored. Prints the error. */
static int read_entry(const char *directory, const char *name, char path[static PATH_MAX],
                struct stat *ret_st, Profile *ret) {
        if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX) {
                fprintf(stderr, "hawctl: %s/%s: %s\n", directory, name, strerror(ENAMETOOLONG));
                return EXIT_FAILURE;
        }
        if (stat(path, ret_st) < 0) {
                fprintf(stderr, "hawctl: %s: %s\n", path, strerror(errno));
                return EXIT_FAILURE;
        }
        return read_profile(path, ret);
}

static int show(const char *directory, struct dirent **entries, int n, const Options *options) {
        const Screen screen = screen_get();
        Table *table = table_new(columns, ELEMENTS(columns), &screen, options->no_legend);
        int status = EXIT_SUCCESS, r;

        for (int i = 0; i < n; i++) {
                _cleanup_(profile_done) Profile profile = {};
                char path[PATH_MAX];
                struct stat st;

                if (read_entry(directory, entries[i]->d_name, path, &st, &profile) == EXIT_SUCCESS)
                        add_row(table, entries[i]->d_name, &st, &profile);
                else
                        status = EXIT_FAILURE;
        }
        r = table_finish(table);
        return status == EXIT_SUCCESS ? r : status;
}

static json_t *json_bits(const Fact *fact) {
        return fact_known(fact) ? json_integer((json_int_t) fact->value) : json_null();
}

static json_t *entry_json(const char *path, const struct stat *st, const Profile *profile) {
        const ProfileWidths *widths = &profile->widths;

        return json_pack("{s:s, s:I, s:s, s:o, s:o, s:o, s:s}", "file", path, "read",
                        (json_int_t) st->st_mtime, "kernel", profile->host.kernel, "cpuPhysicalBits",
                        json_bits(&widths->cpu_physical_bits), "safeGuestBits",
                        json_bits(&widths->safe_guest_bits), "iovaBits", json_bits(&widths->iova_bits),
                        "digest", profile->digest);
}

static int show_json(const char *directory, struct dirent **entries, int n, const Options *options) {
        json_t *array = json_array();
        int status = EXIT_SUCCESS, r;

        for (int i = 0; i < n; i++) {
                _cleanup_(profile_done) Profile profile = {};
                char path[PATH_MAX];
                struct stat st;

                if (read_entry(directory, entries[i]->d_name, path, &st, &profile) != EXIT_SUCCESS)
                        status = EXIT_FAILURE;
                else if (json_array_append_new(array, entry_json(path, &st, &profile)) < 0) {
                        json_decref(array);
                        array = NULL;
                        break;
                }
        }
        r = json_print(options, array);
        return status == EXIT_SUCCESS ? r : status;
}

static int run(const Options *options, int argc, char **argv) {
        const char *directory = argc > 0 ? argv[0] : HISTORY_DIRECTORY;
        struct dirent **entries = NULL;
        int n = scandir(directory, &entries, is_profile, versionsort), r;

        if (n < 0) {
                fprintf(stderr, "hawctl: %s: %s%s\n", directory, strerror(errno),
                                errno == ENOENT ? "; the service has not stored profiles there yet, 'hawctl doctor' says why"
                                                : "");
                return EXIT_FAILURE;
        }

        _cleanup_pager_ pid_t pager = pager_open(options);
        (void) pager;
        if (n == 0 && !options->json) {
                if (!options->no_legend)
                        printf("No profiles of previous boots.\n");
                r = EXIT_SUCCESS;
        } else
                r = options->json ? show_json(directory, entries, n, options)
                                  : show(directory, entries, n, options);
        for (int i = 0; i < n; i++)
                free(entries[i]);
        free(entries);
        return r;
}

const Verb verb_history = {
        .name = "history",
        .arguments = "[DIRECTORY]",
        .max = 1,
        .takes = TAKES_JSON | TAKES_TABLE | TAKES_TIMEOUT,
        .summary = "List the profiles of the last boots",
        .help = "The service stores them in /var/lib/hawd. Compare any two with 'hawctl diff'.\n",
        .example = "hawctl history --json=pretty",
        .run = run,
};
