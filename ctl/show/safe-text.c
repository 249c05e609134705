/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/safe-text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/character.h"
#include "probe/cleanup.h"

#define SHORT_MAX 300

static int put_escaped(const SafeText *safe, uint32_t code) {
        char text[CHARACTER_ESCAPE_SIZE];
        size_t n = character_escape(code, text);

        return safe->put(safe->userdata, text, n);
}

static int put_byte(const SafeText *safe, uint8_t byte) {
        char text[5];

        snprintf(text, sizeof(text), "\\x%02x", byte);
        return safe->put(safe->userdata, text, 4);
}

/* 1: the passing sequence starts here, 0: not, -EAGAIN: more bytes are needed. */
static int passes(const SafeText *safe, const uint8_t *data, size_t n) {
        size_t length = safe->passes ? strlen(safe->passes) : 0;

        if (length == 0 || memcmp(data, safe->passes, n < length ? n : length) != 0)
                return 0;
        return n < length ? -EAGAIN : 1;
}

static ssize_t put_control(const SafeText *safe, const uint8_t *data, size_t n) {
        int r = data[0] == 0x1b ? passes(safe, data, n) : 0;

        if (r < 0)
                return r;
        if (r > 0)
                return safe->put(safe->userdata, "\x1b", 1) < 0 ? -EIO : (ssize_t) strlen(safe->passes);
        if (data[0] == '\n' && safe->last_newline && n == 1)
                return safe->put(safe->userdata, "\n", 1) < 0 ? -EIO : 1;
        return put_escaped(safe, data[0]) < 0 ? -EIO : 1;
}

/* Handles one special character. Returns its bytes, -EAGAIN: more are needed, -EIO. */
static ssize_t put_character(const SafeText *safe, const uint8_t *data, size_t n) {
        uint32_t code;
        int length, r;

        if (data[0] < 0x80)
                return put_control(safe, data, n);
        length = character_decode(data, n, &code);
        if (length < 0)
                return length;
        if (length == 0)
                return put_byte(safe, data[0]) < 0 ? -EIO : 1;
        r = safe->ascii || character_is_unseen(code) ? put_escaped(safe, code)
                                                     : safe->put(safe->userdata, data, (size_t) length);
        return r < 0 ? -EIO : length;
}

static bool plain(const SafeText *safe, uint8_t c) {
        return (c >= 0x20 && c <= 0x7e) || (safe->lines && (c == '\t' || c == '\n'));
}

ssize_t safe_text_put(const SafeText *safe, const void *text, size_t n) {
        const uint8_t *data = text;

        while (n > 0) {
                size_t run = 0;
                ssize_t taken;

                while (run < n && plain(safe, data[run]))
                        run++;
                if (run > 0 && safe->put(safe->userdata, data, run) < 0)
                        return -1;
                data += run;
                n -= run;
                if (n == 0)
                        break;
                taken = put_character(safe, data, n);
                if (taken == -EAGAIN)
                        break;
                if (taken < 0)
                        return -1;
                data += taken;
                n -= (size_t) taken;
        }
        return (ssize_t) n;
}

/* ── lines ─────────────────────────────────────────────────────────────────────────────────────────────── */

static int put_file(void *userdata, const void *text, size_t n) {
        return fwrite(text, 1, n, userdata) == n ? 0 : -1;
}

static char *line_of(const char *text, size_t n, const char *end, bool ascii) {
        _cleanup_free_ char *line = NULL;
        size_t size;
        FILE *f = open_memstream(&line, &size);
        const SafeText safe = { .put = put_file, .userdata = f, .ascii = ascii };
        ssize_t left;

        if (!f)
                return NULL;
        left = safe_text_put(&safe, text, n);
        for (; left > 0; left--)
                (void) put_byte(&safe, (uint8_t) text[n - (size_t) left]);
        fputs(end, f);
        return fclose(f) == 0 ? TAKE_PTR(line) : NULL;
}

char *safe_line(const char *text, bool utf8) {
        return line_of(text, strlen(text), "", !utf8);
}

char *safe_short_line(const char *text) {
        size_t n = strnlen(text, SHORT_MAX);

        /* At most three continuation bytes. */
        for (size_t i = 0; i < 3 && ((uint8_t) text[n] & 0xc0) == 0x80; i++)
                n++;
        return line_of(text, n, text[n] ? "..." : "", false);
}
