/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What moved between two boots of one host. */

#include <jansson.h>

#include "profile/finding.h"

/* The finding changed-since-last-boot from the documents of the former boot and of this one. Zero when no width, no
 * reserved region and no group moved. Its strings are the caller's; finding_done() empties it. -ENOMEM only. */
int history_finding(json_t *before, json_t *after, Finding *ret);
