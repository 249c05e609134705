/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/text/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/shell/script.h"
#include "probe/cleanup.h"

/* systemd's quotes and variables differ from a shell's: rewrites the unit as a shell script by lines. */
typedef struct Unit {
        FILE *out;
        const char *in;
        const char *reset; /* commands before it are ignored */
        bool files;        /* EnvironmentFile= */
        GuestArchitecture host;
} Unit;

bool text_is_unit(const TextCopy *copy) {
        const char *line = copy->text;

        for (;;) {
                line += strspn(line, " \t\r\n");
                if (*line != '#' && *line != ';')
                        break;
                line += strcspn(line, "\n");
        }
        return (*line == '[' && strstr(line, "\nExecStart")) || strncmp(line, "ExecStart", 9) == 0;
}

/* ── words ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* systemd's WHITESPACE: a form feed does not end a word. */
static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Skips joined lines and comments between them. Keeps the number of lines. */
static bool skip_joined(Unit *unit) {
        const char *c = unit->in;

        if (c[0] != '\\' || (c[1] != '\n' && (c[1] != '\r' || c[2] != '\n')))
                return false;
        unit->in += c[1] == '\r' ? 3 : 2;
        fputs(" \\\n", unit->out);
        for (;;) {
                c = unit->in + strspn(unit->in, " \t");
                if (*c != '#' && *c != ';')
                        return true;
                c += strcspn(c, "\n");
                if (!*c)
                        return true;
                unit->in = c + 1;
                fputs(" \\\n", unit->out);
        }
}

static void put_literal(Unit *unit, char c) {
        if (c == '\'')
                fputs("\"'\"", unit->out);
        else
                fprintf(unit->out, "'%c'", c);
}

/* "${NAME}" anywhere; a separate "$NAME" is split into words. */
static void put_variable(Unit *unit, bool alone) {
        const char *name = unit->in + 1;
        size_t n = 0;

        if (*name == '$') {
                unit->in += 2;
                put_literal(unit, '$');
                return;
        }
        if (*name == '{') {
                n = strspn(name + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
                if (n > 0 && name[1 + n] == '}') {
                        fprintf(unit->out, "\"${%.*s}\"", (int) n, name + 1);
                        unit->in = name + n + 2;
                        return;
                }
        }
        n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
        if (alone && n > 0 && (!name[n] || is_blank(name[n]))) {
                fprintf(unit->out, "${%.*s}", (int) n, name);
                unit->in = name + n;
                return;
        }
        unit->in++;
        put_literal(unit, '$');
}

/* "%i": the instance name. */
static void put_specifier(Unit *unit) {
        char c = unit->in[1];

        unit->in += 1 + (c != 0);
        if (c == '%' || !isalpha((unsigned char) c))
                put_literal(unit, '%');
        else if (c == 'a' && unit->host == ARCHITECTURE_ARM64)
                fputs("arm64", unit->out);
        else
                fprintf(unit->out, "\"${specifier_%c}\"", c);
}

static void put_escape(Unit *unit) {
        static const char letters[] = "ntrabfvs", values[] = "\n\t\r\a\b\f\v ";
        const char *letter = unit->in[1] ? strchr(letters, unit->in[1]) : NULL;

        put_literal(unit, letter ? values[letter - letters] : unit->in[1] ? unit->in[1] : '\\');
        unit->in += unit->in[1] ? 2 : 1;
}

static void put_word(Unit *unit, bool variables) {
        const char *start = unit->in;
        char quote = 0;

        while (*unit->in && *unit->in != '\n' && (quote || !is_blank(*unit->in))) {
                char c = *unit->in;

                if (skip_joined(unit)) {
                        if (!quote)
                                return;
                } else if (quote ? c == quote : (c == '"' || c == '\'') && unit->in == start) {
                        fputs("''", unit->out);
                        quote = quote ? 0 : c;
                        unit->in++;
                } else if (c == '$' && variables)
                        put_variable(unit, unit->in == start);
                else if (c == '%')
                        put_specifier(unit);
                else if (c == '\\')
                        put_escape(unit);
                else {
                        if (isalnum((unsigned char) c) || strchr("-_=,./:+@", c))
                                fputc(c, unit->out);
                        else
                                put_literal(unit, c);
                        unit->in++;
                }
        }
}

static void skip_blanks(Unit *unit) {
        while ((*unit->in != '\n' && is_blank(*unit->in)) || (*unit->in == '\\' && skip_joined(unit)))
                unit->in += *unit->in != '\n' && is_blank(*unit->in);
}

/* ── lines ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void put_environment(Unit *unit) {
        for (skip_blanks(unit); *unit->in && *unit->in != '\n'; skip_blanks(unit)) {
                fputs("export ", unit->out);
                put_word(unit, false);
                fputs("; ", unit->out);
        }
}

static void put_command(Unit *unit) {
        bool named = false;

        skip_blanks(unit);
        /* After "@" the second word is argv[0]. Other prefixes have no effect here. */
        for (; *unit->in && strchr("-@:+!|", *unit->in); unit->in++)
                named |= *unit->in == '@';
        if (unit->files)
                fputs(". EnvironmentFile; ", unit->out);
        for (unsigned i = 0; *unit->in && *unit->in != '\n'; i++) {
                if (i == 1 && named) {
                        while (*unit->in && !is_blank(*unit->in))
                                unit->in++;
                        named = false;
                } else if (unit->in[0] == ';' && (!unit->in[1] || is_blank(unit->in[1]))) {
                        fputs(";", unit->out);
                        unit->in++;
                } else
                        put_word(unit, true);
                fputc(' ', unit->out);
                skip_blanks(unit);
        }
}

