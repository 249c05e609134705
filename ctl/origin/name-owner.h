/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The owner of the service's name. A match rule with the service's name filters only broadcasts: anybody
 * can send a signal to one client, and the bus delivers it whatever the rule. */

#include <stdbool.h>
#include <systemd/sd-bus.h>

typedef struct NameOwner {
        char unique[64]; /* "": no owner */
} NameOwner;

/* Reads the owner; none is no error. Starts no service. If called after the match on NameOwnerChanged was
 * added, misses no change. */
int name_owner_read(sd_bus *bus, NameOwner *ret);

/* Applies a NameOwnerChanged signal. Returns < 0 if the sender is not the bus, or for another name. */
int name_owner_changed(NameOwner *owner, sd_bus_message *message);

/* Sent by the owner? */
bool name_owner_sent(const NameOwner *owner, sd_bus_message *message);
