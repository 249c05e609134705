/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* As profile/architecture.h, before there is a profile. */

#include <stdbool.h>

#include "probe/source/facts.h"

/* By the kernel's name of it; without the name, by /proc/cpuinfo. */
bool facts_are_arm64(const Facts *facts);
