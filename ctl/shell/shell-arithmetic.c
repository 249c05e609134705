/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/shell/shell.h"

/* "$((8 * 1024))": whole numbers, variables, + - * / % << and parentheses. */
typedef struct Sum {
        Shell *shell;
        const char *in, *end;
        unsigned depth;
        bool wrong;
} Sum;

static long long read_sum(Sum *sum);

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

        while (sum->in < sum->end && (isalnum((unsigned char) *sum->in) || *sum->in == '_') &&
                        n + 1 < sizeof(name))
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

static long long read_value(Sum *sum) {
        char c = at(sum);
        long long number;

        if (c == '$') {
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
        number = sum->wrong ? 0 : read_sum(sum);
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

bool shell_arithmetic(Shell *shell, const char *text, size_t n, long long *ret) {
        Sum sum = { .shell = shell, .in = text, .end = text + n };

        *ret = read_sum(&sum);
        return !sum.wrong && at(&sum) == 0 && sum.in == sum.end;
}
