/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The audit of one process, in a child that has its rights. */

#include <stdbool.h>

#include "ctl/process/process-job.h"
#include "guest/form/json/site-defaults.h"
#include "guest/rules/check.h"
#include "guest/vmm/defaults.h"

typedef struct AuditQuestion {
        const Profile *profile;
        const SiteDefaults *site;
        const GuestInstalled *installed;
        bool json; /* the whole answer of the check is wanted, too */
} AuditQuestion;

/* A ProcessWork; `userdata` is an AuditQuestion. The row of the audit's JSON without the process's numbers; null when it has
 * gone, or is no VMM. */
int audit_process(const ProcessJob *job, void *channel, const void *userdata, json_t **ret);
