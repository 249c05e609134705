/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/shell/shell.h"
#include "probe/cleanup.h"

int shell_word_put(ShellWord *word, const char *text, size_t n) {
        if (word->n + n + 1 > word->size) {
                size_t size = 2 * (word->n + n + 32);
                char *grown = shell_take(&word->shell->memory, size);

                if (!grown)
                        return shell_full(word->shell);
                memcpy(grown, word->text ? word->text : "", word->n);
                word->text = grown;
                word->size = size;
        }
        memcpy(word->text + word->n, text, n);
        word->n += n;
        word->text[word->n] = 0;
        word->started = true;
        return 0;
}

int shell_word_end(ShellWord *word) {
        int r = 0;

        if (word->started)
                r = shell_fields_add(word->shell, word->fields, word->text ? word->text : "", word->line);
        word->text = NULL;
        word->n = word->size = 0;
        word->started = false;
        return r;
}

/* Adds a value, split at separators unless quoted. */
static int put_value(ShellWord *word, const char *text, bool quoted) {
        const char *separators = shell_separators(word->shell);
        int r = 0;

        if (quoted || word->whole || (word->shell->zsh && *text))
                return shell_word_put(word, text, strlen(text));
        while (r >= 0 && *text) {
                size_t n = strcspn(text, separators);

                if (n > 0)
                        r = shell_word_put(word, text, n);
                text += n;
                if (!*text || r < 0)
                        break;
                /* Unlike blanks, two commas enclose an empty word. */
                if (!isspace((unsigned char) *text))
                        r = shell_word_put(word, "", 0);
                text++;
                if (r >= 0)
                        r = shell_word_end(word);
        }
        return r;
}

static int put_fields(ShellWord *word, const ShellFields *values, bool quoted) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < values->n; i++) {
                if (i > 0)
                        r = word->whole ? shell_word_put(word, " ", 1) : shell_word_end(word);
                if (r >= 0)
                        r = put_value(word, values->items[i].text, quoted);
        }
        return r;
}

static int put_unknown(ShellWord *word, const char *name, size_t n, VmUnknownKind kind) {
        const char *mark;
        char text[64];
        int r;

        snprintf(text, sizeof(text), "%.*s", (int) (n < sizeof(text) ? n : sizeof(text) - 1), name);
        r = shell_unknown(word->shell, text, kind, word->line, &mark);
        return r < 0 ? r : shell_word_put(word, mark, strlen(mark));
}

/* ── substitutions ─────────────────────────────────────────────────────────────────────────────────────── */

/* "$(which qemu-kvm)": the path does not change which program it is. */
static size_t program_of_search(const char *text, size_t n, const char **ret) {
        static const char *const searches[] = { "which ", "command -v ", "type -p ", "type -P " };
        const char *end = text + n;

        while (text < end && *text == ' ')
                text++;
        for (size_t i = 0; i < sizeof(searches) / sizeof(*searches); i++) {
                size_t m = strlen(searches[i]);
                const char *start = text + m, *last;

                if ((size_t) (end - text) <= m || memcmp(text, searches[i], m) != 0)
                        continue;
                for (last = start; last < end && (isalnum((unsigned char) *last) || strchr("_-./+", *last));
                                last++)
                        ;
                *ret = start;
                return (size_t) (last - start);
        }
        return 0;
}

/* On arm64, distributions differ in "uname -p" and "uname -i". */
int shell_output(Shell *shell, const char *text, size_t n, const char **ret) {
        static const struct {
                const char *command, *on_x86, *on_arm64;
        } known[] = { { "uname", "Linux", "Linux" }, { "uname -s", "Linux", "Linux" },
                { "uname -o", "GNU/Linux", "GNU/Linux" }, { "uname -m", "x86_64", "aarch64" },
                { "uname -p", "x86_64" }, { "uname -i", "x86_64" }, { "arch", "x86_64", "aarch64" },
                { "dpkg --print-architecture", "amd64", "arm64" } };
        GuestArchitecture architecture;
        size_t i = 0;
        int r;

        *ret = NULL;

        while (n > 0 && isspace((unsigned char) *text)) {
                text++;
                n--;
        }
        while (n > 0 && isspace((unsigned char) text[n - 1]))
                n--;
        while (i < ELEMENTS(known) &&
                        (strlen(known[i].command) != n || memcmp(text, known[i].command, n) != 0))
                i++;
        if (i == ELEMENTS(known))
                return 0;
        *ret = known[i].on_x86;
        if (known[i].on_arm64 && strcmp(known[i].on_x86, known[i].on_arm64) == 0)
                return 0;
        shell->by_host = true;
        r = vm_host_architecture(shell->files, &architecture);
        if (r >= 0 && architecture == ARCHITECTURE_ARM64)
                *ret = known[i].on_arm64;
        return r;
}

