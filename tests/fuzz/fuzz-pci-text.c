/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/pci/pci-address.h"
#include "probe/decode/pci/pci-resource.h"
#include "probe/decode/pci/pci-uevent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const Bytes text = { .data = data, .n = size };
        PciResources resources;
        FaultList faults = {};
        PciAddress address;
        PciUevent uevent;

        pci_resources_decode(text, &resources, &faults);
        for (unsigned i = 0; i < PCI_RESOURCE_BARS; i++)
                if (resources.list[i].present && resources.list[i].end < resources.list[i].start)
                        abort();
        pci_uevent_decode(text, &uevent);
        if (pci_address_parse(text, &address)) {
                char back[PCI_ADDRESS_TEXT_MAX];

                /* An address is written in one way only. */
                pci_address_format(&address, back, sizeof(back));
                if (strlen(back) != size || memcmp(back, data, size) != 0)
                        abort();
        }
        fault_list_done(&faults);
        return 0;
}
