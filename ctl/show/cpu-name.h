/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#define CPU_NAME_MAX 128

/* The model of a CPU without the words that all models of its vendor have: "Core i7-8700" of "Intel(R) Core(TM) i7-8700
 * CPU @ 3.20GHz". Writes to ret[size] and returns it. */
char *cpu_name(const char *model, char *ret, size_t size);
