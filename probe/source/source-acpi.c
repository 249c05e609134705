/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/source/facts.h"

/* Xen keeps dom0's Linux off its units by renaming the table, so that the checksum is kept
 * (xen/drivers/passthrough/vtd/dmar.c, acpi_dmar_zap()): it is read as what it is. */
static Reason read_dmar(Root *root, Buffer *buffer, FirmwareTables *ret) {
        Reason reason = root_read_privileged(root, SOURCE_DMAR, SOURCE_ACPI_TABLE_MAX, buffer);

        ret->dmar_source = SOURCE_DMAR;
        if (reason != REASON_ABSENT)
                return reason;
        reason = root_read_privileged(root, SOURCE_RMAD, SOURCE_ACPI_TABLE_MAX, buffer);
        if (reason == REASON_ABSENT)
                return reason;
        ret->dmar_source = SOURCE_RMAD;
        if (reason == REASON_NONE && buffer->n >= 4 && memcmp(buffer->data, "RMAD", 4) == 0)
                memcpy(buffer->data, "DMAR", 4);
        return reason;
}

int source_acpi_read(Root *root, Buffer *buffer, FirmwareTables *ret) {
        int r;

        ret->references = malloc(sizeof(unsigned));
        if (!ret->references)
                return -ENOMEM;
        *ret->references = 1;
        ret->dmar_reason = read_dmar(root, buffer, ret);
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
