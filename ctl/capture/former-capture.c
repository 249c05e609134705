/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/former-capture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/capture/capture-tree.h"
#include "ctl/capture/entry.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"
#include "probe/root/open-within.h"
#include "probe/root/root.h"

#define FORMAT "hawd/format"
#define FORMAT_START "hawd-capture/"

void former_capture_done(FormerCapture *former) {
        closep(&former->fd);
        free(former->known);
        *former = (FormerCapture){ .fd = -1 };
}

/* ── replay ────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Replay {
        FormerCapture *former;
        int error;
} Replay;

/* Records the file that a path in the tree resolves to, through links as in sysfs. */
static void note(Replay *replay, const char *path, int flags) {
        FormerCapture *former = replay->former;
        _cleanup_close_ int fd = open_within(former->fd, path, O_PATH | flags,
                        RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);
        FileIdentity *grown;
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0)
                return;
        grown = grow(former->known, former->n, sizeof(FileIdentity));
        if (!grown) {
                replay->error = -ENOMEM;
                return;
        }
        former->known = grown;
        former->known[former->n++] = file_identity(&st);
}

static void on_file(void *userdata, const char *path, Bytes content) {
        note(userdata, path, 0);
}

static void on_link(void *userdata, const char *path, const char *target) {
        note(userdata, path, O_NOFOLLOW);
}

static int compare_files(const void *p, const void *q) {
        const FileIdentity *a = p, *b = q;

        if (a->device != b->device)
                return a->device < b->device ? -1 : 1;
        return (a->inode > b->inode) - (a->inode < b->inode);
}

/* Without its mark it may be a user's host tree: knows nothing then. */
static int replay(Root *root, Replay *state) {
        const RootObserver observer = { .file = on_file, .link = on_link, .userdata = state };
        _cleanup_(buffer_done) Buffer buffer = {};
        int r;

        if (root_read(root, FORMAT, 4096, &buffer) != REASON_NONE ||
                        !text_starts(buffer_bytes(&buffer), FORMAT_START))
                return 0;
        r = capture_observe(root, &observer);
        if (r < 0)
                return r;
        note(state, FORMAT, 0);
        note(state, "hawd/reasons", 0);
        return state->error;
}

int former_capture_read(int fd, FormerCapture *ret) {
        _cleanup_(former_capture_done) FormerCapture former = { .fd = fd };
        Replay state = { .former = &former };
        _cleanup_(root_freep) Root *root = NULL;
        struct stat st;
        int r;

        r = fstat(fd, &st) < 0 ? -errno : entry_open(fd, ".", O_PATH | O_DIRECTORY);
        if (r >= 0)
                r = root_open_tree(r, &root);
        if (r >= 0)
                r = replay(root, &state);
        if (r < 0)
                return r;
        former.self = file_identity(&st);
        if (former.n > 1)
                qsort(former.known, former.n, sizeof(FileIdentity), compare_files);
        *ret = former;
        former = (FormerCapture){ .fd = -1 };
        return 0;
}

/* ── existing files ────────────────────────────────────────────────────────────────────────────────────── */

/* A directory is known by its contents. */
static bool is_known(const FormerCapture *former, const Entry *entry) {
        const FileIdentity file = file_identity(&entry->st);

        if (entry->error < 0)
                return false;
        if (S_ISDIR(entry->st.st_mode))
                return true;
        return (S_ISREG(entry->st.st_mode) || S_ISLNK(entry->st.st_mode)) && former->n > 0 &&
                        bsearch(&file, former->known, former->n, sizeof(FileIdentity), compare_files);
}

typedef struct Search {
        const FormerCapture *former;
        char *foreign;
} Search;

static int look(const Entry *entry, void *userdata) {
        const Search *search = userdata;

        if (is_known(search->former, entry))
                return 0;
        text_printable((Bytes){ .data = (const uint8_t *) entry->path, .n = strlen(entry->path) },
                        search->foreign, FORMER_FOREIGN_MAX);
        return 1;
}

int former_capture_check(const FormerCapture *former, char ret_foreign[FORMER_FOREIGN_MAX]) {
        Search search = { former, ret_foreign };
        int fd = entry_open(former->fd, ".", O_RDONLY | O_DIRECTORY), r;

        *ret_foreign = 0;
        if (fd < 0)
                return fd;
        if (former->n == 0) {
                close(fd);
                return 0;
        }
        r = entry_walk(fd, look, &search);
        return r < 0 ? r : r == 0;
}

static int remove_known(const Entry *entry, void *userdata) {
        if (is_known(userdata, entry))
                (void) unlinkat(entry->directory, entry->name,
                                S_ISDIR(entry->st.st_mode) ? AT_REMOVEDIR : 0);
        return 0;
}

int former_capture_remove(const FormerCapture *former, int directory, const char *name) {
        int fd = entry_open(former->fd, ".", O_RDONLY | O_DIRECTORY), r;

        r = fd < 0 ? fd : entry_walk(fd, remove_known, (void *) former);
        if (r < 0)
                return r;
        return unlinkat(directory, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}
