/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/class-cursor.h"

#include <string.h>

bool cursor_take(Cursor *cursor, char separator, Cursor *ret) {
        const char *end;

        if (cursor->at == cursor->end)
                return false;
        end = memchr(cursor->at, separator, (size_t) (cursor->end - cursor->at));
        *ret = (Cursor){ cursor->at, end ? end : cursor->end };
        cursor->at = end ? end + 1 : cursor->end;
        return true;
}

bool cursor_take_text(Cursor *cursor, char separator, char *ret, size_t size) {
        Cursor word;
        size_t n;

        if (!cursor_take(cursor, separator, &word))
                return false;
        n = (size_t) (word.end - word.at);
        if (n >= size)
                return false;
        memcpy(ret, word.at, n);
        ret[n] = 0;
        return true;
}

bool cursor_number(Cursor *cursor, unsigned base, uint64_t *ret) {
        static const char digits[] = "0123456789abcdef";
        const char *start = cursor->at;
        uint64_t number = 0;

        for (; cursor->at < cursor->end; cursor->at++) {
                const char *digit = memchr(digits, *cursor->at, base);

                if (!digit)
                        break;
                if (__builtin_mul_overflow(number, base, &number) ||
                                __builtin_add_overflow(number, (uint64_t) (digit - digits), &number))
                        return false;
        }
        *ret = number;
        return cursor->at > start;
}

bool cursor_char(Cursor *cursor, char c) {
        if (cursor->at == cursor->end || *cursor->at != c)
                return false;
        cursor->at++;
        return true;
}
