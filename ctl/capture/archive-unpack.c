/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/archive-unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ctl/capture/archive-policy.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

/* Names in an archive are foreign: they reach the terminal in printable form only. */
static int fail(const char *path, const char *what) {
        char printable[256] = "";

        if (path)
                text_printable((Bytes){ .data = (const uint8_t *) path, .n = strlen(path) }, printable,
                                sizeof(printable));
        fprintf(stderr, "%s%s%s\n", printable, path ? ": " : "", what);
        return -1;
}

static ArchiveType entry_type(struct archive_entry *entry) {
        if (archive_entry_hardlink(entry))
                return ARCHIVE_HARD_LINK;
        switch (archive_entry_filetype(entry)) {
        case AE_IFREG:
                return ARCHIVE_FILE;
        case AE_IFDIR:
                return ARCHIVE_DIRECTORY;
        case AE_IFLNK:
                return ARCHIVE_LINK;
        default:
                return ARCHIVE_OTHER;
        }
}

/* Below the directory, through no link whatever: a link that an earlier entry made cannot be written through. */
static int open_below(int directory, const char *path, int flags, mode_t mode) {
        struct open_how how = {
                .flags = (uint64_t) (unsigned) (flags | O_CLOEXEC),
                .mode = mode,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
        };
        long fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));

        return fd < 0 ? -errno : (int) fd;
}

/* The directory that is to hold an entry, made with all above it. The name is split off in place. */
static int open_parent(int directory, char *path, const char **ret_name) {
        char *slash = strrchr(path, '/');

        *ret_name = slash ? slash + 1 : path;
        if (!slash)
                return open_below(directory, ".", O_PATH | O_DIRECTORY, 0);
        *slash = 0;
        for (char *end = strchr(path, '/');; end = strchr(end + 1, '/')) {
                const char *name;
                char part[ARCHIVE_PATH_MAX];

                snprintf(part, sizeof(part), "%.*s", (int) (end ? end - path : (long) strlen(path)), path);
                name = strrchr(part, '/');
                _cleanup_close_ int above = -1;
                if (name) {
                        part[name - part] = 0;
                        above = open_below(directory, part, O_PATH | O_DIRECTORY, 0);
                        name++;
                } else {
                        above = open_below(directory, ".", O_PATH | O_DIRECTORY, 0);
                        name = part;
                }
                if (above < 0)
                        return above;
                if (mkdirat(above, name, 0700) < 0 && errno != EEXIST)
                        return -errno;
                if (!end)
                        break;
        }
        return open_below(directory, path, O_PATH | O_DIRECTORY, 0);
}

static int write_data(int fd, struct archive *archive) {
        char buffer[65536];
        la_ssize_t n;

        while ((n = archive_read_data(archive, buffer, sizeof(buffer))) > 0)
                for (la_ssize_t done = 0; done < n;) {
                        ssize_t w = write(fd, buffer + done, (size_t) (n - done));

                        if (w < 0)
                                return -errno;
                        done += w;
                }
        return n < 0 ? -EBADMSG : 0;
}

static int make_entry(int directory, const ArchiveEntry *entry, struct archive *archive) {
        char path[ARCHIVE_PATH_MAX];
        const char *name;

        snprintf(path, sizeof(path), "%s", entry->path);
        for (size_t n = strlen(path); n > 0 && path[n - 1] == '/'; n--)
                path[n - 1] = 0;
        _cleanup_close_ int parent = open_parent(directory, path, &name);
        if (parent < 0)
                return parent;
        if (entry->type == ARCHIVE_DIRECTORY)
                return mkdirat(parent, name, 0700) < 0 && errno != EEXIST ? -errno : 0;
        if (entry->type == ARCHIVE_LINK)
                return symlinkat(entry->target, parent, name) < 0 ? -errno : 0;

        _cleanup_close_ int fd = open_below(parent, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
        return fd < 0 ? fd : write_data(fd, archive);
}

static int unpack_entry(
                struct archive *archive, struct archive_entry *raw, int directory, ArchiveTotals *totals) {
        const ArchiveEntry entry = {
                .type = entry_type(raw),
                .path = archive_entry_pathname(raw),
                .target = archive_entry_symlink(raw),
                .size = archive_entry_size(raw) > 0 ? (uint64_t) archive_entry_size(raw) : 0,
        };
        const char *rule = archive_refuse(&entry, totals);

        if (rule)
                return fail(entry.path ? entry.path : "?", rule);
        /* "./" stands for the top itself. */
        if (entry.type == ARCHIVE_DIRECTORY && strspn(entry.path, "./") == strlen(entry.path))
                return 0;

        int r = make_entry(directory, &entry, archive);
        switch (r) {
        case 0:
                return 0;
        case -EEXIST:
                return fail(entry.path, "stands in the archive twice");
        case -ELOOP:
        case -ENOTDIR:
                return fail(entry.path, "lies below something that is no directory");
        case -EBADMSG:
                return fail(entry.path, archive_error_string(archive));
        default:
                return fail(entry.path, strerror(-r));
        }
}

static int unpack_all(struct archive *archive, int directory) {
        struct archive_entry *entry;
        ArchiveTotals totals = {};
        int r;

        while ((r = archive_read_next_header(archive, &entry)) == ARCHIVE_OK)
                if (unpack_entry(archive, entry, directory, &totals) < 0)
                        return -1;
        if (r != ARCHIVE_EOF)
                return fail(NULL,
                                archive_error_string(archive) ? archive_error_string(archive)
                                                              : "damaged archive");
        return totals.entries > 0 ? 0 : fail(NULL, "not a capture: no archive, or an empty one");
}

int archive_unpack(int fd, int directory) {
        struct archive *archive = archive_read_new();
        int r;

        if (!archive)
                return fail(NULL, strerror(ENOMEM));
        archive_read_support_format_tar(archive);
        archive_read_support_filter_zstd(archive);
        archive_read_support_filter_gzip(archive);
        archive_read_support_filter_xz(archive);
        if (archive_read_open_fd(archive, fd, 65536) != ARCHIVE_OK)
                r = fail(NULL, archive_error_string(archive));
        else
                r = unpack_all(archive, directory);
        archive_read_free(archive);
        return r;
}
