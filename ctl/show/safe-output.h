/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All output of hawctl goes through these streams. Standard output and standard error escape what is
 * unsafe for terminals (ctl/show/safe-text.h), except newlines and tabs. On standard error each printing
 * call is one line: newlines before its end are escaped.
 *
 * Binary output (a capture) is written to the descriptor, not to the stream. */

#include <stdio.h>

typedef struct SafeOutputs {
        FILE *own[2], *former[2];
        void *state[2]; /* private, freed by the streams */
} SafeOutputs;

/* -ENOMEM. Call once, before printing; the result must outlive all printing. */
int safe_output_open(SafeOutputs *ret);
void safe_output_close(SafeOutputs *outputs);

/* An escape character that the streams pass, followed by a secret of this process. */
#define SAFE_OUTPUT_ESCAPE_SIZE 18
void safe_output_escape(char ret[static SAFE_OUTPUT_ESCAPE_SIZE]);
