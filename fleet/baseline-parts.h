/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Steps of baseline_make(). Each returns 0 or a negative errno. */

#include <jansson.h>

#include "fleet/baseline.h"

/* Counts a name; NULL: unknown. `totals` is an object of numbers of hosts. */
int baseline_count(json_t *totals, const char *name, uint64_t hosts);
int baseline_counts_make(json_t *totals, BaselineCounts *ret);
void baseline_counts_done(BaselineCounts *counts);

/* Sorts the classes by width and builds the ladder. Steps point into ret->order. */
int baseline_width_make(const Baseline *baseline, bool devices, BaselineWidth *ret);

/* See Baseline.memory; after the widths. */
uint64_t baseline_memory(const Baseline *baseline);

/* `keys`: of all classes, NULL if in none. Sets the pool of each class. */
int baseline_pools_make(Baseline *baseline, char *const *keys);

/* Adds what a class reserves. */
int baseline_regions_add(RangeSet *all, const Profile *profile);
/* From the union of all regions, which is normalised and cut here. */
int baseline_regions_make(Baseline *baseline, RangeSet *all);
int baseline_regions_count(Baseline *baseline, const Profile *profile, uint64_t hosts);
