/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/show/screen.h"

/* "Label       text", wrapped below itself. */
void status_line(const Screen *screen, const char *label, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
