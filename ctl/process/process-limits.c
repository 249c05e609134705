/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/process-limits.h"

#include <linux/capability.h>
#include <string.h>

#include "ctl/process/process-file.h"
#include "guest/guest.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define LIMIT_LINE "\nMax locked memory"
#define CAPABILITIES_LINE "\nCapEff:"
/* /proc/PID/status lists all groups. */
#define FILE_MAX ((size_t) 1 << 20)

/* First word after that line prefix. */
static bool find_word(const char *text, const char *line, Bytes *ret) {
        const char *found = strstr(text, line);

        if (!found)
                return false;
        found += strlen(line);
        found += strspn(found, " \t");
        *ret = (Bytes){ .data = (const uint8_t *) found, .n = strcspn(found, " \t\n") };
        return ret->n > 0;
}

/* Ignores capabilities in other user namespaces; seeing which needs permission to trace the process. */
static Tristate may_lock_anything(int process) {
        _cleanup_free_ char *status = NULL;
        uint64_t capabilities;
        size_t n;
        Bytes word;
        int first;

        if (process_file_read(process, "status", FILE_MAX, &status, &n) < 0 ||
                        !find_word(status, CAPABILITIES_LINE, &word) || !text_u64(word, 16, &capabilities))
                return TRISTATE_UNKNOWN;
        if (!(capabilities >> CAP_IPC_LOCK & 1))
                return TRISTATE_NO;
        first = process_namespace_is_first(process, "ns/user");
        return first < 0 ? TRISTATE_UNKNOWN : tristate(first > 0);
}

static uint64_t read_limit(int process) {
        _cleanup_free_ char *limits = NULL;
        uint64_t bytes;
        size_t n;
        Bytes word;

        if (process_file_read(process, "limits", FILE_MAX, &limits, &n) < 0 ||
                        !find_word(limits, LIMIT_LINE, &word))
                return 0;
        if (text_equal(word, "unlimited"))
                return GUEST_LOCKED_UNLIMITED;
        if (!text_u64(word, 10, &bytes))
                return 0;
        /* 0 means unknown. */
        bytes = bytes ? bytes : 1;
        return bytes < GUEST_LOCKED_UNLIMITED ? bytes : GUEST_LOCKED_UNLIMITED;
}

uint64_t process_limits_read(int process) {
        const Tristate anything = may_lock_anything(process);

        if (anything == TRISTATE_UNKNOWN)
                return 0;
        return anything == TRISTATE_YES ? GUEST_LOCKED_UNLIMITED : read_limit(process);
}
