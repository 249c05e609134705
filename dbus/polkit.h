/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>
#include <systemd/sd-bus.h>

#define POLKIT_PENDING_MAX 16
#define POLKIT_PENDING_OF_USER_MAX 4

/* Questions to polkit that are under way. */
typedef struct Polkit {
        struct Question *pending[POLKIT_PENDING_MAX];
} Polkit;

/* Runs when the caller may; answers the request itself. -errno or 0. */
typedef int (*PolkitAllowed)(sd_bus_message *request, void *userdata);

/* Asks whether the sender of a request, who is this user, may do `action`, and runs `allowed` when so; else answers the request with
 * HAWD_ERROR_NOT_AUTHORIZED. root may always, also without polkit. `polkit` and `userdata` outlive the bus. */
int polkit_check(Polkit *polkit, sd_bus_message *request, uid_t uid, const char *action,
                PolkitAllowed allowed, void *userdata);

/* Refuses what polkit has not answered yet. A question holds its request, and that the bus: before the last bus is closed. */
void polkit_cancel(Polkit *polkit);
