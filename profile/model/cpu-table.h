/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The tables of cpu-widths.c. Other files use cpu-widths.h. */

#include "probe/cleanup.h"
#include "profile/model/cpu-widths.h"

/* Sorted by vendor, family, model. */
extern const CpuSeen cpus_seen[];
extern const size_t n_cpus_seen;

/* Sorted by strcmp(). */
extern const CpuNamed cpus_named[];
extern const size_t n_cpus_named;
