/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "probe/decode/firmware/device-tree.h"
#include "probe/decode/firmware/hypervisor-name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Two bytes of cells, one with the length of the bus's ranges, these, and a property that is read as each kind.
 * Windows do not wrap, limits are widths, and their number is bounded. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        if (size < 3)
                return 0;

        Bytes rest = { .data = data + 3, .n = size - 3 };
        Bytes ranges = bytes_part(rest, 0, data[2]), property = bytes_part(rest, ranges.n, rest.n);
        const DeviceTreeBus buses[] = {
                { .address_cells = data[0] & 3, .size_cells = data[0] >> 2 & 3, .has_ranges = true },
                { .address_cells = data[1] & 3,
                                .size_cells = data[1] >> 2 & 3,
                                .has_ranges = data[1] >> 7,
                                .ranges = ranges },
        };
        DeviceTreeBridge bridge = {};
        FaultList faults = {};
        uint64_t address = 0;
        uint32_t cell;

        for (size_t n = 1; n <= 2; n++)
                device_tree_windows_decode(property, buses, n, &bridge, &faults);
        if (bridge.n_windows > DEVICE_TREE_WINDOWS_MAX)
                abort();
        for (size_t i = 0; i < bridge.n_windows; i++)
                if (bridge.windows[i].start > bridge.windows[i].end ||
                                bridge.windows[i].space >= _DEVICE_TREE_SPACE_MAX)
                        abort();
        device_tree_dma_decode(property, buses[1].address_cells, &bridge, &faults);
        if (bridge.dma_bits > 64 || bridge.n_dma_ranges > DEVICE_TREE_WINDOWS_MAX ||
                        (bridge.dma_reason != REASON_NONE && bridge.n_dma_ranges > 0))
                abort();
        for (size_t i = 0; i < bridge.n_dma_ranges; i++)
                if (bridge.dma_ranges[i].start > bridge.dma_ranges[i].end)
                        abort();
        if (device_tree_reg(property, buses[1].address_cells, &address))
                (void) device_tree_translate(buses, 2, &address);
        (void) device_tree_cell(property, &cell);
        (void) device_tree_smmu(property);
        (void) device_tree_available(true, property);
        if (!*hypervisor_by_node(property))
                abort();
        (void) hypervisor_by_dmi(property);
        fault_list_done(&faults);
        return 0;
}
