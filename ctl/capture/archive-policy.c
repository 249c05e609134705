/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/archive-policy.h"

#include <stdbool.h>
#include <string.h>

/* Walks the components of a path, starting `depth` directories below the top. Returns the final depth; -1
 * if it leaves the top or nests too deep. Only link targets may have "..". */
static int walk(const char *path, int depth, bool allow_up) {
        while (*path) {
                size_t n = strcspn(path, "/");

                if (n == 2 && path[0] == '.' && path[1] == '.') {
                        if (!allow_up || --depth < 0)
                                return -1;
                } else if (n > 0 && !(n == 1 && path[0] == '.'))
                        depth++;
                if (depth > ARCHIVE_DEPTH_MAX)
                        return -1;
                path += n;
                path += strspn(path, "/");
        }
        return depth;
}

static const char *refuse_path(const char *path) {
        if (!path || !*path)
                return "an entry without a name";
        if (path[0] == '/')
                return "an absolute path";
        if (strlen(path) >= ARCHIVE_PATH_MAX)
                return "a path that is too long";
        if (walk(path, 0, false) < 0)
                return "a path with '..', or too deep";
        return NULL;
}

static const char *refuse_link(const ArchiveEntry *entry) {
        int depth = walk(entry->path, 0, false);

        if (!entry->target || !*entry->target)
                return "a link without a target";
        if (entry->target[0] == '/')
                return "a link to an absolute path";
        if (strlen(entry->target) >= ARCHIVE_PATH_MAX)
                return "a link that is too long";
        /* Relative to the directory of the link. */
        if (depth < 1 || walk(entry->target, depth - 1, true) < 0)
                return "a link that leads out of the archive";
        return NULL;
}

const char *archive_refuse(const ArchiveEntry *entry, ArchiveTotals *totals) {
        const char *rule = refuse_path(entry->path);

        if (rule)
                return rule;
        switch (entry->type) {
        case ARCHIVE_HARD_LINK:
                return "a hard link";
        case ARCHIVE_OTHER:
                return "neither a file, a directory nor a link";
        case ARCHIVE_LINK:
                rule = refuse_link(entry);
                if (rule)
                        return rule;
                break;
        case ARCHIVE_FILE:
                if (entry->size > ARCHIVE_FILE_MAX)
                        return "a file larger than 32 MiB, the maximum in a capture";
                if (entry->size > ARCHIVE_TOTAL_MAX - totals->bytes)
                        return "larger than 128 MiB in all, the maximum for a capture";
                break;
        default:
                break;
        }
        if (totals->entries == ARCHIVE_ENTRIES_MAX)
                return "more than 200,000 entries, the maximum for a capture";
        totals->entries++;
        if (entry->type == ARCHIVE_FILE)
                totals->bytes += entry->size;
        return NULL;
}
