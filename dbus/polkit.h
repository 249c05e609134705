/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>
#include <systemd/sd-bus.h>

#define POLKIT_PENDING_MAX 16
#define POLKIT_PENDING_OF_USER_MAX 4

/* Pending questions to polkit. */
typedef struct Polkit {
        struct Question *pending[POLKIT_PENDING_MAX];
} Polkit;

/* Runs if authorized; answers the request itself. -errno or 0. */
typedef int (*PolkitAllowed)(sd_bus_message *request, void *userdata);

/* Checks whether the sender of a request, user `uid`, may do `action`, and calls `allowed` if so; else
 * replies HAWD_ERROR_NOT_AUTHORIZED. root is always allowed, even without polkit. `polkit` and `userdata`
 * outlive the bus. */
int polkit_check(Polkit *polkit, sd_bus_message *request, uid_t uid, const char *action,
                PolkitAllowed allowed, void *userdata);

/* Refuses what polkit has not answered. Call before closing the bus: a question references its request,
 * and that the bus. */
void polkit_cancel(Polkit *polkit);
