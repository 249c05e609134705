/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "dbus/senders.h"

/* Rejects a call over the limit with SD_BUS_ERROR_LIMITS_EXCEEDED, or without reply if too many were sent
 * this second: a bus daemon limits how many calls of a connection may be unanswered. */
void refuse_call(sd_bus_message *call, User *user);

/* The same for an answer too large for a busy bus. */
void refuse_large(sd_bus_message *call, User *user);
