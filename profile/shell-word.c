/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/shell-word.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-";

/* Some shells expand "=name" to a path. */
static bool is_plain(const char *text) {
        return *text && *text != '=' && strspn(text, plain) == strlen(text);
}

static bool is_printable(const char *text) {
        while (*text >= ' ' && *text <= '~')
                text++;
        return !*text;
}

/* Puts a quote in quotes of the other kind: a backslash would be lost when text is made printable. */
static void put_quoted(FILE *file, const char *text) {
        fputc('\'', file);
        for (; *text; text++)
                fputs(*text == '\'' ? "'\"'\"'" : (char[]){ *text, 0 }, file);
        fputc('\'', file);
}

/* Escapes every byte with a meaning for printf or a shell, quoted or not. */
static void put_octal(FILE *file, const char *text) {
        for (const unsigned char *c = (const unsigned char *) text; *c; c++)
                if (*c != '%' && strchr(plain, *c))
                        fputc(*c, file);
                else
                        fprintf(file, "\\%03o", *c);
}

/* Not all shells support $'...', but all remove the final newline of a command's output. A shell without it
 * passes a wrong word but runs nothing. */
static void put_printed(FILE *file, const char *text) {
        bool newline = text[strlen(text) - 1] == '\n';

        fputs(newline ? "$'" : "\"$(printf '", file);
        put_octal(file, text);
        fputs(newline ? "'" : "')\"", file);
}

char *shell_word(const char *text) {
        char *word = NULL;
        size_t n;
        FILE *file;

        if (is_plain(text))
                return strdup(text);
        file = open_memstream(&word, &n);
        if (!file)
                return NULL;
        if (is_printable(text))
                put_quoted(file, text);
        else
                put_printed(file, text);
        if (fclose(file) == 0)
                return word;
        free(word);
        return NULL;
}
