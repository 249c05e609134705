/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "profile/change/history-moves.h"

/* Adds what may have moved a width between two boots: kernel, its parameters, firmware tables, the CPU and its setup.
 * -ENOMEM only. */
int history_causes(json_t *before, json_t *after, Moves *causes);
