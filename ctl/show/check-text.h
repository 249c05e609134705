/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A check for people: the verdict first, then what led to it. */

#include "ctl/show/screen.h"
#include "guest/rules/check.h"

/* "UNSAFE", in its colour, and what it is about. */
void check_text_verdict(const Screen *screen, Verdict verdict, const char *about);

/* Numbers, remedies, what is missing; findings that only inform when `all`. */
void check_text_findings(const Screen *screen, const Guest *guest, const Check *check, bool all);

void check_text_assumed(const Screen *screen, const Guest *guest);

/* The ranges; the exit status. */
int check_text_layout(const Screen *screen, const Layout *layout, bool no_legend);