static int put_output(ShellWord *word, const char *text, size_t n) {
        Shell *shell = word->shell;
        const char *program, *output;
        size_t length = program_of_search(text, n, &program);
        char name[48];
        int r = shell_output(shell, text, n, &output);

        if (r < 0)
                return r;
        if (output)
                return shell_word_put(word, output, strlen(output));
        if (length > 0)
                return shell_word_put(word, program, length);
        snprintf(name, sizeof(name), "(%.*s)", (int) (n < 32 ? n : 32), text);
        r = put_unknown(word, name, strlen(name), VM_UNKNOWN_OUTPUT);
        if (r >= 0 && shell->inner < SHELL_INNER_MAX) {
                const char *copy = shell_take_text(&shell->memory, text, n);

                r = copy ? shell_run_inner(shell, copy, word->line, SHELL_RANK_TEXT) : shell_full(shell);
        }
        return r;
}

static int put_parameter(ShellWord *word, const char *text, size_t n, bool quoted) {
        ShellFields values = {};
        int r = shell_expand_parameter(word->shell, text, n, word->line, quoted, &values);

        return r < 0 ? r : put_fields(word, &values, quoted);
}

static int put_arithmetic(ShellWord *word, const char *text, size_t n) {
        long long number;
        char digits[32];
        bool known;
        int r = shell_calculate(word->shell, text, n, word->line, &number, &known);

        if (r < 0)
                return r;
        if (!known)
                return put_unknown(word, text, n, VM_UNKNOWN_OPERATION);
        snprintf(digits, sizeof(digits), "%lld", number);
        return shell_word_put(word, digits, strlen(digits));
}

static int put_ansi(ShellWord *word, const char *text, const char *end) {
        static const char letters[] = "abfnrtv\\'\"?", values[] = "\a\b\f\n\r\t\v\\'\"?";
        int r = shell_word_put(word, "", 0);

        for (; r >= 0 && text < end; text++) {
                const char *letter = *text == '\\' && text + 1 < end ? strchr(letters, text[1]) : NULL;

                if (letter) {
                        r = shell_word_put(word, &values[letter - letters], 1);
                        text++;
                } else
                        r = shell_word_put(word, text, 1);
        }
        return r;
}

/* The end of a part, including quotes and brackets. */
static const char *part_end(const char *text, const char *end) {
        ShellText part = { text, end, 0 };
        VmError ignored;

        return shell_lex_part(&part, 0, &ignored) < 0 ? end : part.in;
}

/* Expands from "$"; *ret_taken: length. */
static int put_dollar(ShellWord *word, const char *text, const char *end, bool quoted, size_t *ret_taken) {
        size_t n = (size_t) (part_end(text, end) - text);

        *ret_taken = n;
        if (n >= 5 && text[1] == '(' && text[2] == '(' && text[n - 2] == ')')
                return put_arithmetic(word, text + 3, n - 5);
        if (n >= 3 && text[1] == '(')
                return put_output(word, text + 2, n - 3);
        if (n >= 3 && text[1] == '{')
                return put_parameter(word, text + 2, n - 3, quoted);
        if (!quoted && n >= 3 && text[1] == '\'')
                return put_ansi(word, text + 2, text + n - 1);
        for (n = 1; text + n < end && shell_is_name(text[n]); n++)
                if (n == 1 && isdigit((unsigned char) text[n])) {
                        n++;
                        break;
                }
        if (n == 1 && text + n < end && strchr("@*#?$!-", text[n]))
                n++;
        *ret_taken = n;
        /* A literal dollar. */
        return n == 1 ? shell_word_put(word, "$", 1) : put_parameter(word, text + 1, n - 1, quoted);
}

/* ── the word ──────────────────────────────────────────────────────────────────────────────────────────── */

