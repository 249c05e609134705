/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes between two boots of one host. */

#include <jansson.h>

#include "profile/finding.h"

/* Creates the finding changed-since-last-boot from the documents of the previous and current boot. Zero if
 * no width, reserved region or group changed. Free the finding with finding_done(). -ENOMEM only. */
int history_finding(json_t *before, json_t *after, Finding *ret);
