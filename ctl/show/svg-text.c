/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/svg-text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "probe/decode/text.h"

/* In units of font size. */
static double advance(unsigned char c) {
        if (c >= 0x80)
                return 1.0;
        if (strchr("mwMW@%", c))
                return 1.0;
        if ((c >= 'A' && c <= 'Z') || strchr("=+<>~^#&", c))
                return 0.86;
        return strchr(" .,:;()[]/-'|!ijlft", c) ? 0.42 : 0.66;
}

static bool continues(char c) {
        return (c & 0xc0) == 0x80;
}

double svg_text_width(const char *text, double size) {
        double width = 0;

        for (; *text; text++)
                if (!continues(*text))
                        width += advance((unsigned char) *text) * size;
        return width;
}

size_t svg_text_break(const char *text, double size, double width) {
        size_t blank = 0, n = 0;
        double x = 0;

        for (; text[n]; n++) {
                if (continues(text[n]))
                        continue;
                x += advance((unsigned char) text[n]) * size;
                if (x > width && n > 0)
                        return blank ? blank : n;
                if (text[n] == ' ')
                        blank = n;
        }
        return n;
}

void svg_text_put(FILE *file, const char *text, size_t n) {
        char part[1024], printable[1024];

        snprintf(part, sizeof(part), "%.*s", (int) n, text);
        text_shown(part, printable, sizeof(printable));
        for (const char *c = printable; *c; c++)
                switch (*c) {
                case '&':
                        fputs("&amp;", file);
                        break;
                case '<':
                        fputs("&lt;", file);
                        break;
                case '>':
                        fputs("&gt;", file);
                        break;
                case '"':
                        fputs("&quot;", file);
                        break;
                default:
                        fputc(*c, file);
                }
}
