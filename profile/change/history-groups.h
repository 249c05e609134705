/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "profile/change/history-moves.h"

/* Adds groups that appeared, disappeared, gained or lost devices. Groups are matched by devices, as the
 * kernel renumbers them at every boot. Both are arrays of groups as in documents. -ENOMEM only. */
int history_groups(json_t *before, json_t *after, Moves *moves);
