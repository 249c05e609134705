/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who owns the service's name. A match rule that names the service keeps out broadcasts of others only: anybody may send a
 * signal to one client alone, and the bus passes it whatever the rule says. */

#include <stdbool.h>
#include <systemd/sd-bus.h>

typedef struct NameOwner {
        char unique[64]; /* "" while nobody owns it */
} NameOwner;

/* Who owns it now; nobody is no error. Starts no service. Asked after the match on NameOwnerChanged was added, no change is
 * missed. */
int name_owner_read(sd_bus *bus, NameOwner *ret);

/* Takes over what a NameOwnerChanged told. Less than 0: it came from somebody else than the bus, or is of another name. */
int name_owner_changed(NameOwner *owner, sd_bus_message *message);

/* Did the owner send it? */
bool name_owner_sent(const NameOwner *owner, sd_bus_message *message);
