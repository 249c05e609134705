/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/input/regular-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "probe/cleanup.h"

int regular_file_open(int directory, const char *path, const char **ret_why) {
        _cleanup_close_ int place = openat(directory, path, O_PATH | O_CLOEXEC);
        char link[64];
        struct stat st;
        int fd = -1;

        if (place >= 0 && fstat(place, &st) == 0 && !S_ISREG(st.st_mode)) {
                *ret_why = S_ISDIR(st.st_mode) ? strerror(EISDIR) : "not a regular file";
                return -1;
        }
        snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
        if (place >= 0)
                fd = open(link, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                *ret_why = strerror(errno);
        return fd;
}
