/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/source/facts.h"

/* Reads one function again, with the group it was in and the group it is in now, and the unit before it. -ENOMEM. */
int regather_device(Root *root, Buffer *buffer, const PciAddress *address, Facts *facts);
