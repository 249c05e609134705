/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "guest/rules/run.h"

/* For a device that may be any of the host's: is there one that VFIO takes? */
void device_find_any(CheckRun *run, const char *subject);
