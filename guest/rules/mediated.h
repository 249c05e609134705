/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "guest/rules/run.h"

/* Fills in the BARs of a mediated device as far as the host tells them. */
void mediated_fill(GuestDevice *device, const Profile *profile);
