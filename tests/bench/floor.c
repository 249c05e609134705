/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/bench/floor.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/decode/pci/pci-config.h"

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

/* Of configuration space the probe reads parts, and the content says which. */
static void add_parts(FloorEntry *entry, Bytes content) {
        PciWalk walk = {};
        BytesRange part;

        while (pci_walk_next(&walk, content, &part, NULL)) {
                entry->parts = reallocarray(entry->parts, entry->n_parts + 1, sizeof(BytesRange));
                if (!entry->parts)
                        abort();
                entry->parts[entry->n_parts++] = part;
        }
}

static void on_file(void *userdata, const char *path, Bytes content) {
        static const char config[] = "/config";
        Floor *floor = userdata;
        size_t n = strlen(path);

        add(floor, FLOOR_FILE, path, content.n);
        if (n > strlen(config) && strcmp(path + n - strlen(config), config) == 0)
                add_parts(&floor->entries[floor->n - 1], content);
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

/* No more than the probe took: reading configuration space costs time by the word. */
static ssize_t read_parts(int fd, const FloorEntry *entry, char *buffer) {
        ssize_t n = 0;

        for (size_t i = 0; i < entry->n_parts && n >= 0; i++)
                n = pread(fd, buffer, entry->parts[i].n, (off_t) entry->parts[i].offset);
        return n;
}

static bool read_file(int root, const FloorEntry *entry, char *buffer, size_t size) {
        int fd = openat(root, entry->path, O_RDONLY | O_CLOEXEC);
        size_t left = entry->n_parts ? 0 : entry->size;
        ssize_t n;

        if (fd < 0)
                return false;
        n = read_parts(fd, entry, buffer);
        while (n >= 0 && left > 0) {
                n = read(fd, buffer, left < size ? left : size);
                left -= n > 0 && (size_t) n < left ? (size_t) n : left;
        }
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
        for (size_t i = 0; i < floor->n; i++) {
                free(floor->entries[i].path);
                free(floor->entries[i].parts);
        }
        free(floor->entries);
        *floor = (Floor){};
}
