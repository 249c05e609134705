/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/process-label.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe/cleanup.h"

/* The second is for any module; the first exists since Linux 5.8. */
static const char *const places[] = { "attr/apparmor/current", "attr/current" };

static int open_label(int process, int flags) {
        int fd = -1;

        for (size_t i = 0; fd < 0 && i < ELEMENTS(places); i++)
                fd = openat(process, places[i], flags | O_CLOEXEC | O_NOFOLLOW);
        return fd < 0 ? -errno : fd;
}

int process_label_read(int process, char ret[PROCESS_LABEL_MAX]) {
        _cleanup_close_ int fd = open_label(process, O_RDONLY);
        ssize_t n;

        *ret = 0;
        if (fd < 0)
                return fd == -ENOENT ? 0 : fd;
        n = read(fd, ret, PROCESS_LABEL_MAX - 1);
        /* EINVAL: no module has labels. */
        if (n < 0 && errno == EINVAL)
                return 0;
        if (n < 0)
                return -errno;
        if (n == PROCESS_LABEL_MAX - 1)
                return -E2BIG;
        ret[n] = 0;
        ret[strcspn(ret, "\n")] = 0;
        return 0;
}

/* "NAME (enforce)": length of the name; 0: another module's label. */
static size_t apparmor_name(const char *label) {
        const char *mode = strrchr(label, '(');

        if (!mode || mode < label + 2 || mode[-1] != ' ' || label[strlen(label) - 1] != ')')
                return 0;
        return (size_t) (mode - 1 - label);
}

void process_label_request(const char *label, char ret[PROCESS_LABEL_MAX + 16]) {
        size_t n = apparmor_name(label);

        if (n > 0)
                snprintf(ret, PROCESS_LABEL_MAX + 16, "changeprofile %.*s", (int) n, label);
        else
                snprintf(ret, PROCESS_LABEL_MAX + 16, "%s", label);
}

int process_label_take(const char *label) {
        _cleanup_close_ int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -EBADF;
        char own[PROCESS_LABEL_MAX], request[PROCESS_LABEL_MAX + 16];
        int r;

        if (self < 0)
                return -errno;
        r = process_label_read(self, own);
        if (r < 0)
                return r;
        if (!*label || strcmp(label, own) == 0 || strcmp(label, "unconfined") == 0)
                return 0;
        process_label_request(label, request);
        fd = open_label(self, O_WRONLY);
        if (fd < 0)
                return fd;
        if (write(fd, request, strlen(request)) < 0)
                return -errno;
        r = process_label_read(self, own);
        if (r < 0)
                return r;
        return strcmp(label, own) == 0 ? 0 : -EPERM;
}
