/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls of QEMU that start no machine: they print a help or a version, and end. */

#include "guest/form/words/words.h"

/* What stands behind the program. */
bool vm_is_query(const VmWord *words, size_t n);

/* Options that QEMU has and few others, for a program of another name: how many different ones there are. */
unsigned vm_count_options(const VmWord *words, size_t n);
