/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

static void __attribute__((format(printf, 2, 0)))
log_line(const char *priority, const char *format, va_list arguments) {
        char text[1024];

        vsnprintf(text, sizeof(text), format, arguments);
        if (getenv("JOURNAL_STREAM"))
                fprintf(stderr, "%s%s\n", priority, text);
        else
                fprintf(stderr, "%s: %s\n", program_invocation_short_name, text);
}

#define LOG_FUNCTION(name, priority)                   \
        void name(const char *format, ...) {           \
                va_list arguments;                     \
                                                       \
                va_start(arguments, format);           \
                log_line(priority, format, arguments); \
                va_end(arguments);                     \
        }

LOG_FUNCTION(log_error, SD_ERR)
LOG_FUNCTION(log_warning, SD_WARNING)
LOG_FUNCTION(log_info, SD_INFO)
