/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Audits one process in a child with its rights. */

#include <stdbool.h>

#include "ctl/process/process-job.h"
#include "guest/form/json/site-defaults.h"
#include "guest/rules/check.h"
#include "guest/vmm/defaults.h"

typedef struct AuditQuestion {
        const Profile *profile;
        const SiteDefaults *site;
        const GuestInstalled *installed;
        bool json; /* also report the whole result of the check */
} AuditQuestion;

/* A ProcessWork; `userdata` is an AuditQuestion. Returns the row of the audit's JSON without PID; null:
 * the process has ended or is no VMM. */
int audit_process(const ProcessJob *job, void *channel, const void *userdata, json_t **ret);

/* The same for a guest of Xen, which has no process: takes the guest's content. `why` not empty: its settings are
 * unknown. -ENOMEM. */
int audit_domain(const AuditQuestion *question, Guest *guest, const char *why, json_t **ret);