static void skip_line(Unit *unit) {
        while (*unit->in && *unit->in != '\n') {
                if (unit->in[0] == '\\' && unit->in[1] == '\n') {
                        fputc('\n', unit->out);
                        unit->in++;
                }
                unit->in++;
        }
}

/* The value after "KEY = ", or NULL for another key. */
static const char *value_of(const char *line, const char *key) {
        size_t n = strlen(key);

        line += strspn(line, " \t");
        if (strncmp(line, key, n) != 0)
                return NULL;
        line += n + strspn(line + n, " \t");
        return *line == '=' ? line + 1 : NULL;
}

/* An empty "ExecStart=" resets the list: returns the last one. */
static const char *find_reset(const char *text) {
        const char *last = text;

        for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
                const char *value = value_of(line, "ExecStart");

                if (value && strchr("\r\n", value[strspn(value, " \t")]))
                        last = line;
        }
        return last;
}

static bool put_line(Unit *unit) {
        const char *value;
        bool command = false;

        if ((value = value_of(unit->in, "EnvironmentFile")))
                unit->files = true;
        else if ((value = value_of(unit->in, "Environment"))) {
                unit->in = value;
                put_environment(unit);
        } else if (unit->in >= unit->reset && (value = value_of(unit->in, "ExecStart"))) {
                unit->in = value;
                put_command(unit);
                command = true;
        }
        skip_line(unit);
        if (*unit->in) {
                fputc('\n', unit->out);
                unit->in++;
        }
        return command;
}

int text_unit_read(const TextCopy *copy, const VmFiles *files, Guest *ret, VmError *reterr) {
        _cleanup_free_ char *script = NULL;
        size_t n = 0;
        Unit unit = {
                .out = open_memstream(&script, &n), .in = copy->text, .reset = find_reset(copy->text)
        };
        bool command = false;
        int r = 0;

        if (!unit.out)
                return -ENOMEM;
        if (strstr(copy->text, "%a"))
                r = vm_host_architecture(files, &unit.host);
        while (r >= 0 && *unit.in)
                command |= put_line(&unit);
        if (fclose(unit.out) == EOF)
                return -ENOMEM;
        if (r < 0)
                return r;
        return command ? vm_shell_read(script, n, false, files, ret, reterr) : -ENOENT;
}
