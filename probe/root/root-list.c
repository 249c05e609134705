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

/* False: list full or out of memory. */
static bool take_name(const char *name, size_t max, NameList *ret, Reason *ret_reason) {
        if (name[0] == '.')
                return true;
        if (ret->n == max) {
                ret->truncated = true;
                return false;
        }
        if (name_list_add(ret, name))
                return true;
        *ret_reason = REASON_RESOURCES;
        return false;
}

static Reason read_directory(const Root *root, const char *path, size_t max, NameList *ret) {
        int fd = root_openat(root, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
        DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
        Reason reason = REASON_NONE;
        const struct dirent *entry;

        if (!directory) {
                reason = reason_from_errno(fd < 0 ? fd : errno);
                if (fd >= 0)
                        close(fd);
                return reason;
        }
        while ((errno = 0, entry = readdir(directory)) && take_name(entry->d_name, max, ret, &reason))
                ;
        if (!entry && errno)
                reason = reason_from_errno(errno);
        closedir(directory);
        return reason;
}

static Reason read_nodes(const Root *root, const char *path, size_t max, NameList *ret) {
        const TreeNode *directory, *child;
        int r = memory_tree_find(root->memory, path, true, &directory);
        Reason reason = REASON_NONE;

        if (r < 0)
                return reason_from_errno(r);
        if (directory->kind != TREE_DIRECTORY)
                return reason_from_errno(ENOTDIR);
        for (child = directory->children; child && take_name(child->text, max, ret, &reason);
                        child = child->next)
                ;
        return reason;
}

Reason root_list(Root *root, const char *path, size_t max, NameList *ret) {
        NameList list = {};
        Reason reason = root->memory ? read_nodes(root, path, max, &list)
                                     : read_directory(root, path, max, &list);

        if (reason != REASON_NONE) {
                name_list_done(&list);
                return root_failed(root, path, reason);
        }
        if (list.n > 1)
                qsort(list.names, list.n, sizeof(char *), compare_names);
        if (root->observer.directory)
                root->observer.directory(root->observer.userdata, path, &list);
        *ret = list;
        return REASON_NONE;
}
