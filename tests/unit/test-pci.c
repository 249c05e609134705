/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "probe/decode/pci/pci-acs.h"
#include "probe/decode/pci/pci-address.h"
#include "probe/decode/pci/pci-config.h"
#include "probe/decode/pci/pci-resource.h"
#include "probe/decode/pci/pci-uevent.h"

#define TEXT(s) BYTES((s), strlen(s))

static void test_address(void **state) {
        static const char *const good[] = { "0000:00:1f.3", "10000:e1:00.0", "ffffffff:ff:1f.7" };
        static const char *const bad[] = { "", "00:1f.3", "0000:00:1f.8", "0000:00:20.0", "0000:00:1f.3 ",
                "0000-00:1f.3", "0000:00:1F.3", "0x00:00:1f.3", "100000000:00:1f.3", "000g:00:1f.3",
                "virtio0" };
        char text[PCI_ADDRESS_TEXT_MAX];
        PciAddress address;

        for (size_t i = 0; i < ELEMENTS(good); i++) {
                assert_true(pci_address_parse(TEXT(good[i]), &address));
                pci_address_format(&address, text, sizeof(text));
                assert_string_equal(text, good[i]);
        }
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_false(pci_address_parse(TEXT(bad[i]), &address));
}

static void test_address_order(void **state) {
        static const char *const ordered[] = { "0000:00:00.0", "0000:00:00.1", "0000:00:01.0",
                "0000:01:00.0", "0001:00:00.0", "10000:00:00.0" };

        for (size_t i = 0; i < ELEMENTS(ordered); i++)
                for (size_t j = 0; j < ELEMENTS(ordered); j++) {
                        PciAddress a, b;

                        assert_true(pci_address_parse(TEXT(ordered[i]), &a));
                        assert_true(pci_address_parse(TEXT(ordered[j]), &b));
                        assert_int_equal(pci_address_compare(&a, &b), i < j ? -1 : i > j);
                }
}

/* A PCIe function with an express capability at 0x40 and one extended capability at 0x100. */
static void make_config(uint8_t config[4096], uint16_t extended_id) {
        memset(config, 0, 4096);
        config[0x00] = 0x86;
        config[0x01] = 0x80;
        config[0x06] = 0x10;
        config[0x34] = 0x40;
        config[0x40] = PCI_CAP_EXPRESS;
        config[0x42] = PCI_EXPRESS_ROOT_PORT << 4 | 2;
        config[0x100] = (uint8_t) extended_id;
        config[0x102] = 1;
}

/* What was not visible is unknown; what was, and is not there, is absent. */
static void test_visibility(void **state) {
        static const struct {
                size_t n;
                Tristate express, acs, ats;
        } views[] = {
                { 64, TRISTATE_UNKNOWN, TRISTATE_UNKNOWN, TRISTATE_UNKNOWN },
                { 256, TRISTATE_YES, TRISTATE_UNKNOWN, TRISTATE_UNKNOWN },
                { 4096, TRISTATE_YES, TRISTATE_YES, TRISTATE_NO },
        };
        uint8_t bytes[4096];
        PciConfig config;

        make_config(bytes, PCI_EXT_CAP_ACS);
        for (size_t i = 0; i < ELEMENTS(views); i++) {
                assert_true(pci_config_decode(BYTES(bytes, views[i].n), &config, NULL));
                assert_int_equal(config.express, views[i].express);
                assert_int_equal(config.acs, views[i].acs);
                assert_int_equal(config.ats, views[i].ats);
        }
        /* A conventional device has no extended capabilities, and that is known from 256 bytes. */
        bytes[0x40] = 0x05;
        assert_true(pci_config_decode(BYTES(bytes, 256), &config, NULL));
        assert_int_equal(config.acs, TRISTATE_NO);
}

static void test_loops(void **state) {
        FaultList faults = {};
        uint8_t bytes[4096];
        PciConfig config;

        make_config(bytes, PCI_EXT_CAP_ACS);
        bytes[0x41] = 0x40;
        bytes[0x103] = 0x10;
        assert_true(pci_config_decode(BYTES(bytes, 4096), &config, &faults));
        assert_true(config.express == TRISTATE_YES && config.acs == TRISTATE_YES);
        assert_int_equal(faults.n, 2);
        fault_list_done(&faults);

        make_config(bytes, PCI_EXT_CAP_ACS);
        bytes[0x34] = 0x10;
        assert_true(pci_config_decode(BYTES(bytes, 4096), &config, &faults));
        assert_string_equal(faults.faults[0].rule, "capability-in-header");
        fault_list_done(&faults);
}

