/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <systemd/sd-bus.h>

#include "profile/profile.h"

/* Answers Compare: another host's document, as text, against this one. Returns 0 and the size of the
 * answer. */
int comparison_reply(sd_bus_message *message, const Profile *profile, const char *text, size_t n,
                size_t *ret_bytes, sd_bus_error *error);
