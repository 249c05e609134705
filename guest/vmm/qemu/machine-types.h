/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which machine types which QEMU has. They come with a release and go some years later (QEMU's docs/about/removed-features,
 * and what "-M help" says in 5.2, 7.2, 10.0 and 11.1). */

#include "guest/guest.h"

typedef enum MachineFate {
        MACHINE_THERE = 0,
        MACHINE_NEVER, /* no release has had it */
        MACHINE_NEWER, /* it came with a later one */
        MACHINE_GONE,  /* it was taken out */
} MachineFate;

/* Of pc and q35; a version of zero is the newest, which is always there. *ret_oldest is the oldest that the program has.
 * Where the sources do not say it is there. */
MachineFate policy_machine(
                MachineKind kind, GuestVersion machine, GuestVersion program, GuestVersion *ret_oldest);

/* The newest: a program between two releases has that of the next one. */
GuestVersion policy_newest_machine(GuestVersion program);

/* Whose QEMU has a distribution's own type, "noble" or "rhel9.2.0": as GuestInstalled names it, "" not known. */
const char *policy_machine_of(const char *own);
