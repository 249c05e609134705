/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The device tree of arm64 hosts: host bridges and SMMUs on the root and on its buses, and what tells a virtual
 * machine. The kernel shows it as files that everybody can read. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/decode/firmware/hypervisor-name.h"
#include "probe/decode/text.h"
#include "probe/grow.h"
#include "probe/source/facts.h"

#define BASE "sys/firmware/devicetree/base"
#define NODE_NAMES_MAX 4096
#define NODES_MAX 512 /* that are read */
#define RANGES_MAX 1024
#define PATH_SIZE (sizeof(BASE) + DEVICE_TREE_PATH_MAX + 32)

typedef struct TreeWalk {
        Root *root;
        Buffer *buffer;
        FirmwareTables *tables;
        DeviceTreeBus buses[DEVICE_TREE_DEPTH_MAX];
        uint8_t ranges[DEVICE_TREE_DEPTH_MAX][RANGES_MAX]; /* of the buses */
        Reason dma[DEVICE_TREE_DEPTH_MAX]; /* not NONE: the bus may narrow what bridges say */
        size_t n_nodes;
} TreeWalk;

/* A property, valid until the next read. */
static Reason try_property(TreeWalk *walk, const char *node, const char *name, Bytes *ret) {
        char path[PATH_SIZE];
        Reason reason;

        snprintf(path, sizeof(path), BASE "%s/%s", node, name);
        reason = root_read_attribute(walk->root, path, walk->buffer);
        if (reason == REASON_NONE)
                *ret = buffer_bytes(walk->buffer);
        return reason;
}

/* False: it is not there, or cannot be read. */
static bool read_property(TreeWalk *walk, const char *node, const char *name, Bytes *ret) {
        return try_property(walk, node, name, ret) == REASON_NONE;
}

static void lose_bridges(TreeWalk *walk, Reason reason) {
        if (walk->tables->device_tree.incomplete == REASON_NONE)
                walk->tables->device_tree.incomplete = reason;
}

static bool is_available(TreeWalk *walk, const char *node) {
        Bytes status = {};
        bool has = read_property(walk, node, "status", &status);

        return device_tree_available(has, status);
}

/* A bus that narrows addresses, or may, is not followed: what its bridges pass on is unknown. */
static void read_dma_ranges(TreeWalk *walk, const char *node, size_t n_buses, DeviceTreeBridge *ret) {
        Bytes property;
        Reason reason = try_property(walk, node, "dma-ranges", &property);

        if (reason == REASON_NONE)
                device_tree_dma_decode(property, walk->buses[n_buses - 1].address_cells, ret,
                                &walk->tables->device_tree_faults);
        else if (reason != REASON_ABSENT)
                ret->dma_reason = reason;
        for (size_t i = 0; i < n_buses; i++)
                if (walk->dma[i] != REASON_NONE) {
                        ret->dma_reason = walk->dma[i];
                        ret->n_dma_ranges = ret->dma_bits = 0;
                }
}

