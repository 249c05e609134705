/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/shell/shell.h"
#include "probe/cleanup.h"

/* "$((8 * 1024))": whole numbers, variables, + - * / %, comparisons, ! && || and parentheses. */
typedef struct Sum {
        Shell *shell;
        const char *in, *end;
        unsigned depth;
        bool wrong;
} Sum;

static long long read_any(Sum *sum);

static char at(Sum *sum) {
        while (sum->in < sum->end && isspace((unsigned char) *sum->in))
                sum->in++;
        return sum->in < sum->end ? *sum->in : 0;
}

static bool number_from(const char *text, long long *ret) {
        char *end;

        *ret = strtoll(text, &end, 0);
        return isdigit((unsigned char) *text) && !*end && *ret >= 0 && *ret < (1LL << 56);
}

static long long read_name(Sum *sum) {
        char name[64];
        const ShellVariable *variable;
        size_t n = 0;
        long long number = 0;

        while (sum->in < sum->end && shell_is_name(*sum->in) && n + 1 < sizeof(name))
                name[n++] = *sum->in++;
        name[n] = 0;
        if (isdigit((unsigned char) *name)) {
                sum->wrong |= !number_from(name, &number);
                return number;
        }
        variable = shell_variable(sum->shell, name);
        sum->wrong |= n == 0 || !variable || variable->values.n != 1 ||
                        !number_from(variable->values.items[0].text, &number);
        return number;
}

/* "$#" */
static long long read_count(Sum *sum) {
        sum->in += 2;
        sum->wrong |= !sum->shell->arguments_known && sum->shell->arguments_matter;
        sum->shell->arguments_asked |= !sum->shell->arguments_known;
        return (long long) sum->shell->arguments.n;
}

static long long read_value(Sum *sum) {
        char c = at(sum);
        long long number;

        if (c == '!' || c == '-') {
                sum->in++;
                if (++sum->depth > SHELL_NESTING_MAX)
                        sum->wrong = true;
                number = sum->wrong ? 0 : read_value(sum);
                sum->depth--;
                return c == '!' ? number == 0 : -number;
        }
        if (c == '$') {
                if (sum->end - sum->in > 1 && sum->in[1] == '#')
                        return read_count(sum);
                /* "$1" is not known. */
                sum->wrong |= sum->end - sum->in > 1 &&
                                isdigit((unsigned char) sum->in[1 + (sum->in[1] == '{')]);
                bool brace = sum->end - sum->in > 1 && sum->in[1] == '{';

                sum->in += 1 + brace;
                number = read_name(sum);
                sum->wrong |= brace && at(sum) != '}';
                sum->in += brace && !sum->wrong;
                return number;
        }
        if (c != '(')
                return read_name(sum);
        if (++sum->depth > SHELL_NESTING_MAX)
                sum->wrong = true;
        sum->in++;
        number = sum->wrong ? 0 : read_any(sum);
        sum->wrong |= at(sum) != ')';
        sum->in += !sum->wrong;
        sum->depth--;
        return number;
}

static long long read_product(Sum *sum) {
        long long number = read_value(sum);

        while (!sum->wrong && (at(sum) == '*' || at(sum) == '/' || at(sum) == '%')) {
                char operation = *sum->in++;
                long long other = read_value(sum);

                if (operation == '*')
                        sum->wrong |= __builtin_mul_overflow(number, other, &number);
                else if (other == 0)
                        sum->wrong = true;
                else
                        number = operation == '/' ? number / other : number % other;
        }
        return number;
}

static long long read_sum(Sum *sum) {
        long long number = read_product(sum);

        while (!sum->wrong && (at(sum) == '+' || at(sum) == '-')) {
                char operation = *sum->in++;
                long long other = read_product(sum);

                sum->wrong |= operation == '+' ? __builtin_add_overflow(number, other, &number)
                                               : __builtin_sub_overflow(number, other, &number);
        }
        return number;
}

static bool takes(Sum *sum, const char *operation) {
        size_t n = strlen(operation);

        if (at(sum) == 0 || (size_t) (sum->end - sum->in) < n || memcmp(sum->in, operation, n) != 0)
                return false;
        sum->in += n;
        return true;
}

static long long read_comparison(Sum *sum) {
        static const char *const operations[] = { "==", "!=", "<=", ">=", "<", ">" };
        long long number = read_sum(sum);

        for (size_t i = 0; !sum->wrong && i < ELEMENTS(operations); i++)
                if (takes(sum, operations[i])) {
                        long long other = read_sum(sum);
                        const bool results[] = { number == other, number != other, number <= other,
                                number >= other, number<other, number> other };

                        return results[i];
                }
        return number;
}

static long long read_both(Sum *sum) {
        long long number = read_comparison(sum);

        while (!sum->wrong && takes(sum, "&&"))
                number = (read_comparison(sum) != 0) & (number != 0);
        return number;
}

static long long read_any(Sum *sum) {
        long long number = read_both(sum);

        while (!sum->wrong && takes(sum, "||"))
                number = (read_both(sum) != 0) | (number != 0);
        return number;
}

