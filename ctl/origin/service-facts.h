/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The service as this user sees it: whether the bus and the service answer, and systemd's state of its units. */

#include <systemd/sd-bus.h>

#include "ctl/command/options.h"
#include "doctor/surroundings.h"

/* Calls the service, which starts it if the bus can. *ret_bus is the connection, NULL if there is none. */
void service_facts_read(const Options *options, ServiceFacts *ret, sd_bus **ret_bus);
