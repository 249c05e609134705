/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/text/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/xen/xl.h"
#include "probe/cleanup.h"

#define PYTHON "a Python program"

static int refuse(unsigned line, const char *language, VmError *error) {
        return vm_error(error, line,
                        "%s, which is not supported: use the command line that it starts, or --pid=PID of "
                        "the running QEMU",
                        language);
}

/* The interpreter's name in "#!/usr/bin/env python3". */
static const char *interpreter(const char *text, char *ret, size_t size) {
        const char *end = text + strcspn(text, "\r\n"), *word = text + 2;
        size_t n;

        *ret = 0;
        while (word < end) {
                word += strspn(word, " \t");
                n = strcspn(word, " \t\r\n");
                for (const char *slash = memchr(word, '/', n); slash; slash = memchr(word, '/', n)) {
                        n -= (size_t) (slash - word) + 1;
                        word = slash + 1;
                }
                snprintf(ret, size, "%.*s", (int) (n < size - 1 ? n : size - 1), word);
                if (strcmp(ret, "env") != 0 && *ret != '-')
                        break;
                word += n;
        }
        return ret;
}

static const struct {
        const char *start, *language;
} interpreters[] = {
        { "python", PYTHON },
        { "perl", "a Perl program" },
        { "ruby", "a Ruby program" },
        { "node", "a JavaScript program" },
        { "lua", "a Lua program" },
        { "php", "a PHP program" },
        { "tclsh", "a Tcl program" },
        { "expect", "an Expect program" },
        { "fish", "a fish script" },
        { "pwsh", "a PowerShell script" },
        { "make", "a Makefile" },
        { "awk", "an awk program" },
        { "deno", "a JavaScript program" },
        { "rust", "a Rust program" },
        { "guile", "a Scheme program" },
        { "csh", "a csh script" },
        { "tcsh", "a csh script" },
        { "nu", "a Nushell script" },
};

/* How lines of other languages start, unindented. */
static const struct {
        const char *start, *within, *language;
} lines[] = {
        { "import ", "", PYTHON },
        { "from ", " import ", PYTHON },
        { "def ", "):", PYTHON },
        { "class ", ":", PYTHON },
        { "async def ", "):", PYTHON },
        { "if __name__", ":", PYTHON },
        { "subprocess.", "(", PYTHON },
        { "os.system(", "", PYTHON },
        { "use strict", ";", "a Perl program" },
        { "use warnings", ";", "a Perl program" },
        { "my $", "=", "a Perl program" },
        { "my @", "=", "a Perl program" },
        { "package main", "", "a Go program" },
        { "func ", "{", "a Go program" },
        { "fn main(", "", "a Rust program" },
        { "use std::", ";", "a Rust program" },
        { "pub fn ", "", "a Rust program" },
        { "#include <", ">", "a C program" },
        { "#include \"", "\"", "a C program" },
        { "const ", "require(", "a JavaScript program" },
        { "const ", " = ", "a JavaScript program" },
        { "import {", "", "a JavaScript program" },
        { "require '", "'", "a Ruby program" },
        { "require \"", "\"", "a Ruby program" },
        { "public class ", "", "a Java program" },
        { "@echo off", "", "a Windows batch file" },
        { "@ECHO OFF", "", "a Windows batch file" },
        { "REM ", "", "a Windows batch file" },
        { "services:", "", "a Compose file" },
};

/* Commands of Xen's xl, and what it prints, without the guest's configuration. */
static const struct {
        const char *start, *within, *advice;
} of_xl[] = {
        { "xl create ", "", "an xl command: use the configuration file that it names" },
        { "sudo xl create ", "", "an xl command: use the configuration file that it names" },
        { "xl list", "", "an xl command: use what \"xl list -l\" prints" },
        { "Name ", " VCPUs",
                        "a list of guests without their configurations: use what \"xl list -l\" prints" },
};

/* What follows "root@host:~# ". */
static const char *without_prompt(const char *text) {
        const char *at = strchr(text, '@'), *sign = at ? strpbrk(at, "#$") : NULL;

        return sign && sign[1] == ' ' ? sign + 2 : text;
}

