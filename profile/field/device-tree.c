/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/json-faults.h"
#include "profile/document/read-value.h"
#include "profile/field/tables.h"

static int check_window(const JsonValue *value, void *object, const void *before) {
        const DeviceTreeWindow *window = object;

        return range_check(value, window->start, window->end);
}

#define WINDOW(member) FIELD_MEMBER(DeviceTreeWindow, member)

static const Field window_fields[] = {
        { "space", FIELD_WORD, 0, WINDOW(space), .words = &device_tree_space_words,
                        .text = "What its addresses are on the bus." },
        { "prefetchable", FIELD_BOOLEAN, 0, WINDOW(prefetchable), .text = "Reads have no effects." },
        { "busStart", FIELD_HEX, 0, WINDOW(bus), .text = "First address on the bus." },
        { "start", FIELD_HEX, 0, WINDOW(start), .text = "First address of the CPU." },
        { "end", FIELD_HEX, 0, WINDOW(end), .text = "Last address of the CPU." },
};
static const FieldTable window_table = { FIELD_TABLE(window_fields), .check = check_window };

static int check_dma_range(const JsonValue *value, void *object, const void *before) {
        const DeviceTreeRange *range = object;

        return range_check(value, range->start, range->end);
}

static const Field dma_range_fields[] = {
        { "start", FIELD_HEX, 0, FIELD_MEMBER(DeviceTreeRange, start), .text = "First address." },
        { "end", FIELD_HEX, 0, FIELD_MEMBER(DeviceTreeRange, end), .text = "Last address." },
};
static const FieldTable dma_range_table = { FIELD_TABLE(dma_range_fields), .check = check_dma_range };

#define BRIDGE(member) FIELD_MEMBER(DeviceTreeBridge, member)

static const Field bridge_fields[] = {
        { "path", FIELD_STRING, 0, BRIDGE(path), .text = "The node." },
        { "segment", FIELD_INTEGER, FIELD_OR_NONE, BRIDGE(segment), .max = UINT32_MAX, .none = -1,
                        .text = "PCI segment (linux,pci-domain); null: the kernel chooses." },
        { "dmaBits", FIELD_INTEGER, FIELD_OR_NONE, BRIDGE(dma_bits), .min = 1, .max = 64, .none = 0,
                        .text = "Whole bits below the highest end of dmaRanges; null: no limit, or see dmaReason." },
        { "dmaReason", FIELD_REASON, 0, BRIDGE(dma_reason),
                        .text = "Why it is unknown what its devices may address." },
        { "dmaRanges", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(DeviceTreeBridge, dma_ranges, n_dma_ranges),
                        .max = DEVICE_TREE_WINDOWS_MAX, .table = &dma_range_table,
                        .text = "Addresses on the bus that its devices may use (dma-ranges); empty: no limit, or see dmaReason." },
        { "windows", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(DeviceTreeBridge, windows, n_windows),
                        .max = DEVICE_TREE_WINDOWS_MAX, .table = &window_table,
                        .text = "Address space of the bus (ranges)." },
};
static const FieldTable bridge_table = { FIELD_TABLE(bridge_fields) };

#define UNIT(member) FIELD_MEMBER(DeviceTreeUnit, member)

static const Field unit_fields[] = {
        { "path", FIELD_STRING, 0, UNIT(path), .text = "The node." },
        { "compatible", FIELD_STRING, 0, UNIT(compatible), .text = "What it is." },
        { "base", FIELD_HEX, 0, UNIT(base), .text = "Address of its registers." },
};
static const FieldTable unit_table = { FIELD_TABLE(unit_fields) };

static json_t *write_faults(const void *firmware) {
        return json_faults(&((const FirmwareTables *) firmware)->device_tree_faults);
}

static int read_faults(const JsonValue *json, void *firmware) {
        size_t n;

        return json_value_array(json, FAULTS_MAX, &n);
}

static const FieldHook faults_hook = { write_faults, read_faults, .schema = "{\"type\": \"array\"}" };

#define TREE(member) FIELD_MEMBER(FirmwareTables, member)
#define TREE_LIST(array, n) FIELD_ELEMENTS(FirmwareTables, device_tree.array, device_tree.n)

static const Field tree_fields[] = {
        { "reason", FIELD_REASON, 0, TREE(device_tree_reason), .text = "Why there is no tree." },
        { "incomplete", FIELD_REASON, 0, TREE(device_tree.incomplete),
                        .text = "Why host bridges may be missing from the list." },
        { "hostBridges", FIELD_LIST, 0, TREE_LIST(bridges, n_bridges), .max = DEVICE_TREE_BRIDGES_MAX,
                        .table = &bridge_table, .text = "PCI host bridges." },
        { "units", FIELD_LIST, 0, TREE_LIST(units, n_units), .max = DEVICE_TREE_UNITS_MAX,
                        .table = &unit_table, .text = "SMMUs." },
        { "faults", FIELD_CUSTOM, 0, .hook = &faults_hook,
                        .text = "What is wrong, and at which byte of a property." },
};
const FieldTable device_tree_table = { FIELD_TABLE(tree_fields) };
