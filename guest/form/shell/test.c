/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/shell/shell.h"

#define TEXT_MAX 512

static bool number_of(const char *text, long *ret) {
        char *end;

        *ret = strtol(text, &end, 10);
        return *text && !*end;
}

static ShellStatus compare_numbers(const char *one, const char *operation, const char *two) {
        static const char *const names[] = { "-eq", "-ne", "-lt", "-le", "-gt", "-ge" };
        long a, b;

        if (!number_of(one, &a) || !number_of(two, &b))
                return SHELL_STATUS_UNKNOWN;
        const bool results[] = { a == b, a != b, a<b, a <= b, a> b, a >= b };

        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
                if (strcmp(operation, names[i]) == 0)
                        return shell_status_of(results[i]);
        return SHELL_STATUS_UNKNOWN;
}

static ShellStatus compare(Shell *shell, const VmWord *words, bool patterns) {
        char one[TEXT_MAX], two[TEXT_MAX];
        const char *operation = words[1].text;
        bool equal;

        if (!shell_plain(shell, words[0].text, one, sizeof(one)) ||
                        !shell_plain(shell, words[2].text, two, sizeof(two)))
                return SHELL_STATUS_UNKNOWN;
        equal = patterns ? fnmatch(two, one, 0) == 0 : strcmp(one, two) == 0;
        if (strcmp(operation, "=") == 0 || strcmp(operation, "==") == 0)
                return shell_status_of(equal);
        if (strcmp(operation, "!=") == 0)
                return shell_status_of(!equal);
        return compare_numbers(one, operation, two);
}

static ShellStatus look_at(Shell *shell, const VmWord *words, size_t n, bool patterns) {
        char text[TEXT_MAX];

        if (n > 0 && strcmp(words[0].text, "!") == 0)
                return shell_negated(
                                n == 1 ? SHELL_STATUS_UNKNOWN : look_at(shell, words + 1, n - 1, patterns));
        if (n == 0)
                return SHELL_STATUS_FALSE;
        if (n == 3)
                return compare(shell, words, patterns);
        if (!shell_plain(shell, words[n - 1].text, text, sizeof(text)))
                return SHELL_STATUS_UNKNOWN;
        if (n == 1)
                return shell_status_of(*text);
        if (n == 2 && strcmp(words[0].text, "-n") == 0)
                return shell_status_of(*text);
        if (n == 2 && strcmp(words[0].text, "-z") == 0)
                return shell_status_of(!*text);
        return SHELL_STATUS_UNKNOWN;
}

static bool is_word(const VmWord *word, const char *text) {
        return strcmp(word->text, text) == 0;
}

/* "-a" and "-o" of "["; "&&" and "||" of "[[", each two words here. */
static size_t operator_at(const VmWord *words, size_t n, size_t i, bool either, bool patterns) {
        const char *text = either ? "|" : "&";

        if (!patterns)
                return i > 0 && i + 1 < n && is_word(&words[i], either ? "-o" : "-a") ? 1 : 0;
        return i + 1 < n && is_word(&words[i], text) && is_word(&words[i + 1], text) ? 2 : 0;
}

static ShellStatus joined(ShellStatus one, ShellStatus two, bool either) {
        const ShellStatus decides = either ? SHELL_STATUS_TRUE : SHELL_STATUS_FALSE;

        if (one == decides || two == decides)
                return decides;
        return one == SHELL_STATUS_UNKNOWN || two == SHELL_STATUS_UNKNOWN ? SHELL_STATUS_UNKNOWN
                                                                          : shell_status_of(!either);
}

/* "and" binds tighter than "or". */
static ShellStatus look_at_all(Shell *shell, const VmWord *words, size_t n, bool patterns, bool either) {
        ShellStatus status = SHELL_STATUS_UNKNOWN;
        size_t start = 0, length = 0;

        for (size_t i = 0; i <= n; i++) {
                ShellStatus one;

                length = n > 3 ? operator_at(words, n, i, either, patterns) : 0;
                if (i < n && length == 0)
                        continue;
                one = either ? look_at_all(shell, words + start, i - start, patterns, false)
                             : look_at(shell, words + start, i - start, patterns);
                status = start == 0 ? one : joined(status, one, either);
                start = i + length;
                i += length > 0 ? length - 1 : 0;
        }
        return status;
}

ShellStatus shell_test(Shell *shell, const ShellFields *fields) {
        const char *name = fields->items[0].text, *last = fields->items[fields->n - 1].text;
        bool brackets = *name == '[';

        /* Only the shell knows words that expand to nothing, and operators. */
        if (brackets && strcmp(last, strlen(name) == 2 ? "]]" : "]") != 0)
                return SHELL_STATUS_UNKNOWN;
        for (size_t i = 1; i < fields->n; i++)
                if (is_word(&fields->items[i], "(") || is_word(&fields->items[i], ")"))
                        return SHELL_STATUS_UNKNOWN;
        return look_at_all(shell, fields->items + 1, fields->n - 1 - brackets, brackets && name[1] == '[',
                        true);
}
