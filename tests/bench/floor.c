/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/bench/floor.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(Floor *floor, FloorKind kind, const char *path, size_t size) {
        /* What is executed rather than read has no floor. */
        if (strncmp(path, "hawd/", 5) == 0)
                return;
        FloorEntry *grown = reallocarray(floor->entries, floor->n + 1, sizeof(FloorEntry));
        if (!grown)
                abort();
        floor->entries = grown;
        grown[floor->n++] = (FloorEntry){ .kind = kind, .path = strdup(path), .size = size };
}

static void on_file(void *userdata, const char *path, Bytes content) {
        add(userdata, FLOOR_FILE, path, content.n);
}

static void on_link(void *userdata, const char *path, const char *target) {
        add(userdata, FLOOR_LINK, path, 0);
}

static void on_directory(void *userdata, const char *path, const NameList *names) {
        add(userdata, FLOOR_DIRECTORY, path, 0);
}

RootObserver floor_observer(Floor *floor) {
        return (RootObserver){
                .file = on_file,
                .link = on_link,
                .directory = on_directory,
                .userdata = floor,
        };
}

static bool read_file(int root, const FloorEntry *entry, char *buffer, size_t size) {
        int fd = openat(root, entry->path, O_RDONLY | O_CLOEXEC);
        size_t left = entry->size;
        ssize_t n;

        if (fd < 0)
                return false;
        do {
                /* No more than the probe took: reading configuration space costs by the byte. */
                n = read(fd, buffer, left < size ? left : size);
                left -= n > 0 && (size_t) n < left ? (size_t) n : left;
        } while (n > 0 && left > 0);
        close(fd);
        return n >= 0;
}

static bool list_directory(int root, const FloorEntry *entry) {
        int fd = openat(root, entry->path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
        DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;

        if (!directory)
                return false;
        while (readdir(directory))
                ;
        closedir(directory);
        return true;
}

size_t floor_pass(const Floor *floor, int fd) {
        static char buffer[64 * 1024];
        size_t done = 0;

        for (size_t i = 0; i < floor->n; i++) {
                const FloorEntry *entry = &floor->entries[i];

                switch (entry->kind) {
                case FLOOR_FILE:
                        done += read_file(fd, entry, buffer, sizeof(buffer));
                        break;
                case FLOOR_LINK:
                        done += readlinkat(fd, entry->path, buffer, sizeof(buffer)) > 0;
                        break;
                case FLOOR_DIRECTORY:
                        done += list_directory(fd, entry);
                        break;
                }
        }
        return done;
}

static int compare_paths(const void *a, const void *b) {
        const FloorEntry *x = a, *y = b;

        return strcmp(x->path, y->path);
}

size_t floor_duplicates(const Floor *floor) {
        FloorEntry *sorted = malloc((floor->n ? floor->n : 1) * sizeof(FloorEntry));
        size_t n = 0;

        if (!sorted)
                abort();
        memcpy(sorted, floor->entries, floor->n * sizeof(FloorEntry));
        qsort(sorted, floor->n, sizeof(FloorEntry), compare_paths);
        for (size_t i = 1; i < floor->n; i++)
                if (strcmp(sorted[i - 1].path, sorted[i].path) == 0) {
                        printf("read twice: %s\n", sorted[i].path);
                        n++;
                }
        free(sorted);
        return n;
}

void floor_done(Floor *floor) {
        for (size_t i = 0; i < floor->n; i++)
                free(floor->entries[i].path);
        free(floor->entries);
        *floor = (Floor){};
}
