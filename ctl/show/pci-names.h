/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Device names from pci.ids. They depend on the machine that runs hawctl, so a profile never contains
 * them. */

#include <stddef.h>

#include "profile/profile.h"

typedef struct PciNames PciNames;

/* NULL without libpci; names are then "". */
PciNames *pci_names_open(void);
void pci_names_close(PciNames **names);

/* "Intel Corporation Ethernet Controller X710"; "" if unknown. Returns ret. */
const char *pci_names_device(PciNames *names, const ProfileDevice *device, char *ret, size_t size);
