/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/requests.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "probe/grow.h"

#define REQUESTS_MAX 65536

int requests_open(int tree) {
        int fd = openat(tree, REQUESTS_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

static DIR *list(int fd) {
        int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;

        if (!directory && copy >= 0)
                close(copy);
        return directory;
}

/* Next name except "." and ".."; NULL: end. */
static const char *next_name(DIR *directory) {
        const struct dirent *entry;

        while ((entry = readdir(directory)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        return entry->d_name;
        return NULL;
}

size_t requests_taken_name(const char *file) {
        size_t n = strlen(file), suffix = strlen(REQUEST_TAKEN);

        return n > suffix && strcmp(file + n - suffix, REQUEST_TAKEN) == 0 ? n - suffix : 0;
}

static void remove_file(int fd, const char *name) {
        if (unlinkat(fd, name, 0) < 0 && errno == EISDIR)
                (void) unlinkat(fd, name, AT_REMOVEDIR);
}

static int take(int fd, const char *file, NameList *ret) {
        size_t n = requests_taken_name(file);
        char taken[NAME_MAX + 1];
        char **grown = grow(ret->names, ret->n, sizeof(*grown));

        if (!grown)
                return -ENOMEM;
        ret->names = grown;
        if (n == 0) {
                n = strlen(file);
                /* Not a request. */
                if (n + sizeof(REQUEST_TAKEN) > sizeof(taken)) {
                        remove_file(fd, file);
                        return 0;
                }
                memcpy(taken, file, n);
                memcpy(taken + n, REQUEST_TAKEN, sizeof(REQUEST_TAKEN));
                if (renameat(fd, file, fd, taken) < 0)
                        return -errno;
        }
        grown[ret->n] = strndup(file, n);
        if (!grown[ret->n])
                return -ENOMEM;
        ret->n++;
        return 0;
}

int requests_take(int fd, NameList *ret) {
        _cleanup_(name_list_done) NameList names = {};
        DIR *directory = list(fd);
        const char *name;
        int r = 0;

        if (!directory)
                return -errno;
        /* More requests stay for the next run. */
        while (r >= 0 && names.n < REQUESTS_MAX && (name = next_name(directory)))
                r = take(fd, name, &names);
        closedir(directory);
        if (r < 0)
                return r;
        *ret = names;
        names = (NameList){};
        return 0;
}

void requests_finish(int fd, const NameList *taken) {
        for (size_t i = 0; i < taken->n; i++) {
                char name[NAME_MAX + 1];

                if ((size_t) snprintf(name, sizeof(name), "%s" REQUEST_TAKEN, taken->names[i]) <
                                sizeof(name))
                        remove_file(fd, name);
        }
}

int requests_add(int fd, const char *name) {
        _cleanup_close_ int file = openat(fd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);

        return file < 0 ? -errno : 0;
}

bool requests_pending(int fd) {
        DIR *directory = list(fd);
        bool pending = directory && next_name(directory);

        if (directory)
                closedir(directory);
        return pending;
}
