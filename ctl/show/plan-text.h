/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Prints what to change: the plan for the guest, and remedies of single findings. */

#include "ctl/show/screen.h"
#include "guest/rules/check.h"

void plan_text(const Screen *screen, const Guest *guest, const Check *check);
/* Whether the plan contains the finding's remedy. */
bool plan_text_same(const CheckPlan *plan, const CheckFinding *finding);
/* Prints nothing if it is the plan. */
void plan_text_remedy(const Screen *screen, const Guest *guest, const CheckFinding *finding, bool is_plan);
