/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Does a host have fewer address bits than others with its CPU family and model, and why (docs/models.md)? */

#include "profile/profile.h"

typedef enum NarrowCause {
        NARROW_NOT = 0, /* no, or it cannot be told: some CPUs of one family and model are made narrower */
        NARROW_ENCRYPTION,
        NARROW_FIRMWARE,   /* Intel's "Limit CPU PA to 46 bits"; the CPU does not report it */
        NARROW_HYPERVISOR, /* the host is a virtual machine */
} NarrowCause;

typedef struct CpuNarrow {
        NarrowCause cause;
        uint8_t bits;         /* of this host: after encryption if that is the cause, else the CPU's */
        uint8_t usual;        /* the most frequent width above */
        bool kernels;         /* the counts are of kernels' reports only, else of CPUs */
        unsigned n_usual, of; /* how many of all have `usual` */
} CpuNarrow;

void cpu_narrow(const Profile *profile, CpuNarrow *ret);
