/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which of QEMU's options move no memory, and which take a value. */

#include <stdbool.h>

bool vm_option_is_harmless(const char *name);
bool vm_option_stands_alone(const char *name);

/* Known, with a value behind it; beside those whose keys and values are looked at. */
bool vm_option_has_value(const char *name);
