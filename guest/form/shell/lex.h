/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Words of a shell's text as they are written, before anything is expanded. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/form/words/vm.h"

/* A place in a text. */
typedef struct ShellText {
        const char *in, *end;
        unsigned line;
        const char *start; /* of text that runs; and which text that is, the same in every pass */
        uint64_t origin;
} ShellText;

/* Of a pointer into the text: the same number whenever the script is run, wherever its texts lie in memory. */
uint64_t shell_text_place(const ShellText *text, const char *in);

typedef struct ShellRaw {
        const char *text; /* within the script */
        size_t n;
        unsigned line;
} ShellRaw;

#define SHELL_NESTING_MAX 32

/* Blanks, comments, and lines that a backslash joins. Stops at the end of a line. */
void shell_skip_blanks(ShellText *text);

/* The next word, quotes and substitutions included, empty before an operator or the end of a line. 0, or -EINVAL with
 * *reterr filled. */
int shell_lex_word(ShellText *text, ShellRaw *ret, VmError *reterr);

/* Behind what `in` starts with: "$(…)", "${…}", "`…`", "\"…\"", "'…'". 0, or -EINVAL. */
int shell_lex_part(ShellText *text, unsigned depth, VmError *reterr);

/* A JSON object that no shell has seen, as process listings print it: from "{" to its "}", 0 when it is none. */
size_t shell_json_length(const char *text, const char *end);

bool shell_raw_is(const ShellRaw *raw, const char *word);
