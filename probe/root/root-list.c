/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/grow.h"
#include "probe/root/root-internal.h"

void name_list_done(NameList *list) {
        for (size_t i = 0; i < list->n; i++)
                free(list->names[i]);
        free(list->names);
        *list = (NameList){};
}

int name_list_printable(NameList *list) {
        for (size_t i = 0; i < list->n; i++) {
                size_t n = strlen(list->names[i]), size = 4 * n + 1;
                char *printable = malloc(size);

                if (!printable)
                        return -ENOMEM;
                text_printable((Bytes){ .data = (const uint8_t *) list->names[i], .n = n }, printable, size);
                free(list->names[i]);
                list->names[i] = printable;
        }
        return 0;
}

static bool name_list_add(NameList *list, const char *name) {
        char **grown = grow(list->names, list->n, sizeof(char *));

        if (!grown)
                return false;
        list->names = grown;
        char *copy = strdup(name);
        if (!copy)
                return false;
        list->names[list->n++] = copy;
        return true;
}

static int compare_names(const void *a, const void *b) {
        const char *const *x = a, *const *y = b;

        return strverscmp(*x, *y);
}

static Reason read_directory(DIR *directory, size_t max, NameList *ret) {
        const struct dirent *entry;

        while ((errno = 0, entry = readdir(directory))) {
                if (entry->d_name[0] == '.')
                        continue;
                if (ret->n == max) {
                        ret->truncated = true;
                        break;
                }
                if (!name_list_add(ret, entry->d_name))
                        return REASON_RESOURCES;
        }
        if (!entry && errno)
                return reason_from_errno(errno);
        if (ret->n > 1)
                qsort(ret->names, ret->n, sizeof(char *), compare_names);
        return REASON_NONE;
}

Reason root_list(Root *root, const char *path, size_t max, NameList *ret) {
        int fd = root_openat(root, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
        DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
        NameList list = {};
        Reason reason;

        if (!directory) {
                reason = reason_from_errno(fd < 0 ? fd : errno);
                if (fd >= 0)
                        close(fd);
                return root_failed(root, path, reason);
        }
        reason = read_directory(directory, max, &list);
        closedir(directory);
        if (reason != REASON_NONE) {
                name_list_done(&list);
                return root_failed(root, path, reason);
        }
        if (root->observer.directory)
                root->observer.directory(root->observer.userdata, path, &list);
        *ret = list;
        return REASON_NONE;
}
