/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Logs one line per message to standard error: with its priority for the journal (sd-daemon(3)), else
 * with the program's name. */

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