static bool value_of(Shell *shell, const char *text, const char *end, long long *ret) {
        Sum sum = { .shell = shell, .in = text, .end = end };

        *ret = read_any(&sum);
        return !sum.wrong && at(&sum) == 0 && sum.in == sum.end;
}

/* ── assignments ───────────────────────────────────────────────────────────────────────────────────────── */

static const char *skip_blanks(const char *text, const char *end) {
        while (text < end && isspace((unsigned char) *text))
                text++;
        return text;
}

/* The length of "=", "*=", "<<="; 0: none. */
static size_t assignment(const char *text, const char *end) {
        size_t n = 0;

        while (text + n < end && n < 2 && strchr("+-*/%&|^<>", text[n]))
                n++;
        if (text + n >= end || text[n] != '=' || (text + n + 1 < end && text[n + 1] == '='))
                return 0;
        return n == 1 && strchr("<>", *text) ? 0 : n + 1;
}

static bool is_step(const char *text, const char *end) {
        return end - text >= 2 && (memcmp(text, "++", 2) == 0 || memcmp(text, "--", 2) == 0);
}

/* Variables assigned anywhere in the text become unknown. */
static int forget_assigned(Shell *shell, const char *text, const char *end, unsigned line, bool *ret_any) {
        *ret_any = false;
        for (const char *c = text; c < end;) {
                const char *start = c, *behind;
                char name[64];
                int r;

                while (c < end && shell_is_name(*c))
                        c++;
                if (c == start || isdigit((unsigned char) *start) || (size_t) (c - start) >= sizeof(name)) {
                        c += c == start;
                        continue;
                }
                behind = skip_blanks(c, end);
                if (assignment(behind, end) == 0 && !is_step(behind, end) &&
                                (start - text < 2 || !is_step(start - 2, end)))
                        continue;
                snprintf(name, sizeof(name), "%.*s", (int) (c - start), start);
                *ret_any = true;
                r = shell_set_unknown(shell, name, VM_UNKNOWN_OPERATION, line);
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool combine(char operation, long long one, long long two, long long *ret) {
        switch (operation) {
        case '=':
                *ret = two;
                return true;
        case '+':
                return !__builtin_add_overflow(one, two, ret);
        case '-':
                return !__builtin_sub_overflow(one, two, ret);
        case '*':
                return !__builtin_mul_overflow(one, two, ret);
        default:
                return false;
        }
}

/* Only "X = 3" and "X *= 2". */
static bool assigned_value(Shell *shell, const char *text, const char *end, char name[64], long long *ret) {
        const char *c = text, *behind;
        long long before = 0, value;
        size_t n;

        while (c < end && shell_is_name(*c))
                c++;
        behind = skip_blanks(c, end);
        n = assignment(behind, end);
        if (c == text || c - text >= 64 || isdigit((unsigned char) *text) || n == 0 || n > 2 ||
                        !value_of(shell, behind + n, end, &value) ||
                        (n == 2 && !value_of(shell, text, c, &before)))
                return false;
        snprintf(name, 64, "%.*s", (int) (c - text), text);
        return combine(*behind, before, value, ret);
}

int shell_calculate(
                Shell *shell, const char *text, size_t n, unsigned line, long long *ret, bool *ret_known) {
        const char *end = text + n;
        char name[64], digits[24];
        const char *copy;
        bool any;
        int r;

        text = skip_blanks(text, end);
        *ret_known = true;
        if (assigned_value(shell, text, end, name, ret)) {
                snprintf(digits, sizeof(digits), "%lld", *ret);
                copy = shell_take_text(&shell->memory, digits, strlen(digits));
                return copy ? shell_set(shell, name, copy, line) : shell_full(shell);
        }
        r = forget_assigned(shell, text, end, line, &any);
        *ret_known = r >= 0 && !any && value_of(shell, text, end, ret);
        return r;
}

int shell_calculate_status(Shell *shell, const char *text, size_t n, unsigned line) {
        long long number;
        bool known;
        int r = shell_calculate(shell, text, n, line, &number, &known);

        shell->status = known ? shell_status_of(number != 0) : SHELL_STATUS_UNKNOWN;
        return r;
}

/* ── as a command ──────────────────────────────────────────────────────────────────────────────────────── */

/* Finds "))", or returns NULL. */
static const char *sum_end(const ShellText *text) {
        ShellText inner = *text;
        VmError ignored;
        unsigned level = 0;

        while (inner.in < inner.end) {
                if (*inner.in == ')' && level == 0)
                        return inner.in + 1 < inner.end && inner.in[1] == ')' ? inner.in : NULL;
                level += *inner.in == '(';
                level -= *inner.in == ')';
                if (shell_lex_part(&inner, 0, &ignored) < 0)
                        return NULL;
        }
        return NULL;
}

int shell_run_sum(Shell *shell) {
        const char *start = shell->text.in + 1, *end;
        unsigned line = shell->text.line;

        shell->text.in = start;
        end = sum_end(&shell->text);
        if (!end)
                return vm_error(shell->error, line, "this bracket is not closed");
        for (const char *c = start; c < end; c++)
                shell->text.line += *c == '\n';
        shell->text.in = end + 2;
        if (shell_skips(shell))
                return 0;
        return shell_calculate_status(shell, start, (size_t) (end - start), line);
}
