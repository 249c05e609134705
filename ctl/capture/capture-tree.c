/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ctl/capture/archive-policy.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"
#include "probe/source/scrub.h"
#include "profile/derive/derive.h"

int capture_tree_init(CaptureTree *tree) {
        *tree = (CaptureTree){};
        return memory_tree_new(&tree->memory);
}

static void free_list(char **list, size_t n) {
        for (size_t i = 0; i < n; i++)
                free(list[i]);
        free(list);
}

void capture_tree_done(CaptureTree *tree) {
        free_list(tree->names, tree->n_names);
        free_list(tree->reasons, tree->n_reasons);
        memory_tree_free(tree->memory);
        *tree = (CaptureTree){};
}

static void note(CaptureTree *tree, int r) {
        if (r < 0 && tree->error == 0)
                tree->error = r;
}

static void add_line(CaptureTree *tree, char ***list, size_t *n, const char *first, char between,
                const char *second) {
        char **grown = grow(*list, *n, sizeof(char *));
        char *line = NULL;

        if (grown)
                *list = grown;
        if (!grown || asprintf(&line, "%s%c%s", first, between, second) < 0) {
                note(tree, -ENOMEM);
                return;
        }
        (*list)[(*n)++] = line;
}

/* ── what is written ───────────────────────────────────────────────────────────────────────────────────── */

static int write_scrubbed(CaptureTree *tree, const char *path, Bytes content) {
        _cleanup_free_ uint8_t *left = NULL;
        size_t n;
        int r = scrub_file(path, content, &left, &n);

        return r < 0 ? r : memory_tree_write(tree->memory, path, (Bytes){ .data = left, .n = n });
}

static void on_file(void *userdata, const char *path, Bytes content) {
        CaptureTree *tree = userdata;
        size_t cursor = 0;
        Bytes line;

        if (strcmp(path, "proc/sys/kernel/osrelease") == 0 && text_line(content, &cursor, &line))
                text_printable(line, tree->kernel, sizeof(tree->kernel));
        if (tree->error == 0)
                note(tree, write_scrubbed(tree, path, content));
        tree->n_files++;
}

/* Also creates the target directory, so that files can be written through the link. */
static int write_link(MemoryTree *memory, const char *path, const char *target) {
        const ArchiveEntry entry = { .type = ARCHIVE_LINK, .path = path, .target = target };
        const char *slash = strrchr(path, '/');
        _cleanup_free_ char *below = NULL;
        ArchiveTotals totals = {};
        int r;

        /* Skips what could not be unpacked again. */
        if (archive_refuse(&entry, &totals))
                return 0;
        r = memory_tree_link(memory, path, target);
        if (r < 0)
                return r;
        if (asprintf(&below, "%.*s/%s", (int) (slash ? slash - path : 0), path, target) < 0)
                return -ENOMEM;
        return memory_tree_make_directory(memory, below);
}

static void on_link(void *userdata, const char *path, const char *target) {
        CaptureTree *tree = userdata;

        if (tree->error == 0)
                note(tree, write_link(tree->memory, path, target));
}

static void on_directory(void *userdata, const char *path, const NameList *names) {
        CaptureTree *tree = userdata;

        if (tree->error == 0)
                note(tree, memory_tree_make_directory(tree->memory, path));
        for (size_t i = 0; i < names->n; i++)
                add_line(tree, &tree->names, &tree->n_names, path, '/', names->names[i]);
}

static void on_refused(void *userdata, const char *path, Reason reason) {
        CaptureTree *tree = userdata;

        tree->n_refused++;
        add_line(tree, &tree->reasons, &tree->n_reasons, reason_to_string(reason), ' ', path);
}

RootObserver capture_tree_observer(CaptureTree *tree) {
        return (RootObserver){
                .file = on_file,
                .link = on_link,
                .directory = on_directory,
                .refused = on_refused,
                .userdata = tree,
        };
}

/* ── finish ────────────────────────────────────────────────────────────────────────────────────────────── */

static int compare_lines(const void *a, const void *b) {
        const char *const *x = a, *const *y = b;

        return strcmp(*x, *y);
}

static int write_reasons(CaptureTree *tree) {
        _cleanup_free_ char *text = NULL;
        size_t size = 0;
        FILE *f;

        if (tree->n_reasons == 0)
                return 0;
        qsort(tree->reasons, tree->n_reasons, sizeof(char *), compare_lines);
        f = open_memstream(&text, &size);
        if (!f)
                return -ENOMEM;
        for (size_t i = 0; i < tree->n_reasons; i++)
                if (i == 0 || strcmp(tree->reasons[i - 1], tree->reasons[i]) != 0)
                        fprintf(f, "%s\n", tree->reasons[i]);
        if (fclose(f) != 0)
                return -ENOMEM;
        return memory_tree_write(
                        tree->memory, "hawd/reasons", (Bytes){ .data = (uint8_t *) text, .n = size });
}

static int write_format(CaptureTree *tree) {
        char text[256], now[32];
        time_t seconds = time(NULL);
        struct tm tm;

        gmtime_r(&seconds, &tm);
        strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &tm);
        int n = snprintf(text, sizeof(text), "hawd-capture/1\ntime %s\nkernel %s\nhawd %s\n", now,
                        *tree->kernel ? tree->kernel : "unknown", HAWD_VERSION);
        return memory_tree_write(
                        tree->memory, "hawd/format", (Bytes){ .data = (uint8_t *) text, .n = (size_t) n });
}

int capture_observe(Root *root, const RootObserver *observer) {
        Profile profile = {};
        int r;

        root_observe(root, observer);
        r = profile_probe(root, &profile);
        root_observe(root, NULL);
        if (r < 0)
                return r;
        profile_done(&profile);
        return 0;
}

int capture_tree_finish(CaptureTree *tree) {
        const TreeNode *node;

        for (size_t i = 0; i < tree->n_names && tree->error == 0; i++)
                if (memory_tree_find(tree->memory, tree->names[i], false, &node) < 0)
                        note(tree, memory_tree_make_directory(tree->memory, tree->names[i]));
        if (tree->error == 0)
                note(tree, write_reasons(tree));
        if (tree->error == 0)
                note(tree, write_format(tree));
        return tree->error;
}
