/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel's messages of this boot in the journal. It keeps them when the kernel's own ring has overwritten
 * them; sd-journal(3) reads its files, which root and the group systemd-journal can open. */

#include <stdbool.h>
#include <systemd/sd-journal.h>

#include "probe/decode/bytes.h"
#include "probe/reason.h"

/* Called for each line that matters (kernel_log_line_matters()), in the order of the log. False: no memory. */
typedef bool (*RootLogLine)(void *userdata, Bytes line);

/* Reads this host's journal. A journal without files, or none that this user may read, has no lines. */
Reason root_journal(RootLogLine line, void *userdata);

/* The same of a journal that the caller opened. */
Reason root_journal_lines(sd_journal *journal, RootLogLine line, void *userdata);
