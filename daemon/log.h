/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One line a message on standard error: with its priority where the journal reads it (sd-daemon(3)), with the program's
 * name elsewhere. */

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
