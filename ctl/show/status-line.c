/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/status-line.h"

#include <stdarg.h>

#include "ctl/show/safe-output.h"

#define LABEL_WIDTH 12

void status_line(const Screen *screen, const char *label, const char *format, ...) {
        char text[1024];
        va_list ap;

        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        printf("%s%-*s%s", screen_bold(screen), LABEL_WIDTH, label, screen_off(screen));
        screen_wrap(screen, LABEL_WIDTH, text);
}
