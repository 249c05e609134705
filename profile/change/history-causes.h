/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "profile/change/history-moves.h"

/* Adds possible causes of changed widths between two boots: kernel, its parameters, firmware tables, CPU and
 * setup. -ENOMEM only. */
int history_causes(json_t *before, json_t *after, Moves *causes);
