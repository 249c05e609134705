/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/derive/derive-steps.h"
#include "profile/device-lookup.h"

/* Of the in-tree drivers for mediated PCI devices, only i915 takes BARs from the parent: a virtual GPU has
 * BARs 0 and 2 with the host's length (drivers/gpu/drm/i915/gvt/cfg_space.c, intel_vgpu_init_cfg_space), and
 * their kind, as it copies the rest of configuration space. NVIDIA's driver reports no sizes. */
static bool takes_bar(const ProfileMediated *device, const ProfileBar *bar) {
        return strncmp(device->type, "i915-GVTg_", strlen("i915-GVTg_")) == 0 && !bar->io &&
                        (bar->index == 0 || bar->index == 2);
}

static void derive_bars(const Profile *profile, ProfileMediated *ret) {
        const ProfileDevice *parent = device_lookup_name(profile, ret->parent);

        ret->bars_reason = parent && parent->resource_reason != REASON_NONE ? parent->resource_reason
                                                                            : REASON_ABSENT;
        for (unsigned i = 0; parent && i < parent->n_bars && ret->n_bars < PROFILE_MEDIATED_BARS; i++) {
                const ProfileBar *bar = &parent->bars[i];

                if (!takes_bar(ret, bar) || bar->end - bar->start >= INT64_MAX)
                        continue;
                ret->bars[ret->n_bars++] = (ProfileBar){ .index = bar->index,
                        .is_64bit = bar->is_64bit,
                        .prefetchable = bar->prefetchable,
                        .end = bar->end - bar->start };
        }
        if (ret->n_bars > 0)
                ret->bars_reason = REASON_NONE;
}

int derive_mediated(const Facts *facts, Profile *profile) {
        const MediatedFacts *mediated = &facts->mediated;

        profile->mediated_reason = mediated->reason;
        /* Other buses exist without this one, so there are none. */
        if (mediated->reason == REASON_ABSENT && facts->pci.reason == REASON_NONE)
                profile->mediated_reason = REASON_NONE;
        if (mediated->n == 0)
                return 0;
        profile->mediated = calloc(mediated->n, sizeof(ProfileMediated));
        if (!profile->mediated)
                return -ENOMEM;
        profile->n_mediated = mediated->n;
        for (size_t i = 0; i < mediated->n; i++) {
                const MediatedFact *fact = &mediated->devices[i];
                ProfileMediated *device = &profile->mediated[i];

                memcpy(device->uuid, fact->uuid, sizeof(device->uuid));
                memcpy(device->parent, fact->parent, sizeof(device->parent));
                memcpy(device->type, fact->type, sizeof(device->type));
                memcpy(device->type_name, fact->type_name, sizeof(device->type_name));
                memcpy(device->api, fact->api, sizeof(device->api));
                derive_bars(profile, device);
        }
        return 0;
}
