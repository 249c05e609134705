/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/pci/pci-acs.h"
#include "probe/decode/pci/pci-config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As many parts as the lists, the header and the fields make. */
#define PARTS_MAX (PCI_CAPABILITIES_MAX + 16)

/* Only what the walk asks for, and ones in between: as it is read, and as a capture keeps it. */
static Bytes read_parts(Bytes config, uint8_t *ret, FaultList *faults) {
        Bytes read = { .data = ret };
        PciWalk walk = {};
        BytesRange range;
        unsigned n = 0;

        while (pci_walk_next(&walk, read, &range, faults)) {
                Bytes part = bytes_part(config, range.offset, range.n);

                if (++n > PARTS_MAX)
                        abort();
                if (part.n > 0)
                        memcpy(ret + range.offset, part.data, part.n);
                if (part.n > 0 && range.offset + part.n > read.n)
                        read.n = range.offset + part.n;
        }
        return read;
}

/* The parts alone give the same as the whole, and so do the parts that are read of the parts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const Bytes config = { .data = data,
                .n = size < PCI_EXTENDED_CONFIG_SIZE ? size : PCI_EXTENDED_CONFIG_SIZE };
        uint8_t *parts = malloc(PCI_EXTENDED_CONFIG_SIZE), *again = malloc(PCI_EXTENDED_CONFIG_SIZE);
        FaultList faults = {}, part_faults = {};
        PciConfig whole, of_parts;

        if (!parts || !again)
                abort();
        memset(parts, 0xff, PCI_EXTENDED_CONFIG_SIZE);
        memset(again, 0xff, PCI_EXTENDED_CONFIG_SIZE);
        Bytes read = read_parts(config, parts, NULL), second = read_parts(read, again, NULL);
        bool known = pci_config_decode(config, &whole, &faults);
        if (known != pci_config_decode(read, &of_parts, &part_faults) ||
                        memcmp(&whole, &of_parts, sizeof(whole)) != 0 || faults.n != part_faults.n ||
                        read.n != second.n || memcmp(parts, again, read.n) != 0)
                abort();
        if (known) {
                const PciAcs acs = { whole.acs_capability, whole.acs_control };

                (void) pci_acs_missing(&acs, whole.port_type, whole.multifunction);
        }
        free(parts);
        free(again);
        fault_list_done(&faults);
        fault_list_done(&part_faults);
        return 0;
}