static int add_bridge(TreeWalk *walk, const char *node, size_t n_buses) {
        DeviceTree *tree = &walk->tables->device_tree;
        FaultList *faults = &walk->tables->device_tree_faults;
        DeviceTreeBridge bridge = { .segment = -1 }, *grown;
        Bytes property;
        uint32_t cell;

        if (tree->n_bridges == DEVICE_TREE_BRIDGES_MAX) {
                fault_add(faults, 0, "too-many-bridges", "more than %d host bridges",
                                DEVICE_TREE_BRIDGES_MAX);
                lose_bridges(walk, REASON_TOO_LARGE);
                return 0;
        }
        text_printable(bytes_of(node), bridge.path, sizeof(bridge.path));
        if (read_property(walk, node, "linux,pci-domain", &property) && device_tree_cell(property, &cell))
                bridge.segment = cell;
        read_dma_ranges(walk, node, n_buses, &bridge);
        if (read_property(walk, node, "ranges", &property))
                device_tree_windows_decode(property, walk->buses, n_buses, &bridge, faults);
        grown = grow(tree->bridges, tree->n_bridges, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        tree->bridges = grown;
        tree->bridges[tree->n_bridges++] = bridge;
        return 0;
}

static int add_unit(TreeWalk *walk, const char *node, size_t n_buses) {
        DeviceTree *tree = &walk->tables->device_tree;
        FaultList *faults = &walk->tables->device_tree_faults;
        DeviceTreeUnit unit = {}, *grown;
        const char *word = NULL;
        Bytes property;

        if (read_property(walk, node, "compatible", &property))
                word = device_tree_smmu(property);
        if (!word)
                return 0;
        text_printable(bytes_of(node), unit.path, sizeof(unit.path));
        snprintf(unit.compatible, sizeof(unit.compatible), "%s", word);
        if (!read_property(walk, node, "reg", &property) ||
                        !device_tree_reg(property, walk->buses[n_buses - 1].address_cells, &unit.base) ||
                        !device_tree_translate(walk->buses, n_buses, &unit.base)) {
                fault_add(faults, 0, "unit-address", "%.80s: no address of the CPU", unit.path);
                return 0;
        }
        if (tree->n_units == DEVICE_TREE_UNITS_MAX) {
                fault_add(faults, 0, "too-many-units", "more than %d SMMUs", DEVICE_TREE_UNITS_MAX);
                return 0;
        }
        grown = grow(tree->units, tree->n_units, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        tree->units = grown;
        tree->units[tree->n_units++] = unit;
        return 0;
}

static int add_controller(TreeWalk *walk, const char *node) {
        DeviceTree *tree = &walk->tables->device_tree;
        Bytes property;

        if (tree->gic_version == 0 && read_property(walk, node, "compatible", &property))
                tree->gic_version = device_tree_gic(property);
        return 0;
}

/* Names by the specification's recommendation (2.2.2), and what boards call their buses. */
static bool has_base(const char *name, const char *const *words, size_t n) {
        size_t length = strcspn(name, "@");

        for (size_t i = 0; i < n; i++)
                if (strlen(words[i]) == length && memcmp(name, words[i], length) == 0)
                        return true;
        return false;
}

static int walk_bus(TreeWalk *walk, const char *node, size_t n_buses);

static int visit(TreeWalk *walk, const char *node, const char *name, size_t n_buses) {
        static const char *const bridges[] = { "pcie", "pci" },
                                 *const units[] = { "iommu", "smmu", "smmuv3", "smmu-v3" },
                                 *const controllers[] = { "interrupt-controller", "intc", "gic" },
                                 *const buses[] = { "soc", "axi", "bus", "scb", "amba", "amba_apu", "smb",
                                         "ap806", "cp0", "cp1", "platform", "soc-bus", "cbass" };
        bool bridge = has_base(name, bridges, ELEMENTS(bridges)) && strchr(name, '@'),
             unit = has_base(name, units, ELEMENTS(units)) && strchr(name, '@'),
             controller = has_base(name, controllers, ELEMENTS(controllers)) && strchr(name, '@'),
             bus = has_base(name, buses, ELEMENTS(buses)) && n_buses < DEVICE_TREE_DEPTH_MAX;

        if (!bridge && !unit && !controller && !bus)
                return 0;
        if (++walk->n_nodes > NODES_MAX) {
                fault_add(&walk->tables->device_tree_faults, 0, "too-many-nodes", "more than %d nodes",
                                NODES_MAX);
                lose_bridges(walk, REASON_TOO_LARGE);
                return 0;
        }
        if (!is_available(walk, node))
                return 0;
        return bridge                ? add_bridge(walk, node, n_buses)
                        : unit       ? add_unit(walk, node, n_buses)
                        : controller ? add_controller(walk, node)
                                     : walk_bus(walk, node, n_buses);
}

static int visit_children(TreeWalk *walk, const char *node, const NameList *names, size_t n_buses) {
        char path[DEVICE_TREE_PATH_MAX];
        int r = 0;

        for (size_t i = 0; i < names->n && r >= 0; i++) {
                int n = snprintf(path, sizeof(path), "%s/%s", node, names->names[i]);

                if (n > 0 && (size_t) n < sizeof(path))
                        r = visit(walk, path, names->names[i], n_buses);
                else
                        lose_bridges(walk, REASON_TOO_LARGE);
        }
        return r;
}

/* False: not a bus. */
static bool read_bus(TreeWalk *walk, const char *node, size_t level) {
        DeviceTreeBus *bus = &walk->buses[level];
        uint32_t address_cells, size_cells;
        Bytes property;
        Reason reason;

        *bus = (DeviceTreeBus){};
        reason = try_property(walk, node, "dma-ranges", &property);
        walk->dma[level] = reason == REASON_ABSENT                 ? REASON_NONE
                        : reason != REASON_NONE || property.n == 0 ? reason
                                                                   : REASON_AMBIGUOUS;
        if (!read_property(walk, node, "#address-cells", &property) ||
                        !device_tree_cell(property, &address_cells) ||
                        !read_property(walk, node, "#size-cells", &property) ||
                        !device_tree_cell(property, &size_cells) || address_cells > 4 || size_cells > 4)
                return false;
        bus->address_cells = address_cells;
        bus->size_cells = size_cells;
        bus->has_ranges = read_property(walk, node, "ranges", &property) && property.n <= RANGES_MAX;
        if (bus->has_ranges && property.n > 0) {
                memcpy(walk->ranges[level], property.data, property.n);
                bus->ranges = (Bytes){ .data = walk->ranges[level], .n = property.n };
        }
        return true;
}

static int walk_bus(TreeWalk *walk, const char *node, size_t n_buses) {
        _cleanup_(name_list_done) NameList names = {};
        char path[PATH_SIZE];
        Reason reason;

        if (!read_bus(walk, node, n_buses)) {
                lose_bridges(walk, REASON_MALFORMED);
                return 0;
        }
        snprintf(path, sizeof(path), BASE "%s", node);
        reason = root_list(walk->root, path, NODE_NAMES_MAX, &names);
        if (reason != REASON_NONE || names.truncated)
                lose_bridges(walk, reason != REASON_NONE ? reason : REASON_TOO_LARGE);
        if (reason != REASON_NONE)
                return 0;
        return visit_children(walk, node, &names, n_buses + 1);
}

/* ── virtual machines ──────────────────────────────────────────────────────────────────────────────────── */

static const char *hypervisor_of(TreeWalk *walk, const NameList *names, bool dummy) {
        Bytes property;

        for (size_t i = 0; i < names->n; i++)
                if (strcmp(names->names[i], "hypervisor") == 0)
                        return read_property(walk, "/hypervisor", "compatible", &property)
                                        ? hypervisor_by_node(property)
                                        : "unnamed";
        for (size_t i = 0; i < names->n; i++)
                if (strstr(names->names[i], "fw-cfg"))
                        return "qemu";
        return dummy ? "unnamed" : NULL;
}

static void read_dmi(Root *root, Buffer *buffer, HostFacts *ret) {
        static const char *const names[] = { "product_name", "sys_vendor", "board_vendor", "bios_vendor",
                "product_version" };
        bool metal = false;

        for (size_t i = 0; i < ELEMENTS(names); i++) {
                char path[64];
                Reason reason;
                Bytes text;

                snprintf(path, sizeof(path), "sys/devices/virtual/dmi/id/%s", names[i]);
                reason = root_read_attribute(root, path, buffer);
                if (i < 2 && ret->dmi_reason == REASON_NONE)
                        ret->dmi_reason = reason;
                if (reason != REASON_NONE)
                        continue;
                text = text_trim(buffer_bytes(buffer));
                while (text.n > 0 && text.data[text.n - 1] == '\n')
                        text.n--;
                /* Amazon's physical machines: "a1.metal" */
                metal = metal ||
                                (i == 0 && text.n > 6 &&
                                                text_equal(bytes_part(text, text.n - 6, 6), ".metal"));
                if (!ret->by_dmi && !metal)
                        ret->by_dmi = hypervisor_by_dmi(text);
        }
}

/* With ACPI the tree is a stub without `compatible`. */
int source_device_tree_read(Root *root, Buffer *buffer, HostFacts *host, FirmwareTables *ret) {
        _cleanup_(name_list_done) NameList names = {};
        TreeWalk walk = { .root = root, .buffer = buffer, .tables = ret };
        Bytes compatible;

        host->dmi_reason = ret->device_tree_reason = REASON_ABSENT;
        if (strcmp(host->identity.architecture, "aarch64") != 0)
                return 0;
        host->dmi_reason = REASON_NONE;
        read_dmi(root, buffer, host);
        ret->device_tree_reason = root_read_attribute(root, BASE "/compatible", buffer);
        if (ret->device_tree_reason != REASON_NONE)
                return 0;
        compatible = buffer_bytes(buffer);
        bool dummy = device_tree_has_word(compatible, "linux,dummy-virt");
        ret->device_tree_reason = root_list(root, BASE, NODE_NAMES_MAX, &names);
        if (ret->device_tree_reason == REASON_NONE && names.truncated)
                ret->device_tree_reason = REASON_TOO_LARGE;
        if (ret->device_tree_reason != REASON_NONE)
                return 0;
        host->by_tree = hypervisor_of(&walk, &names, dummy);
        if (!read_bus(&walk, "", 0)) {
                ret->device_tree_reason = REASON_MALFORMED;
                return 0;
        }
        walk.buses[0].has_ranges = true;
        return visit_children(&walk, "", &names, 1);
}
