/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All text that hawctl prints goes through here. Standard output and standard error become streams that escape what a terminal
 * must not get (ctl/show/safe-text.h); newlines and tabs pass. On standard error each call that prints is one line: a newline before
 * its end is escaped.
 *
 * Binary output (a capture) is written to the descriptor, not to the stream. */

#include <stdio.h>

typedef struct SafeOutputs {
        FILE *own[2], *former[2];
        void *state[2]; /* of the own streams, which free it */
} SafeOutputs;

/* -ENOMEM. Called once, before anything is printed; what it returns lives as long as anything is. */
int safe_output_open(SafeOutputs *ret);
void safe_output_close(SafeOutputs *outputs);

/* An escape character that the streams let pass: followed by a mark that nobody outside this process knows. */
#define SAFE_OUTPUT_ESCAPE_SIZE 18
void safe_output_escape(char ret[static SAFE_OUTPUT_ESCAPE_SIZE]);
