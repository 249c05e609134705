/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

/* Answers GetManagedObjects of HAWD_PATH as a job, a few objects at a time: sd-bus would block others
 * with thousands of objects. Registered before the object manager; userdata is the ObjectTree. */
int managed_objects_call(sd_bus_message *call, void *userdata, sd_bus_error *error);
