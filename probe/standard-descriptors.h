/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes sure that descriptors 0, 1 and 2 are open, before anything else is: otherwise the next file that is opened would
 * become standard input or output, and a message would be written into it. One that was closed can still be neither read
 * nor written: that fails with EBADF, as before. Every program calls this first; when it fails it ends with a status of 1. */
void standard_descriptors_open(void);

/* Every program ends with this: what it printed has to have arrived, and a full disk shows only when the buffer is written.
 * The exit status: that one; or 1, once the reason is on standard error. A pipe that nobody reads any more is no failure. */
int standard_output_finish(const char *program, int status);
