/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "probe/decode/kernel/kernel-log.h"
#include "probe/root/root-internal.h"
#include "probe/root/root-journal.h"

#define LOG_DEVICE "dev/kmsg"
#define LOG_TEXT "hawd/kernel-log"
#define LOG_RECORD_MAX 8192 /* kernel/printk/printk.c, CONSOLE_EXT_LOG_MAX */
#define LOG_READS_MAX (1U << 18)

static bool append_line(void *userdata, Bytes line) {
        Buffer *text = userdata;

        if (text->n + line.n + 1 > ROOT_KERNEL_LOG_MAX || !buffer_reserve(text, text->n + line.n + 1))
                return false;
        memcpy(text->data + text->n, line.data, line.n);
        text->n += line.n;
        text->data[text->n++] = '\n';
        return true;
}

/* Reads one record per call, oldest first. EPIPE: it was overwritten; EINVAL: it is longer than any relevant
 * one. Both errors skip it. Records are numbered from 0: if the first one is another, some are gone. */
static Reason read_records(int fd, Buffer *ret, bool *ret_gone) {
        uint8_t record[LOG_RECORD_MAX];
        bool first = true;
        uint64_t number;
        Bytes line;

        for (unsigned i = 0; i < LOG_READS_MAX; i++) {
                ssize_t n = read(fd, record, sizeof(record));
                Bytes bytes = { .data = record, .n = n > 0 ? (size_t) n : 0 };

                if (n == 0 || (n < 0 && errno == EAGAIN))
                        return REASON_NONE;
                if (n < 0 && errno != EPIPE && errno != EINVAL && errno != EINTR)
                        return reason_from_errno(errno);
                if (n < 0)
                        continue;
                *ret_gone |= first && kernel_log_record_number(bytes, &number) && number > 0;
                first = false;
                if (kernel_log_record_matters(bytes, &line) && !append_line(ret, line))
                        return REASON_RESOURCES;
        }
        return REASON_NONE;
}

/* The journal's lines go before those of the ring, which may be the same: of equal lines the last counts. */
Reason root_log_read(int fd, RootJournal journal, void *userdata, Buffer *ret) {
        _cleanup_(buffer_done) Buffer ring = {};
        bool gone = false;
        Reason reason = read_records(fd, &ring, &gone);

        if (reason == REASON_NONE && gone && journal(userdata, append_line, ret) != REASON_NONE)
                ret->n = 0; /* an unreadable journal is no worse than none */
        if (reason == REASON_NONE && ring.n > 0) {
                ring.n--; /* append_line() adds the newline */
                if (!append_line(ret, buffer_bytes(&ring)))
                        return REASON_RESOURCES;
        }
        return reason;
}

static Reason own_journal(void *userdata, RootLogLine line, void *line_userdata) {
        return root_journal(line, line_userdata);
}

Reason root_log_refused(RootJournal journal, void *userdata, Buffer *ret) {
        if (journal(userdata, append_line, ret) == REASON_NONE && ret->n > 0)
                return REASON_NONE;
        ret->n = 0;
        return REASON_PERMISSION;
}

static Reason read_live(Root *root, Buffer *ret) {
        _cleanup_close_ int fd = root_openat(root, LOG_DEVICE, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        Reason reason = fd < 0 ? reason_from_errno(fd) : root_log_read(fd, own_journal, NULL, ret);

        if (fd < 0 && reason == REASON_PERMISSION)
                reason = root_log_refused(own_journal, NULL, ret);
        if (reason == REASON_NONE && !buffer_reserve(ret, ret->n))
                reason = REASON_RESOURCES;
        if (reason != REASON_NONE) {
                ret->n = 0;
                return root_failed(root, LOG_DEVICE, reason);
        }
        ret->data[ret->n] = 0;
        root_tell_file(root, LOG_TEXT, buffer_bytes(ret));
        return REASON_NONE;
}

Reason root_kernel_log(Root *root, Buffer *ret) {
        Reason reason;

        ret->n = 0;
        if (!root->live)
                return root_read_text(root, LOG_TEXT, LOG_DEVICE, ROOT_KERNEL_LOG_MAX, ret);
        reason = root_read_private(root, LOG_TEXT, ROOT_KERNEL_LOG_MAX, ret);
        return reason == REASON_NONE ? reason : read_live(root, ret);
}
