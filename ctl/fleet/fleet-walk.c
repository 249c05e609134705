/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/fleet-walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/capture/capture-open.h"
#include "ctl/input/regular-file.h"
#include "probe/cleanup.h"

/* ── names ─────────────────────────────────────────────────────────────────────────────────────────────── */

static size_t without(const char *name, size_t n, const char *const *endings, size_t n_endings) {
        for (size_t i = 0; i < n_endings; i++) {
                size_t length = strlen(endings[i]);

                if (n > length && strncmp(name + n - length, endings[i], length) == 0)
                        return n - length;
        }
        return n;
}

static bool is_profile_name(const char *name) {
        static const char *const compressed[] = { ".gz", ".zst", ".xz" };
        static const char *const contents[] = { ".json", ".jsonl", ".ndjson", ".tar" };
        size_t n = without(name, strlen(name), compressed, ELEMENTS(compressed));

        return without(name, n, contents, ELEMENTS(contents)) < n;
}

typedef enum EntryKind { ENTRY_IGNORED, ENTRY_FILE, ENTRY_DIRECTORY, ENTRY_LINK } EntryKind;

/* Links to directories are not followed: they may form loops. */
static EntryKind kind_of(int directory, const char *name) {
        struct stat st;

        if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
                if (S_ISDIR(st.st_mode))
                        return ENTRY_DIRECTORY;
                if (S_ISLNK(st.st_mode) && fstatat(directory, name, &st, 0) == 0 && S_ISDIR(st.st_mode))
                        return ENTRY_LINK;
        }
        return is_profile_name(name) ? ENTRY_FILE : ENTRY_IGNORED;
}

/* ── directories ───────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Ignored {
        size_t n;
        char first[NAME_MAX + 1];
        bool link;
} Ignored;

static int walk_directory(const FleetWalk *walk, int fd, uint32_t directory, unsigned depth);

static int walk_subdirectory(const FleetWalk *walk, int parent, uint32_t source, unsigned depth) {
        int fd;

        if (depth == FLEET_DEPTH_MAX)
                return walk->fail(source, "not read: more than 16 directories deep", walk->userdata);
        fd = openat(parent, source_name(walk->names, source),
                        O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return walk->fail(source, strerror(errno), walk->userdata);
        return walk_directory(walk, fd, source, depth + 1);
}

static int walk_entry(
                const FleetWalk *walk, int directory, uint32_t source, unsigned depth, Ignored *ignored) {
        const char *name = source_name(walk->names, source), *why;
        EntryKind kind = kind_of(directory, name);
        int fd;

        if (kind == ENTRY_DIRECTORY)
                return walk_subdirectory(walk, directory, source, depth);
        if (kind == ENTRY_FILE) {
                fd = regular_file_open(directory, name, &why);
                return fd < 0 ? walk->fail(source, why, walk->userdata)
                              : walk->file(fd, source, walk->userdata);
        }
        if (ignored->n++ == 0) {
                snprintf(ignored->first, sizeof(ignored->first), "%s", name);
                ignored->link = kind == ENTRY_LINK;
        }
        return 0;
}

/* Adds the names of a directory, in order. Hidden files are those that are being written. */
static int list(const FleetWalk *walk, DIR *stream, uint32_t directory) {
        const size_t first = walk->names->n;
        const struct dirent *entry;
        uint32_t source;
        int r = 0;

        while (r >= 0 && (errno = 0, entry = readdir(stream)))
                if (entry->d_name[0] != '.')
                        r = source_names_add(walk->names, directory, entry->d_name, &source);
        if (r >= 0 && errno != 0)
                r = walk->fail(directory, strerror(errno), walk->userdata);
        source_names_sort(walk->names, (uint32_t) first);
        return r;
}

static bool is_host_tree(int fd) {
        char path[64];

        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        return capture_is_host_tree(path);
}

/* Takes the descriptor. */
static int walk_directory(const FleetWalk *walk, int fd, uint32_t directory, unsigned depth) {
        DIR *stream = NULL;
        Ignored ignored = {};
        size_t first = walk->names->n, last;
        int r;

        if (is_host_tree(fd)) {
                close(fd);
                return walk->tree(directory, walk->userdata);
        }
        stream = fdopendir(fd);
        if (!stream) {
                close(fd);
                return -ENOMEM;
        }
        r = list(walk, stream, directory);
        last = walk->names->n;
        if (r >= 0 && last == first)
                r = walk->fail(directory, "empty: no profile in it", walk->userdata);
        for (size_t i = first; r >= 0 && i < last; i++)
                r = walk_entry(walk, dirfd(stream), (uint32_t) i, depth, &ignored);
        if (r >= 0 && ignored.n == last - first && ignored.n > 0)
                r = walk->fail(directory,
                                "no profile in it: no file is named *.json, *.jsonl, *.ndjson or *.tar",
                                walk->userdata);
        else if (r >= 0 && ignored.n > 0)
                r = walk->ignore(directory, ignored.n, ignored.first,
                                ignored.link ? "a symbolic link to a directory" : "not named as a profile",
                                walk->userdata);
        closedir(stream);
        return r;
}

/* ── arguments ─────────────────────────────────────────────────────────────────────────────────────────── */

int fleet_walk(const FleetWalk *walk, const char *name) {
        bool standard = strcmp(name, "-") == 0;
        uint32_t source;
        struct stat st;
        int fd, r;

        r = source_names_add(walk->names, SOURCE_NONE, standard ? "standard input" : name, &source);
        if (r < 0)
                return r;
        fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                      : open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
                return walk->fail(source, strerror(errno), walk->userdata);
        if (!standard && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
                return walk_directory(walk, fd, source, 0);
        return walk->file(fd, source, walk->userdata);
}
