/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/source/facts.h"

/* Reads again one function, its old and new group, and its IOMMU unit. -ENOMEM. */
int regather_device(Root *root, Buffer *buffer, const PciAddress *address, Facts *facts);
