/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties as device trees have them: QEMU's virt machine, whose windows are its memory map's, and the
 * Raspberry Pi 5 (arch/arm64/boot/dts/broadcom/bcm2712.dtsi). */

#include "tests/unit/unit.h"

#include "probe/decode/firmware/device-tree.h"
#include "probe/decode/firmware/hypervisor-name.h"

#define CELLS_MAX 64

typedef struct Property {
        uint8_t bytes[4 * CELLS_MAX];
        size_t n;
} Property;

static Bytes cells(Property *property, const uint32_t *values, size_t n) {
        for (size_t i = 0; i < n; i++)
                for (unsigned j = 0; j < 4; j++)
                        property->bytes[4 * i + j] = (uint8_t) (values[i] >> (24 - 8 * j));
        property->n = 4 * n;
        return (Bytes){ .data = property->bytes, .n = property->n };
}

#define CELLS(property, ...) \
        cells(property, (uint32_t[]){ __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))
#define WORDS(text) ((Bytes){ .data = (const uint8_t *) (text), .n = sizeof(text) })

static void test_windows_of_virt(void **state) {
        static const DeviceTreeBus root = { .address_cells = 2, .size_cells = 2, .has_ranges = true };
        DeviceTreeBridge bridge = {};
        FaultList faults = {};
        Property property;

        device_tree_windows_decode(CELLS(&property, 0x1000000, 0, 0, 0, 0x3eff0000, 0, 0x10000, 0x2000000, 0,
                                                   0x10000000, 0, 0x10000000, 0, 0x2eff0000, 0x43000000,
                                                   0x80, 0, 0x80, 0, 0x80, 0),
                        &root, 1, &bridge, &faults);
        assert_int_equal(faults.n, 0);
        assert_int_equal(bridge.n_windows, 3);
        assert_true(bridge.windows[0].space == DEVICE_TREE_IO && bridge.windows[0].bus == 0);
        assert_true(bridge.windows[0].start == 0x3eff0000 && bridge.windows[0].end == 0x3effffff);
        assert_true(bridge.windows[1].space == DEVICE_TREE_MEMORY32 && !bridge.windows[1].prefetchable);
        assert_true(bridge.windows[1].start == 0x10000000 && bridge.windows[1].end == 0x3efeffff);
        assert_true(bridge.windows[2].space == DEVICE_TREE_MEMORY64 && bridge.windows[2].prefetchable);
        assert_true(bridge.windows[2].end == UINT64_C(0xffffffffff));
}

static void test_bus_between(void **state) {
        Property axi_property, property, dma;
        const DeviceTreeBus buses[] = {
                { .address_cells = 2, .size_cells = 1, .has_ranges = true },
                { .address_cells = 2,
                                .size_cells = 2,
                                .has_ranges = true,
                                .ranges = CELLS(&axi_property, 0, 0, 0, 0, 0x10, 0, 0x18, 0, 0x18, 0, 4,
                                                0) },
        };
        DeviceTreeBridge bridge = {};
        FaultList faults = {};

        device_tree_windows_decode(CELLS(&property, 0x2000000, 0, 0, 0x1b, 0, 0, 0xfffffffc), buses, 2,
                        &bridge, &faults);
        assert_int_equal(bridge.n_windows, 1);
        assert_true(bridge.windows[0].bus == 0 && bridge.windows[0].start == UINT64_C(0x1b00000000));
        assert_true(bridge.windows[0].end == UINT64_C(0x1bfffffffb));
        device_tree_dma_decode(CELLS(&dma, 0x43000000, 0x10, 0, 0, 0, 0x10, 0), 2, &bridge, &faults);
        assert_true(bridge.n_dma_ranges == 1 && bridge.dma_bits == 37 && bridge.dma_reason == REASON_NONE);
        assert_true(bridge.dma_ranges[0].start == UINT64_C(0x1000000000) &&
                        bridge.dma_ranges[0].end == UINT64_C(0x1fffffffff));
        assert_int_equal(faults.n, 0);
        /* Not in what the bus maps. */
        device_tree_windows_decode(
                        CELLS(&property, 0x2000000, 0, 0, 0x40, 0, 0, 0x1000), buses, 2, &bridge, &faults);
        assert_int_equal(bridge.n_windows, 1);
        assert_int_equal(faults.n, 1);
        assert_string_equal(faults.faults[0].rule, "ranges-entry");
        fault_list_done(&faults);
}

/* A simple bus moves its children; one without `ranges` hides them. */
static void test_translate(void **state) {
        Property property;
        DeviceTreeBus buses[] = {
                { .address_cells = 2, .size_cells = 2, .has_ranges = true },
                { .address_cells = 1,
                                .size_cells = 1,
                                .has_ranges = true,
                                .ranges = CELLS(&property, 0x7e000000, 0x10, 0x7c000000, 0x2000000) },
        };
        uint64_t address = 0x7e100000;

        assert_true(device_tree_translate(buses, 2, &address));
        assert_true(address == UINT64_C(0x107c100000));
        address = 0x80000000;
        assert_false(device_tree_translate(buses, 2, &address));
        buses[1].ranges.n = 0;
        assert_true(device_tree_translate(buses, 2, &address) && address == 0x80000000);
        buses[1].has_ranges = false;
        assert_false(device_tree_translate(buses, 2, &address));
        assert_false(device_tree_translate(buses, 0, &address));
}

