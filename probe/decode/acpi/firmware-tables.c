/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/firmware-tables.h"

#include <stdlib.h>

FirmwareTables firmware_tables_share(const FirmwareTables *tables) {
        if (tables->references)
                ++*tables->references;
        return *tables;
}

void firmware_tables_done(FirmwareTables *tables) {
        if (!tables->references || --*tables->references == 0) {
                dmar_done(&tables->dmar);
                fault_list_done(&tables->dmar_faults);
                ivrs_done(&tables->ivrs);
                fault_list_done(&tables->ivrs_faults);
                iort_done(&tables->iort);
                fault_list_done(&tables->iort_faults);
                device_tree_done(&tables->device_tree);
                fault_list_done(&tables->device_tree_faults);
                free(tables->references);
        }
        *tables = (FirmwareTables){};
}
