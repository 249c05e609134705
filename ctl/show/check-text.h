/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Prints a check: the verdict first, then the reasons. */

#include "ctl/show/screen.h"
#include "guest/rules/check.h"

/* "UNSAFE", coloured, and its subject. */
void check_text_verdict(const Screen *screen, Verdict verdict, const char *about);

/* Numbers, remedies, what is missing; informative findings only with `all`. */
void check_text_findings(const Screen *screen, const Guest *guest, const Check *check, bool all);

void check_text_assumed(const Screen *screen, const Guest *guest, const Check *check);

/* Prints ranges. Exit status. */
int check_text_layout(const Screen *screen, const Layout *layout, bool no_legend);
