/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A word while it is expanded. */

#include "guest/form/shell/shell.h"

typedef struct ShellWord {
        Shell *shell;
        ShellFields *fields;
        unsigned line;
        bool whole;   /* an assignment's: it stays one text */
        bool started; /* an empty word is one too, when it is quoted */
        char *text;   /* in memory */
        size_t n, size;
} ShellWord;

int shell_word_put(ShellWord *word, const char *text, size_t n);
int shell_word_end(ShellWord *word);

/* What stands between double quotes. */
int shell_word_quoted(ShellWord *word, const char *text, const char *end);
