/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/iort-stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

IortStream iort_stream(const Iort *iort, const PciAddress *address) {
        uint16_t rid = (uint16_t) (address->bus << 8 | address->device << 3 | address->function);
        IortStream stream = { .unit = IORT_NO_UNIT };

        if (address->domain <= UINT16_MAX)
                stream.unit = iort_stream_of(iort, (uint16_t) address->domain, rid, &stream.id);
        return stream;
}

bool iort_reserved_for(const IortReserved *reserved, IortStream stream) {
        for (size_t i = 0; stream.unit >= 0 && i < reserved->n_mappings; i++) {
                const IortMapping *mapping = &reserved->mappings[i];

                if (mapping->valid && mapping->unit == stream.unit && stream.id >= mapping->output_base &&
                                stream.id - mapping->output_base < mapping->count)
                        return true;
        }
        return false;
}

bool smmu_driven(const Profile *profile, uint64_t base) {
        char v3[32], v2[32];

        snprintf(v3, sizeof(v3), "smmu3.0x%016" PRIx64, base);
        snprintf(v2, sizeof(v2), "smmu.0x%016" PRIx64, base);
        for (size_t i = 0; i < profile->n_iommus; i++)
                if (strcmp(profile->iommus[i].name, v3) == 0 || strcmp(profile->iommus[i].name, v2) == 0)
                        return true;
        return false;
}