static int refuse_xl(unsigned number, const char *line, const char *end, VmError *error) {
        char text[256];
        const char *command;

        snprintf(text, sizeof(text), "%.*s", (int) (end - line < 255 ? end - line : 255), line);
        command = without_prompt(text);
        for (size_t i = 0; i < ELEMENTS(of_xl); i++)
                if (strncmp(command, of_xl[i].start, strlen(of_xl[i].start)) == 0 &&
                                strstr(command, of_xl[i].within))
                        return vm_error(error, number, "%s", of_xl[i].advice);
        return 0;
}

static const char *language_of(const char *line, const char *end) {
        char text[256];

        snprintf(text, sizeof(text), "%.*s", (int) (end - line < 255 ? end - line : 255), line);
        for (size_t i = 0; i < ELEMENTS(lines); i++)
                if (strncmp(text, lines[i].start, strlen(lines[i].start)) == 0 &&
                                strstr(text + strlen(lines[i].start) - 1, lines[i].within))
                        return lines[i].language;
        return NULL;
}

/* ── make ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* "target: sources", followed by a line with a tab. */
static bool is_rule(const char *line, const char *end) {
        const char *colon = memchr(line, ':', (size_t) (end - line));

        if (!colon || colon == line || isspace((unsigned char) *line) || *line == '#' || end[0] != '\n' ||
                        end[1] != '\t')
                return false;
        return (colon + 1 == end || colon[1] == ' ' || colon[1] == '\t' || colon[1] == ':') &&
                        !memchr(line, '"', (size_t) (end - line)) &&
                        !memchr(line, '\'', (size_t) (end - line));
}

/* The end, with lines joined by backslashes. */
static char *recipe_end(char *line) {
        for (;;) {
                char *end = line + strcspn(line, "\n");

                if (!*end || end == line || end[-1] != '\\')
                        return end;
                line = end + 1;
        }
}

/* Rejects make's variables; removes make's prefixes from recipes. */
static int read_recipes(TextCopy *copy, VmError *error) {
        static const char language[] = "a Makefile with variables (\"make -n\" prints the command)";
        unsigned number = copy->line, variable = 0;
        bool named = false;

        for (char *line = copy->text, *end; *line; line = end + (*end == '\n')) {
                bool names;

                end = recipe_end(line);
                names = *line == '\t' && text_find_program(line, end);
                for (char *start = line + 1; *line == '\t' && start < end && strchr("@-+ \t", *start);
                                start++)
                        *start = ' ';
                names = names || (*line == '\t' && text_find_program(line, end));
                if (memchr(line, '$', (size_t) (end - line)) && (names || variable == 0)) {
                        if (names)
                                return refuse(number, language, error);
                        variable = number;
                }
                named |= names;
                for (const char *c = line; c < end; c++)
                        number += *c == '\n';
                number += *end == '\n';
        }
        return variable > 0 && !named ? refuse(variable, language, error) : 0;
}

int text_kind_refuse(TextCopy *copy, VmError *reterr) {
        const char *start = copy->text + strspn(copy->text, " \t\r\n");
        unsigned number = copy->line;
        char name[32];

        if (strncmp(start, "#!", 2) == 0) {
                interpreter(start, name, sizeof(name));
                for (size_t i = 0; i < ELEMENTS(interpreters); i++)
                        if (strncmp(name, interpreters[i].start, strlen(interpreters[i].start)) == 0)
                                return refuse(1, interpreters[i].language, reterr);
                return 0;
        }
        for (char *line = copy->text, *end; *line; line = end + (*end == '\n')) {
                const char *language;

                end = line + strcspn(line, "\n");
                language = language_of(line, end);
                if (language && strcmp(language, PYTHON) == 0 && xl_is_python(copy->text, copy->n))
                        return vm_error(reterr, number,
                                        "Python code, as configurations of old Xen had it: xl accepts only NAME = VALUE");
                if (language)
                        return refuse(number, language, reterr);
                if (refuse_xl(number, line, end, reterr) < 0)
                        return -EINVAL;
                if (is_rule(line, end))
                        return read_recipes(copy, reterr);
                number++;
        }
        return 0;
}
