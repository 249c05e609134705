/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/device-lookup.h"

#include <stdlib.h>
#include <string.h>

ProfileDevice *device_lookup(const Profile *profile, const PciAddress *address) {
        size_t low = 0, high = profile->n_devices;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int r = pci_address_compare(address, &profile->devices[middle].address);

                if (r == 0)
                        return &profile->devices[middle];
                if (r < 0)
                        high = middle;
                else
                        low = middle + 1;
        }
        return NULL;
}

ProfileDevice *device_lookup_name(const Profile *profile, const char *name) {
        PciAddress address;

        if (!pci_address_parse((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, &address))
                return NULL;
        return device_lookup(profile, &address);
}

static int compare_uuid(const void *key, const void *element) {
        return strcmp(key, ((const ProfileMediated *) element)->uuid);
}

const ProfileMediated *device_lookup_mediated(const Profile *profile, const char *uuid) {
        if (profile->n_mediated == 0)
                return NULL;
        return bsearch(uuid, profile->mediated, profile->n_mediated, sizeof(ProfileMediated), compare_uuid);
}
