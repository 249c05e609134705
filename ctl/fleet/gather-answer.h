/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a host answered: a profile on one line, or why there is none. The text is untrusted. */

#include <stddef.h>

#include "ctl/fleet/gather-job.h"

/* Who the document says it is from. Nobody checks that. */
typedef struct GatherIdentity {
        char machine_id[33]; /* "" unknown */
        char hostname[65];   /* "" unknown */
} GatherIdentity;

/* Of a job that has ended. 0: job->text holds one document of job->n bytes on one line, without newline.
 * -EINVAL: *ret_why says why not, in words, which the caller frees and escapes when printing; -ENOMEM. */
int gather_answer_read(GatherJob *job, GatherIdentity *ret, char **ret_why);
