/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All text that hawctl prints goes through here. Standard output and standard error become streams that escape what a terminal
 * must not get (ctl/safe-text.h); newlines and tabs pass. On standard error each call that prints is one line: a newline before
 * its end is escaped.
 *
 * Binary output (a capture) is written to the descriptor, not to the stream. */

#include <stdio.h>

/* -ENOMEM. Called once, before anything is printed. */
int safe_output_open(void);

/* An escape character that the streams let pass: followed by a mark that nobody outside this process knows. */
#define SAFE_OUTPUT_ESCAPE_SIZE 18
void safe_output_escape(char ret[static SAFE_OUTPUT_ESCAPE_SIZE]);
