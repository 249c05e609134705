/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/lasting-files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/write-file.h"
#include "export/export.h"
#include "probe/cleanup.h"

static const struct {
        const char *name;
        const ExportFormat *format;
} files[] = {
        { "summary.json", &export_ansible },
        { "metrics.prom", &export_prometheus },
};

/* The file has this text and can be read by all. Any doubt means no. */
static bool is_written(int fd, const char *name, const char *text, size_t n) {
        _cleanup_close_ int file = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        _cleanup_free_ char *written = NULL;
        struct stat st;
        size_t done = 0;

        if (file < 0 || fstat(file, &st) < 0 || !S_ISREG(st.st_mode) || (size_t) st.st_size != n ||
                        (st.st_mode & 0777) != 0644)
                return false;
        written = malloc(n + 1);
        while (written && done < n) {
                ssize_t r = read(file, written + done, n - done);

                if (r <= 0)
                        return false;
                done += (size_t) r;
        }
        return written && memcmp(written, text, n) == 0;
}

static int write_one(int fd, const char *name, const ExportFormat *format, const Profile *profile) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = export_make(format, profile, &text, &n);

        if (r < 0 || is_written(fd, name, text, n))
                return r;
        return replace_file_at(fd, name, text, n, "");
}

int lasting_files_write(int fd, const Profile *profile) {
        int r = 0;

        for (size_t i = 0; i < ELEMENTS(files); i++) {
                int written = write_one(fd, files[i].name, files[i].format, profile);

                r = r < 0 ? r : written;
        }
        return r;
}
