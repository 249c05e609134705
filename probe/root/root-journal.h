/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel's messages of this boot in the journal. It keeps them when the kernel's own ring has overwritten
 * them; sd-journal(3) reads its files, which root and the group systemd-journal can open. */

#include <stdbool.h>
#include <systemd/sd-journal.h>

#include "probe/decode/bytes.h"
#include "probe/reason.h"
#include "probe/root/root.h"

/* Called for each line that matters (kernel_log_line_matters()), in the order of the log. False: no memory. */
typedef bool (*RootLogLine)(void *userdata, Bytes line);

/* Reads this host's journal. A journal without files, or none that this user may read, has no lines. */
Reason root_journal(RootLogLine line, void *userdata);

/* The same of a journal that the caller opened. */
Reason root_journal_lines(sd_journal *journal, RootLogLine line, void *userdata);

/* Reads a journal, as root_journal() does. */
typedef Reason (*RootJournal)(void *userdata, RootLogLine line, void *line_userdata);

/* The lines that matter of /dev/kmsg, or of what gives one record per read, to the end of `ret`. If its first
 * records are gone, those of the journal are before them. */
Reason root_log_read(int fd, RootJournal journal, void *userdata, Buffer *ret);

/* The same of a user who may not read the ring, but perhaps the journal: PERMISSION if it has no such lines. */
Reason root_log_refused(RootJournal journal, void *userdata, Buffer *ret);
