/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A text as one word of a shell's command, for commands and options that are printed to be pasted: whatever the text is,
 * the shell passes on exactly that, and runs nothing of it. Printable ASCII; what is plain stays as it is. Pure. The word is
 * the caller's; NULL: out of memory. */
char *shell_word(const char *text);