static int put_escape(ShellWord *word, const char *text, const char *end, bool quoted, size_t *ret_taken) {
        size_t crlf = end - text >= 3 && text[1] == '\r' && text[2] == '\n';

        *ret_taken = text + 1 < end ? 2 + crlf : 1;
        if (text + 1 >= end || text[1 + crlf] == '\n')
                return 0;
        /* In double quotes, it escapes only special characters. */
        if (quoted && !strchr("$`\"\\", text[1]))
                return shell_word_put(word, text, 2);
        return shell_word_put(word, text + 1, 1);
}

static int put_backticks(ShellWord *word, const char *text, const char *end, size_t *ret_taken) {
        *ret_taken = (size_t) (part_end(text, end) - text);
        return put_output(word, text + 1, *ret_taken >= 2 ? *ret_taken - 2 : 0);
}

static int put_special(ShellWord *word, const char *text, const char *end, bool quoted, size_t *ret_taken) {
        switch (*text) {
        case '\\':
                return put_escape(word, text, end, quoted, ret_taken);
        case '$':
                return put_dollar(word, text, end, quoted, ret_taken);
        case '`':
                return put_backticks(word, text, end, ret_taken);
        default:
                *ret_taken = 1;
                return shell_word_put(word, text, 1);
        }
}

int shell_word_quoted(ShellWord *word, const char *text, const char *end) {
        /* "${array[@]}" alone may expand to no word. */
        bool list = end - text > 3 && text[0] == '$' &&
                        (text[1] == '@' || memchr(text, '@', (size_t) (end - text)));
        int r = list ? 0 : shell_word_put(word, "", 0);

        if (end - text == 2 && text[0] == '$' && text[1] == '@')
                r = 0;
        while (r >= 0 && text < end) {
                size_t taken;

                word->line += *text == '\n';
                r = put_special(word, text, end, true, &taken);
                text += taken;
        }
        return r;
}

/* "{1..4}", "{a,b}": bash expands it to several words. */
static size_t brace_length(const char *text, const char *end) {
        const char *close = memchr(text, '}', (size_t) (end - text));
        bool several = false;

        for (const char *c = text; close && c < close; c++) {
                if (strchr(" \t\n$\"'", *c))
                        return 0;
                several |= *c == ',' || (c[0] == '.' && c[1] == '.');
        }
        return several ? (size_t) (close - text) + 1 : 0;
}

static int put_part(ShellWord *word, const char *text, const char *end, size_t *ret_taken) {
        if (*text != '\'' && *text != '"') {
                size_t brace = *text == '{' && !word->whole ? brace_length(text, end) : 0;

                *ret_taken = brace;
                if (brace > 0)
                        return put_unknown(word, text, brace, VM_UNKNOWN_OPERATION);
                return put_special(word, text, end, false, ret_taken);
        }
        *ret_taken = (size_t) (part_end(text, end) - text);
        if (*text == '"')
                return shell_word_quoted(word, text + 1, text + *ret_taken - 1);
        return shell_word_put(word, text + 1, *ret_taken >= 2 ? *ret_taken - 2 : 0);
}

static int expand(ShellWord *word, const ShellRaw *raw) {
        const char *text = raw->text, *end = raw->text + raw->n;
        int r = 0;

        if (++word->shell->depth > SHELL_DEPTH_MAX)
                return vm_error(word->shell->error, raw->line, "more than %d nested expansions",
                                SHELL_DEPTH_MAX);
        if (shell_json_length(text, end) == raw->n && raw->n > 0)
                r = shell_word_put(word, text, raw->n);
        else
                while (r >= 0 && text < end) {
                        size_t taken;

                        r = put_part(word, text, end, &taken);
                        text += taken;
                }
        word->shell->depth--;
        return r < 0 ? r : shell_word_end(word);
}

int shell_expand(Shell *shell, const ShellRaw *raw, ShellFields *fields) {
        ShellWord word = { .shell = shell, .fields = fields, .line = raw->line };

        return expand(&word, raw);
}

int shell_expand_text(Shell *shell, const ShellRaw *raw, const char **ret) {
        ShellFields fields = {};
        ShellWord word = { .shell = shell, .fields = &fields, .line = raw->line, .whole = true };
        int r = expand(&word, raw);

        if (r >= 0)
                *ret = fields.n > 0 ? fields.items[0].text : "";
        return r;
}
