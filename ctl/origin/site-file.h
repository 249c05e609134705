/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/command/options.h"
#include "guest/form/json/site-defaults.h"

/* The file of --defaults, NULL: none is given; then /etc/hawd/guest-defaults.json where the host that is asked about is this one, and there is such a
 * file: it counts only if root alone may write to it. An exit status; what is wrong is on standard error. */
int site_file_read(const Options *options, const char *file, SiteDefaults *ret);