/* Whole bits below the end; a limit is said only where all entries can be read, and is else unknown. */
static void test_dma_ranges(void **state) {
        static const struct {
                uint32_t cells[14];
                size_t n;
                unsigned bits;
                const char *fault;
        } cases[] = {
                { { 0 }, 0, 0, NULL }, /* empty: 1:1 */
                { { 0x2000000, 0, 0, 0, 0, 0, 0x80000000 }, 7, 31, NULL },
                { { 0x2000000, 0, 0, 0, 0, 1, 0 }, 7, 32, NULL },
                { { 0x43000000, 0, 0, 0, 0, 0x100, 0 }, 7, 40, NULL },
                { { 0x2000000, 0, 0, 0, 0, 0, 0x1000, 0x43000000, 1, 0, 0, 0, 0, 0x1000 }, 14, 32, NULL },
                { { 0x2000000, 0, 0, 0, 0, 0, 0xc0000000 }, 7, 31, NULL },      /* 3 GiB */
                { { 0x43000000, 0, 0, 0, 0, 0x41, 0 }, 7, 38, NULL },           /* 260 GiB */
                { { 0x1000000, 0, 0, 0, 0, 1, 0 }, 7, 0, "dma-ranges-memory" }, /* I/O alone */
                { { 0x2000000, 0, 0, 0, 0, 0, 1 }, 7, 0, "dma-ranges-memory" },
                { { 0x2000000, 0, 0, 0, 0, 0, 0x1000, 0x43000000, 1, 0, 0, 0, 0, 0 }, 14, 0,
                                "dma-ranges-entry" },
                { { 0x43000000, 0, 0, 0, 0, 0x100, 0 }, 6, 0, "dma-ranges-length" },
                { { 0x43000000, 0, 0, 0, 0, 0, 0 }, 7, 0, "dma-ranges-entry" },
                { { 0x43000000, 0xffffffff, 0xffffffff, 0, 0, 0, 2 }, 7, 0, "dma-ranges-entry" },
                { { 0x43000000, 0xffffffff, 0, 0, 0, 1, 0 }, 7, 64, NULL },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                DeviceTreeBridge bridge = {};
                FaultList faults = {};
                Property property;

                device_tree_dma_decode(cells(&property, cases[i].cells, cases[i].n), 2, &bridge, &faults);
                assert_int_equal(bridge.dma_bits, cases[i].bits);
                assert_int_equal(bridge.dma_reason, cases[i].fault ? REASON_MALFORMED : REASON_NONE);
                assert_int_equal(bridge.n_dma_ranges > 0, cases[i].bits > 0);
                assert_int_equal(faults.n, cases[i].fault != NULL);
                if (cases[i].fault)
                        assert_string_equal(faults.faults[0].rule, cases[i].fault);
                fault_list_done(&faults);
        }
}

static void test_words(void **state) {
        assert_true(device_tree_has_word(WORDS("a\0linux,dummy-virt"), "linux,dummy-virt"));
        assert_false(device_tree_has_word(WORDS("linux,dummy-virtual"), "linux,dummy-virt"));
        assert_false(device_tree_has_word((Bytes){}, ""));
        assert_string_equal(device_tree_smmu(WORDS("nvidia,tegra234-smmu\0arm,mmu-500")), "arm,mmu-500");
        assert_null(device_tree_smmu(WORDS("brcm,bcm2712-iommu")));
        assert_int_equal(device_tree_gic(WORDS("brcm,gic\0arm,gic-400")), 2);
        assert_int_equal(device_tree_gic(WORDS("arm,cortex-a15-gic")), 2);
        assert_int_equal(device_tree_gic(WORDS("arm,gic-v3")), 3);
        assert_int_equal(device_tree_gic(WORDS("arm,gic-v3-its")), 0);
        assert_int_equal(device_tree_gic(WORDS("apple,aic")), 0);
        assert_true(device_tree_available(false, (Bytes){}));
        assert_true(device_tree_available(true, WORDS("okay")));
        assert_false(device_tree_available(true, WORDS("disabled")));
        assert_false(device_tree_available(true, WORDS("reserved")));
}

/* systemd, src/basic/virt.c: dmi_vendor_table, detect_vm_device_tree() */
static void test_hypervisors(void **state) {
        assert_string_equal(hypervisor_by_dmi(bytes_of("QEMU")), "qemu");
        assert_string_equal(hypervisor_by_dmi(bytes_of("KVM Virtual Machine")), "kvm");
        assert_string_equal(hypervisor_by_dmi(bytes_of("Amazon EC2")), "amazon");
        assert_string_equal(hypervisor_by_dmi(bytes_of("Google Compute Engine")), "google");
        assert_null(hypervisor_by_dmi(bytes_of("GIGABYTE")));
        assert_null(hypervisor_by_dmi(bytes_of("")));
        assert_string_equal(hypervisor_by_node(WORDS("linux,kvm")), "kvm");
        assert_string_equal(hypervisor_by_node(WORDS("xen,xen-4.17\0xen,xen")), "xen");
        assert_string_equal(hypervisor_by_node(WORDS("acme,vmm")), "unnamed");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_windows_of_virt),
                cmocka_unit_test(test_bus_between),
                cmocka_unit_test(test_translate),
                cmocka_unit_test(test_dma_ranges),
                cmocka_unit_test(test_words),
                cmocka_unit_test(test_hypervisors),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
