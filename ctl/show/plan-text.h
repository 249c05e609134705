/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What to change, for people: the plan for the whole guest, and what helps against one finding. */

#include "ctl/show/screen.h"
#include "guest/rules/check.h"

void plan_text(const Screen *screen, const Guest *guest, const Check *check);
/* Whether the finding's own remedy is part of the plan. */
bool plan_text_same(const CheckPlan *plan, const CheckFinding *finding);
/* Not repeated where it is the plan. */
void plan_text_remedy(const Screen *screen, const Guest *guest, const CheckFinding *finding, bool is_plan);
