/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "dbus/senders.h"

/* Answers a call of somebody who has had their share with SD_BUS_ERROR_LIMITS_EXCEEDED; with nothing when that was told often
 * enough this second: a daemon of the bus lets a connection have so many calls without an answer, and no more. */
void refuse_call(sd_bus_message *call, User *user);

/* The same for an answer that is too large for a bus as busy as it is. */
void refuse_large(sd_bus_message *call, User *user);
