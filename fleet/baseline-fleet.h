/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A fleet as a baseline reads it. */

#include "fleet/baseline.h"
#include "fleet/fleet.h"

typedef struct FleetReader {
        const Fleet *fleet;
        HostClass class; /* that was asked for last; owned */
        char key[CLASS_KEY_SIZE], pool[CLASS_KEY_SIZE];
} FleetReader;

/* The reader, and the finished fleet, must outlive the result. */
BaselineFleet fleet_reader(FleetReader *reader, const Fleet *fleet);
void fleet_reader_done(FleetReader *reader);
