/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/xen/config.h"
#include "probe/cleanup.h"

static bool is_one_of(char c, const char *list) {
        return c && strchr(list, c);
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
        return c >= 'a' && c <= 'z';
}

static char at(const XlScanner *scanner, size_t ahead) {
        return ahead < scanner->n - scanner->at ? scanner->text[scanner->at + ahead] : 0;
}

static int take_word(XlScanner *scanner, XlTokenKind kind, size_t n, XlToken *ret) {
        ret->kind = kind;
        ret->text = strndup(scanner->text + scanner->at, n);
        scanner->at += n;
        return ret->text ? 0 : -ENOMEM;
}

static int take_name(XlScanner *scanner, XlToken *ret) {
        size_t n = 1;

        while (is_letter(at(scanner, n)) || is_digit(at(scanner, n)) || is_one_of(at(scanner, n), "._"))
                n++;
        return take_word(scanner, XL_NAME, n, ret);
}

static int take_number(XlScanner *scanner, XlToken *ret) {
        size_t n = 1;

        while (is_digit(at(scanner, n)) || is_one_of(at(scanner, n), "abcdefx"))
                n++;
        return take_word(scanner, XL_NUMBER, n, ret);
}

/* ── strings ───────────────────────────────────────────────────────────────────────────────────────────── */

/* Length with both quotes; 0: not closed in its line. */
static size_t string_length(const XlScanner *scanner) {
        char quote = at(scanner, 0);

        for (size_t n = 1; at(scanner, n) && at(scanner, n) != '\n'; n++) {
                if (at(scanner, n) == quote)
                        return n + 1;
                if (at(scanner, n) != '\\')
                        continue;
                n++;
                if (!at(scanner, n) || at(scanner, n) == '\n')
                        return 0;
        }
        return 0;
}

/* libxlutil reads \NNN as strtoul(3) does, with blanks and a sign, wants two characters or more behind the
 * first digit, and drops the character. It accepts no \xNN at all. 0: an error. */
static size_t escaped_number(const char *digits, const char *end) {
        char text[4] = "", *over;
        size_t n = (size_t) (end - digits);

        memcpy(text, digits, n < 3 ? n : 3);
        strtoul(text, &over, 10);
        return over - text >= 2 ? (size_t) (over - text) : 0;
}

static bool unescape(const char *text, size_t n, char *out) {
        static const char letters[] = "\"'\\abfnrtv", characters[] = "\"'\\\a\b\f\n\r\t\v";
        const char *end = text + n;

        while (text < end) {
                const char *letter;
                size_t taken;

                if (*text != '\\') {
                        *out++ = *text++;
                        continue;
                }
                letter = strchr(letters, text[1]);
                if (letter)
                        *out++ = characters[letter - letters];
                else if (text[1] < '0' || text[1] > '7')
                        return false;
                text += 2;
                taken = letter ? 0 : escaped_number(text, end);
                if (!letter && taken == 0)
                        return false;
                text += taken;
        }
        *out = 0;
        return true;
}

static int take_string(XlScanner *scanner, XlToken *ret, VmError *error) {
        size_t n = string_length(scanner);

        if (n == 0)
                return vm_error(error, scanner->line, "a string without its closing %c", at(scanner, 0));
        ret->kind = XL_STRING;
        ret->text = malloc(n);
        if (!ret->text)
                return -ENOMEM;
        if (!unescape(scanner->text + scanner->at + 1, n - 2, ret->text))
                return vm_error(error, scanner->line,
                                "xl does not accept this backslash in a string: it accepts \\\\, \\\", \\' and "
                                "\\n");
        scanner->at += n;
        return 0;
}

/* ── the rest ──────────────────────────────────────────────────────────────────────────────────────────── */

/* A comment belongs to the end of its line. *ret is false: not a comment, or the file ends in it, which xl does
 * not accept. */
static bool skip_comment(XlScanner *scanner) {
        const char *start = scanner->text + scanner->at, *end;

        if (at(scanner, 0) != '#')
                return false;
        end = memchr(start, '\n', scanner->n - scanner->at);
        if (end)
                scanner->at += (size_t) (end - start);
        return end;
}

static int refuse(XlScanner *scanner, VmError *error) {
        char c = at(scanner, 0);
        size_t n = 0;

        while (n < 40 && at(scanner, n) && !is_one_of(at(scanner, n), " \t\r\n"))
                n++;
        if (!c)
                return vm_error(error, scanner->line, "expected text, not a NUL");
        if (is_one_of(c, "+-") && is_digit(at(scanner, 1)))
                return vm_error(error, scanner->line, "expected a number without a sign, not '%.*s'",
                                (int) n, scanner->text + scanner->at);
        scanner->python = is_one_of(c, "+-.():*");
        if (c == '#')
                return vm_error(error, scanner->line,
                                "xl does not accept a comment at the end of the file "
                                "without a newline");
        if (c == '\r')
                return vm_error(error, scanner->line, "xl does not accept lines that end with CR LF");
        if (c >= 'A' && c <= 'Z')
                return vm_error(error, scanner->line,
                                "expected a name in lower case, or a value in quotes, "
                                "not '%.*s'",
                                (int) n, scanner->text + scanner->at);
        return vm_error(error, scanner->line, "xl does not accept '%.*s' here", (int) n,
                        scanner->text + scanner->at);
}

static int take_other(XlScanner *scanner, XlToken *ret, VmError *error) {
        char c = at(scanner, 0);

        if (c == '+' && at(scanner, 1) == '=') {
                scanner->at += 2;
                ret->kind = XL_ADD;
                return 0;
        }
        if (is_one_of(c, ",[]=;")) {
                scanner->at++;
                ret->kind = XL_SIGN;
                ret->sign = c;
                return 0;
        }
        /* flex ends quietly where the file does. */
        if (scanner->n - scanner->at == 1) {
                scanner->at++;
                return 0;
        }
        return refuse(scanner, error);
}

int xl_scan(XlScanner *scanner, XlToken *ret, VmError *reterr) {
        char c;

        while (is_one_of(at(scanner, 0), " \t"))
                scanner->at++;
        *ret = (XlToken){ .line = scanner->line };
        if (scanner->at == scanner->n) {
                ret->line -= scanner->n > 0 && scanner->text[scanner->n - 1] == '\n';
                return 0;
        }
        skip_comment(scanner);
        c = at(scanner, 0);
        if (c == '\n') {
                scanner->at++;
                scanner->line++;
                ret->kind = XL_NEWLINE;
                return 0;
        }
        if (is_letter(c))
                return take_name(scanner, ret);
        if (is_digit(c))
                return take_number(scanner, ret);
        if ((c == '"' || c == '\'') && (string_length(scanner) > 0 || scanner->n - scanner->at > 1))
                return take_string(scanner, ret, reterr);
        return take_other(scanner, ret, reterr);
}
