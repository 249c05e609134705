/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "profile/change/history-moves.h"

/* Adds what groups gained, lost, came and went, told by their devices: the kernel numbers groups anew at every boot, so a
 * number alone says nothing. Both are arrays of groups as in documents. -ENOMEM only. */
int history_groups(json_t *before, json_t *after, Moves *moves);
