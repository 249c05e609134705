/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes that may resolve a finding, by machine. */

#include "guest/answer/search.h"

typedef struct Candidates {
        const Guest *guest;
        const Profile *profile;
        const ProfileDevice *const *places;
        const Check *check;
        const CheckFinding *finding;
        Change *changes;
        size_t n;
} Candidates;

void candidates_add(Candidates *c, ChangeKind kind, uint64_t value);
/* For QEMU's virt, whose width is not set but follows from the host or the CPU model. */
void candidates_virt(Candidates *c);
/* Of guests of a hypervisor (vmm.h). */
void candidates_hypervisor(Candidates *c);
