/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "probe/source/facts.h"

int source_acpi_read(Root *root, Buffer *buffer, FirmwareTables *ret) {
        int r;

        ret->references = malloc(sizeof(unsigned));
        if (!ret->references)
                return -ENOMEM;
        *ret->references = 1;
        ret->dmar_reason = root_read_privileged(root, SOURCE_DMAR, SOURCE_ACPI_TABLE_MAX, buffer);
        if (ret->dmar_reason == REASON_NONE) {
                r = dmar_decode(buffer_bytes(buffer), &ret->dmar, &ret->dmar_faults);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        ret->dmar_reason = REASON_MALFORMED;
        }

        ret->ivrs_reason = root_read_privileged(root, SOURCE_IVRS, SOURCE_ACPI_TABLE_MAX, buffer);
        if (ret->ivrs_reason == REASON_NONE) {
                r = ivrs_decode(buffer_bytes(buffer), &ret->ivrs, &ret->ivrs_faults);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        ret->ivrs_reason = REASON_MALFORMED;
        }

        ret->iort_reason = root_read_privileged(root, SOURCE_IORT, SOURCE_ACPI_TABLE_MAX, buffer);
        if (ret->iort_reason == REASON_NONE) {
                r = iort_decode(buffer_bytes(buffer), &ret->iort, &ret->iort_faults);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        ret->iort_reason = REASON_MALFORMED;
        }
        return 0;
}
