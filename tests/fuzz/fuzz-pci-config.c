/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/pci/pci-acs.h"
#include "probe/decode/pci/pci-capability.h"
#include "probe/decode/pci/pci-express.h"
#include "probe/decode/pci/pci-header.h"
#include "probe/decode/pci/pci-rebar.h"
#include "probe/decode/pci/pci-sriov.h"
#include "probe/decode/pci/pci-translation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_capability(Bytes config, const PciCapability *capability) {
        PciRebar rebar;
        PciSriov sriov;
        PciPasid pasid;
        PciAcs acs;
        PciAts ats;
        PciPri pri;

        (void) pci_express_type(config, capability->offset);
        if (pci_acs_decode(config, capability->offset, &acs))
                (void) pci_acs_missing(&acs, PCI_EXPRESS_ROOT_PORT, false);
        (void) pci_ats_decode(config, capability->offset, &ats);
        (void) pci_pasid_decode(config, capability->offset, &pasid);
        (void) pci_pri_decode(config, capability->offset, &pri);
        (void) pci_sriov_decode(config, capability->offset, &sriov);
        pci_rebar_decode(config, capability->offset, &rebar, NULL);
        for (unsigned i = 0; i < rebar.n; i++)
                if (rebar.entries[i].bar > 5)
                        abort();
}

/* Every decoder at every capability, whatever its id says; scrubbing stays inside the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const Bytes config = { .data = data, .n = size };
        PciCapabilities list, scrubbed;
        FaultList faults = {};
        PciHeader header;
        uint8_t *copy = malloc(size ? size : 1);

        if (!copy)
                return 0;
        (void) pci_header_decode(config, &header);
        pci_capabilities_decode(config, &list, &faults);
        for (unsigned i = 0; i < list.n; i++)
                decode_capability(config, &list.list[i]);
        if (size)
                memcpy(copy, data, size);
        pci_config_scrub(copy, size);
        pci_capabilities_decode((Bytes){ .data = copy, .n = size }, &scrubbed, NULL);
        free(copy);
        fault_list_done(&faults);
        return 0;
}
