/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A fleet's baseline on one screen. */

#include "ctl/show/screen.h"
#include "fleet/baseline-document.h"
#include "fleet/baseline-settings.h"

typedef struct BaselineText {
        Screen screen;
        const Baseline *baseline;
        const BaselineFleet *fleet;
        uint8_t for_width;                /* 0: none was asked for */
        bool all;                         /* all classes, steps, regions and pools */
        bool all_settings;                /* all settings, and nothing else */
        bool no_legend;                   /* no headings */
        const BaselineSettings *settings; /* NULL: they were not checked */
} BaselineText;

/* Returns an exit status after printing the error. */
int baseline_text(const BaselineText *text);
