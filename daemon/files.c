/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "daemon/lasting-files.h"
#include "daemon/log.h"
#include "daemon/value-files.h"
#include "daemon/write-file.h"
#include "probe/cleanup.h"

#define GENERATION_PREFIX "generation-"

int files_open(Files *files, const char *path) {
        char target[sizeof(files->shown)] = "";

        *files = (Files){ .fd = -1 };
        if (!path)
                return 0;
        files->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (files->fd < 0)
                return -errno;
        ssize_t n = readlinkat(files->fd, "current", target, sizeof(target) - 1);
        /* Readers keep the current files until there are new ones. */
        if (n > 0 && strncmp(target, GENERATION_PREFIX, strlen(GENERATION_PREFIX)) == 0)
                snprintf(files->shown, sizeof(files->shown), "%s", target);
        return 0;
}

/* Of a process that was killed while it wrote. */
static bool is_unfinished(const char *name) {
        size_t n = strlen(name);

        return *name == '.' && n > strlen(".new") && strcmp(name + n - strlen(".new"), ".new") == 0;
}

/* Removes everything but the lasting files and what `current` names now and named before. */
static void sweep(const Files *files) {
        int copy = openat(files->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
        const struct dirent *entry;

        if (!directory) {
                if (copy >= 0)
                        close(copy);
                return;
        }
        while ((entry = readdir(directory))) {
                if (is_unfinished(entry->d_name))
                        (void) unlinkat(files->fd, entry->d_name, 0);
                if (strncmp(entry->d_name, GENERATION_PREFIX, strlen(GENERATION_PREFIX)) == 0 &&
                                strcmp(entry->d_name, files->shown) != 0 &&
                                strcmp(entry->d_name, files->former) != 0)
                        remove_tree_at(files->fd, entry->d_name);
        }
        closedir(directory);
}

/* Unique for each process: never reuses a killed one's incomplete directory. */
static int choose_name(uint64_t generation, char *ret, size_t size) {
        uint32_t salt;

        if (getrandom(&salt, sizeof(salt), 0) != sizeof(salt))
                return -errno;
        snprintf(ret, size, GENERATION_PREFIX "%" PRIu32 "-%08" PRIx32, (uint32_t) generation, salt);
        return 0;
}

static int fill(int fd, const Publication *publication, const char *document, size_t n) {
        int r = write_file_at(fd, "profile.json", document, n, "\n");

        return r < 0 ? r : value_files_write(fd, publication);
}

static int show(int fd, const char *name) {
        (void) unlinkat(fd, ".current", 0);
        if (symlinkat(name, fd, ".current") < 0 || renameat(fd, ".current", fd, "current") < 0)
                return -errno;
        return 0;
}

static int publish(Files *files, const Publication *publication, const char *document, size_t n) {
        char name[sizeof(files->shown)];
        int r = choose_name(publication->generation, name, sizeof(name));

        if (r < 0)
                return r;
        if (mkdirat(files->fd, name, 0755) < 0)
                return -errno;
        _cleanup_close_ int fd = openat(files->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        r = fd >= 0 ? fill(fd, publication, document, n) : -errno;
        if (r >= 0)
                r = show(files->fd, name);
        if (r < 0) {
                remove_tree_at(files->fd, name);
                return r;
        }
        memcpy(files->former, files->shown, sizeof(files->former));
        memcpy(files->shown, name, sizeof(files->shown));
        return 0;
}

void files_publish(Files *files, const Publication *publication, const char *document, size_t n) {
        int r, lasting;

        if (files->fd < 0)
                return;
        r = publish(files, publication, document, n);
        sweep(files);
        /* After the sweep, which makes room. */
        lasting = lasting_files_write(files->fd, &publication->profile);
        r = r < 0 ? r : lasting;
        if (r < 0 && !files->failing)
                log_warning("Cannot publish the profile as files: %s", strerror(-r));
        files->failing = r < 0;
}

void files_close(Files *files) {
        if (files->fd < 0)
                return;
        (void) unlinkat(files->fd, "current", 0);
        *files->shown = *files->former = 0;
        sweep(files);
        close(files->fd);
        files->fd = -1;
}
