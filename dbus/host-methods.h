/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The methods of the host object. Their userdata is the Publication inside an ObjectTree. */

#include <systemd/sd-bus.h>

int host_describe(sd_bus_message *message, void *userdata, sd_bus_error *error);
int host_describe_fd(sd_bus_message *message, void *userdata, sd_bus_error *error);
int host_check(sd_bus_message *message, void *userdata, sd_bus_error *error);
int host_compare(sd_bus_message *message, void *userdata, sd_bus_error *error);
int host_refresh(sd_bus_message *message, void *userdata, sd_bus_error *error);
