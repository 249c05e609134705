/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* CPU models on the screen. */

#include "ctl/show/screen.h"
#include "guest/answer/models.h"

/* One line for each. Exit status. */
int models_text_list(const Screen *screen, const Models *models, bool no_legend);

/* A table of widths for each. Exit status. */
int models_text_each(const Screen *screen, const Models *models, bool no_legend);
