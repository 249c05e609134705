/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

/* Answers GetManagedObjects of HAWD_PATH in its turn, a few objects at a time: with thousands of them the library's own would
 * keep everybody waiting. Comes before the object manager; userdata is the ObjectTree. */
int managed_objects_call(sd_bus_message *call, void *userdata, sd_bus_error *error);
