/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process-limits.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define LIMIT_LINE "\nMax locked memory"
#define CAPABILITIES_LINE "\nCapEff:"
/* Of the first user namespace (PROC_USER_INIT_INO in the kernel's proc_ns.h). */
#define FIRST_NAMESPACE "user:[4026531837]"

/* Files of /proc that are a few KiB long; false: not to be read, or longer. */
static bool read_small(int process, const char *name, char ret[8192]) {
        _cleanup_close_ int fd = openat(process, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        size_t n = 0;
        ssize_t got = 0;

        while (fd >= 0 && n < 8191 && (got = read(fd, ret + n, 8191 - n)) > 0)
                n += (size_t) got;
        ret[n] = 0;
        return fd >= 0 && got == 0 && n > 0;
}

/* The first word behind that start of a line. */
static bool find_word(const char *text, const char *line, Bytes *ret) {
        const char *found = strstr(text, line);

        if (!found)
                return false;
        found += strlen(line);
        found += strspn(found, " \t");
        *ret = (Bytes){ .data = (const uint8_t *) found, .n = strcspn(found, " \t\n") };
        return ret->n > 0;
}

/* A capability of another user namespace is none here; which it is, only who may trace the process sees. */
static Tristate may_lock_anything(int process) {
        char status[8192], namespace[64];
        uint64_t capabilities;
        ssize_t n;
        Bytes word;

        if (!read_small(process, "status", status) || !find_word(status, CAPABILITIES_LINE, &word) ||
                        !text_u64(word, 16, &capabilities))
                return TRISTATE_UNKNOWN;
        if (!(capabilities >> CAP_IPC_LOCK & 1))
                return TRISTATE_NO;
        n = readlinkat(process, "ns/user", namespace, sizeof(namespace) - 1);
        if (n < 0)
                return TRISTATE_UNKNOWN;
        namespace[n] = 0;
        return tristate(strcmp(namespace, FIRST_NAMESPACE) == 0);
}

static uint64_t read_limit(int process) {
        char limits[8192];
        uint64_t bytes;
        Bytes word;

        if (!read_small(process, "limits", limits) || !find_word(limits, LIMIT_LINE, &word))
                return 0;
        if (text_equal(word, "unlimited"))
                return GUEST_LOCKED_UNLIMITED;
        if (!text_u64(word, 10, &bytes))
                return 0;
        /* 0 is for what is not known. */
        bytes = bytes ? bytes : 1;
        return bytes < GUEST_LOCKED_UNLIMITED ? bytes : GUEST_LOCKED_UNLIMITED;
}

void process_limits_read(int process, Guest *guest) {
        const Tristate anything = may_lock_anything(process);

        if (anything != TRISTATE_UNKNOWN)
                guest->memory.locked_limit =
                                anything == TRISTATE_YES ? GUEST_LOCKED_UNLIMITED : read_limit(process);
}