static void test_header(void **state) {
        uint8_t bytes[64];
        PciConfig config;

        memset(bytes, 0xff, sizeof(bytes));
        assert_false(pci_config_decode(BYTES(bytes, 64), &config, NULL));
        assert_int_equal(config.express, TRISTATE_UNKNOWN);
        assert_false(pci_config_decode(BYTES(bytes, 63), &config, NULL));
        memset(bytes, 0, sizeof(bytes));
        bytes[0x08] = 0x21;
        bytes[0x0e] = 0x81;
        assert_true(pci_config_decode(BYTES(bytes, 64), &config, NULL));
        assert_int_equal(config.revision, 0x21);
        assert_int_equal(config.header_type, 1);
        assert_true(config.multifunction);
}

/* drivers/pci, pci_acs_enabled: what each kind of function must have on. */
static void test_acs(void **state) {
        const PciAcs on = { 0x1f, 0x1d }, off = { 0x1f, 0 }, partial = { 0x1f, PCI_ACS_SV | PCI_ACS_RR };
        const PciAcs wired = { 0, 0 };

        assert_int_equal(pci_acs_missing(&on, PCI_EXPRESS_ROOT_PORT, false), 0);
        assert_int_equal(pci_acs_missing(&off, PCI_EXPRESS_ROOT_PORT, false), PCI_ACS_REQUIRED);
        assert_int_equal(pci_acs_missing(&partial, PCI_EXPRESS_DOWNSTREAM, false), PCI_ACS_CR | PCI_ACS_UF);
        assert_int_equal(pci_acs_missing(&wired, PCI_EXPRESS_ROOT_PORT, false), 0);
        assert_int_equal(pci_acs_missing(NULL, PCI_EXPRESS_ROOT_PORT, false), PCI_ACS_REQUIRED);
        assert_int_equal(pci_acs_missing(NULL, PCI_EXPRESS_ENDPOINT, false), 0);
        assert_int_equal(pci_acs_missing(NULL, PCI_EXPRESS_ENDPOINT, true), PCI_ACS_REQUIRED);
        assert_int_equal(pci_acs_missing(&on, PCI_EXPRESS_TO_PCI_BRIDGE, false), PCI_ACS_REQUIRED);
        assert_int_equal(pci_acs_missing(&on, -1, false), PCI_ACS_REQUIRED);
}

/* Bit 4 of the capability is 1 MiB (PCIe 5.0, 7.8.6.2); 256 MiB is bit 12, 8 GiB bit 17. */
static void test_rebar(void **state) {
        uint8_t bytes[4096];
        FaultList faults = {};
        PciConfig config;

        make_config(bytes, PCI_EXT_CAP_REBAR);
        bytes[0x105] = 0x10;
        bytes[0x106] = 0x02;
        bytes[0x108] = 0x01 | 2 << 5;
        bytes[0x109] = 8;
        bytes[0x110] = 0x07; /* the second entry names BAR 7 */
        assert_true(pci_config_decode(BYTES(bytes, 4096), &config, &faults));
        assert_int_equal(config.rebar, TRISTATE_YES);
        for (unsigned i = 0; i < 6; i++)
                assert_true(config.resizable_max[i] == (i == 1 ? UINT64_C(8) << 30 : 0));
        assert_int_equal(faults.n, 1);
        fault_list_done(&faults);
}

