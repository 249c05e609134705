/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/archive-pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/cleanup.h"

static int compare_names(const FTSENT **a, const FTSENT **b) {
        return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int copy_data(struct archive *out, const char *path) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        char buffer[65536];
        ssize_t n;

        if (fd < 0)
                return -errno;
        while ((n = read(fd, buffer, sizeof(buffer))) > 0)
                if (archive_write_data(out, buffer, (size_t) n) != n)
                        return -EIO;
        return n < 0 ? -errno : 0;
}

static int set_link(struct archive_entry *entry, const char *path) {
        char target[PATH_MAX];
        ssize_t n = readlink(path, target, sizeof(target) - 1);

        if (n < 0)
                return -errno;
        target[n] = 0;
        archive_entry_set_symlink(entry, target);
        return 0;
}

static int pack_one(struct archive *out, const FTSENT *file, size_t top) {
        struct archive_entry *entry = archive_entry_new();
        int r = 0;

        if (!entry)
                return -ENOMEM;
        archive_entry_set_pathname(entry, file->fts_path + top + 1);
        if (file->fts_info == FTS_F) {
                archive_entry_set_filetype(entry, AE_IFREG);
                archive_entry_set_size(entry, file->fts_statp->st_size);
                archive_entry_set_perm(entry, 0600);
        } else if (file->fts_info == FTS_D) {
                archive_entry_set_filetype(entry, AE_IFDIR);
                archive_entry_set_perm(entry, 0700);
        } else {
                archive_entry_set_filetype(entry, AE_IFLNK);
                archive_entry_set_perm(entry, 0777);
                r = set_link(entry, file->fts_path);
        }
        archive_entry_set_mtime(entry, 0, 0);
        if (r == 0 && archive_write_header(out, entry) != ARCHIVE_OK)
                r = -EIO;
        if (r == 0 && file->fts_info == FTS_F)
                r = copy_data(out, file->fts_path);
        archive_entry_free(entry);
        return r;
}

static int pack_tree(struct archive *out, const char *directory) {
        char *roots[] = { (char *) directory, NULL };
        size_t top = strlen(directory);
        FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
        FTSENT *file;
        int r = 0;

        if (!fts)
                return -errno;
        while (r == 0 && (errno = 0, file = fts_read(fts))) {
                if (file->fts_level == 0)
                        continue;
                if (file->fts_info == FTS_F || file->fts_info == FTS_D || file->fts_info == FTS_SL ||
                                file->fts_info == FTS_SLNONE)
                        r = pack_one(out, file, top);
                else if (file->fts_info == FTS_ERR || file->fts_info == FTS_DNR || file->fts_info == FTS_NS)
                        r = -file->fts_errno;
        }
        fts_close(fts);
        return r;
}

int archive_pack(const char *directory, int fd) {
        struct archive *out = archive_write_new();
        int r = -EIO;

        if (!out)
                r = -ENOMEM;
        else if (archive_write_add_filter_zstd(out) == ARCHIVE_OK &&
                        archive_write_set_format_pax_restricted(out) == ARCHIVE_OK &&
                        archive_write_set_bytes_in_last_block(out, 1) == ARCHIVE_OK &&
                        archive_write_open_fd(out, fd) == ARCHIVE_OK)
                r = pack_tree(out, directory);
        if (r == 0 && archive_write_close(out) != ARCHIVE_OK)
                r = -EIO;
        if (r < 0)
                fprintf(stderr, "%s\n",
                                r == -EIO && out && archive_error_string(out) ? archive_error_string(out)
                                                                              : strerror(-r));
        if (out)
                archive_write_free(out);
        return r < 0 ? -1 : 0;
}
