/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/root/root-journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-id128.h>

#include "probe/decode/kernel/kernel-log.h"
#include "probe/decode/text.h"

#define ENTRIES_MAX (1U << 15)
#define MESSAGE "MESSAGE="
#define BOOT_MATCH_MAX 64

/* journald sets fields that begin with an underscore itself, and takes the facility from the record: 0 is the
 * kernel, others are programs that write to /dev/kmsg (systemd.journal-fields(7)). */
static int add_matches(sd_journal *journal) {
        char boot[BOOT_MATCH_MAX], text[SD_ID128_STRING_MAX];
        sd_id128_t id;
        int r = sd_id128_get_boot(&id);

        if (r < 0)
                return r;
        snprintf(boot, sizeof(boot), "_BOOT_ID=%s", sd_id128_to_string(id, text));
        r = sd_journal_add_match(journal, boot, 0);
        if (r < 0)
                return r;
        r = sd_journal_add_match(journal, "_TRANSPORT=kernel", 0);
        return r < 0 ? r : sd_journal_add_match(journal, "SYSLOG_FACILITY=0", 0);
}

/* The message, up to its first newline. */
static bool message(sd_journal *journal, Bytes *ret) {
        const void *data;
        size_t cursor = 0, n;

        if (sd_journal_get_data(journal, "MESSAGE", &data, &n) < 0 || n < strlen(MESSAGE))
                return false;
        *ret = bytes_part((Bytes){ .data = data, .n = n }, strlen(MESSAGE), n);
        return text_line(*ret, &cursor, ret);
}

Reason root_journal_lines(sd_journal *journal, RootLogLine line, void *userdata) {
        Bytes text;
        int r;

        r = add_matches(journal);
        if (r >= 0)
                r = sd_journal_seek_head(journal);
        for (unsigned i = 0; r >= 0 && i < ENTRIES_MAX; i++) {
                r = sd_journal_next(journal);
                if (r == 0)
                        return REASON_NONE;
                if (r > 0 && message(journal, &text) && kernel_log_line_matters(text) &&
                                !line(userdata, text))
                        return REASON_RESOURCES;
        }
        return r < 0 ? reason_from_errno(r) : REASON_NONE;
}

Reason root_journal(RootLogLine line, void *userdata) {
        sd_journal *journal = NULL;
        int r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
        Reason reason;

        if (r < 0)
                return reason_from_errno(r);
        reason = root_journal_lines(journal, line, userdata);
        sd_journal_close(journal);
        return reason;
}
