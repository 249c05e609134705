/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of devices by pci.ids. They depend on the machine that looks, so they are for the screen and never part of a
 * profile. */

#include <stddef.h>

#include "profile/profile.h"

typedef struct PciNames PciNames;

/* NULL without libpci: every name is then "". */
PciNames *pci_names_open(void);
void pci_names_close(PciNames **names);

/* "Intel Corporation Ethernet Controller X710"; "" when there is none. Returns ret. */
const char *pci_names_device(PciNames *names, const ProfileDevice *device, char *ret, size_t size);