static void test_resources(void **state) {
        static const char text[] = "0x0000380000000000 0x00003803ffffffff 0x000000000014220c\n"
                                   "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
                                   "0x000000000000e000 0x000000000000e07f 0x0000000000040101\n"
                                   "0x0000000000000000 0x000000000000ffff 0x0000000020040200\n"
                                   "0x0000000000000000 0x0000000000000fff 0x0000000010040200\n"
                                   "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
                                   "0x00000000f7a00000 0x00000000f7a7ffff 0x0000000000046200\n";
        FaultList faults = {};
        PciResources r;

        pci_resources_decode(TEXT(text), &r, &faults);
        assert_int_equal(faults.n, 0);
        assert_true(r.list[0].present && r.list[0].is_64bit && r.list[0].prefetchable && r.list[0].assigned);
        assert_true(r.list[0].end - r.list[0].start + 1 == UINT64_C(16) << 30);
        assert_false(r.list[1].present);
        assert_true(r.list[2].io);
        assert_true(r.list[3].present && !r.list[3].assigned);
        assert_true(r.list[4].present && !r.list[4].assigned);
        assert_true(r.list[PCI_RESOURCE_ROM].present && r.list[PCI_RESOURCE_ROM].start == 0xf7a00000);
}

/* One line of eight is wrong: it is named, the others stay. */
static void test_resources_wrong(void **state) {
        static const char *const lines[] = { "0x2 0x1 0x200", "noise", "0x0 0x1 0x200 0x1", "0x0 0x1", "",
                "0 1 200", "0x0 0xffffffffffffffff 0x200", "0x10000000000000000 0x1 0x200", "\x01\xff\x1b",
                "0x0 -0x1 0x200" };

        for (size_t i = 0; i < ELEMENTS(lines); i++) {
                FaultList faults = {};
                PciResources r;
                char text[512];
                int n = snprintf(text, sizeof(text), "0x1000 0x1fff 0x40200\n%s\n", lines[i]);

                for (unsigned j = 0; j < 6; j++)
                        n += snprintf(text + n, sizeof(text) - (size_t) n, "0x3000 0x3fff 0x40200\n");
                pci_resources_decode(TEXT(text), &r, &faults);
                assert_int_equal(faults.n, 1);
                assert_int_equal(faults.faults[0].offset, 2);
                assert_true(r.list[0].present && !r.list[1].present && r.list[2].present);
                assert_true(r.list[7].end == 0x3fff);
                fault_list_done(&faults);
        }
}

/* Six BARs and a ROM at least, four windows of a bridge on top of all at most (kernel: PCI_BRIDGE_RESOURCES without
 * SR-IOV, and DEVICE_COUNT_RESOURCE). */
static void test_resources_count(void **state) {
        for (unsigned n = 0; n < 20; n++) {
                FaultList faults = {};
                PciResources r;
                char text[1024] = "";

                for (unsigned i = 0; i < n; i++)
                        strcat(text, "0x1000 0x1fff 0x40200\n");
                pci_resources_decode(TEXT(text), &r, &faults);
                assert_int_equal(faults.n, n < 7 || n > 17);
                for (unsigned i = 0; i < PCI_RESOURCE_BARS; i++)
                        assert_int_equal(r.list[i].present, i < n);
                fault_list_done(&faults);
        }
}

static void test_uevent(void **state) {
        PciUevent uevent;

        pci_uevent_decode(
                        TEXT("DRIVER=vfio-pci\nPCI_CLASS=30000\nPCI_ID=10DE:1B80\nPCI_SUBSYS_ID=1458:3702\nMODALIAS=x\n"),
                        &uevent);
        assert_string_equal(uevent.driver, "vfio-pci");
        assert_true(uevent.has_class && uevent.class_code == 0x030000);
        assert_true(uevent.has_id && uevent.vendor == 0x10de && uevent.device == 0x1b80);
        assert_true(uevent.has_subsystem && uevent.subsystem_device == 0x3702);
        pci_uevent_decode(TEXT("PCI_CLASS=1000000\nPCI_ID=10DE\nPCI_SUBSYS_ID=1:10000\n"), &uevent);
        assert_false(uevent.has_class || uevent.has_id || uevent.has_subsystem);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_address),
                cmocka_unit_test(test_address_order),
                cmocka_unit_test(test_visibility),
                cmocka_unit_test(test_loops),
                cmocka_unit_test(test_header),
                cmocka_unit_test(test_acs),
                cmocka_unit_test(test_rebar),
                cmocka_unit_test(test_resources),
                cmocka_unit_test(test_resources_wrong),
                cmocka_unit_test(test_resources_count),
                cmocka_unit_test(test_uevent),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
