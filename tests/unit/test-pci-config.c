/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/pci/pci-acs.h"
#include "probe/decode/pci/pci-config.h"

#define PCI_CAP_VPD 0x03
#define PCI_EXT_CAP_SERIAL_NUMBER 0x0003

/* A configuration space by hand: register offsets of include/uapi/linux/pci_regs.h. */

static void put16(uint8_t *config, size_t offset, unsigned value) {
        config[offset] = (uint8_t) value;
        config[offset + 1] = (uint8_t) (value >> 8);
}

static void put32(uint8_t *config, size_t offset, uint32_t value) {
        put16(config, offset, value & 0xffff);
        put16(config, offset + 2, value >> 16);
}

static void put_extended(uint8_t *config, size_t offset, unsigned id, unsigned version, unsigned next) {
        put32(config, offset, id | version << 16 | next << 20);
}

/* MSI at 0x50, VPD at 0x60, PCI Express at 0x70; ACS at 0x100, ATS at 0x140, a serial number at 0x180. */
static void make_endpoint(uint8_t config[4096]) {
        memset(config, 0, 4096);
        put16(config, 0x00, 0x8086);
        put16(config, 0x02, 0x1572);
        put16(config, 0x06, 0x10);
        config[0x34] = 0x50;
        put16(config, 0x50, 0x05 | 0x60 << 8);
        put16(config, 0x60, PCI_CAP_VPD | 0x70 << 8);
        put32(config, 0x64, 0x31323334);
        put16(config, 0x70, PCI_CAP_EXPRESS);
        put16(config, 0x72, PCI_EXPRESS_ENDPOINT << 4 | 2);
        put_extended(config, 0x100, PCI_EXT_CAP_ACS, 1, 0x140);
        put_extended(config, 0x140, PCI_EXT_CAP_ATS, 1, 0x180);
        put_extended(config, 0x180, PCI_EXT_CAP_SERIAL_NUMBER, 1, 0);
        memset(config + 0x184, 0xab, 8);
}

/* However short the read, a capability that is there is never said to be missing, and nothing is made up. */
static void test_cut_off_anywhere(void **state) {
        uint8_t whole[4096];

        make_endpoint(whole);
        for (size_t n = 0; n <= sizeof(whole); n++) {
                uint8_t *cut = test_malloc(n + 1);
                PciConfig config;

                memcpy(cut, whole, n);
                assert_int_equal(pci_config_decode(BYTES(cut, n), &config, NULL), n >= 64);
                assert_int_equal(config.express, n >= 0x74 ? TRISTATE_YES : TRISTATE_UNKNOWN);
                assert_int_equal(config.port_type, n >= 0x74 ? PCI_EXPRESS_ENDPOINT : -1);
                assert_int_equal(config.ats, n >= 0x144 ? TRISTATE_YES : TRISTATE_UNKNOWN);
                assert_int_equal(config.sriov, n >= 0x184 ? TRISTATE_NO : TRISTATE_UNKNOWN);
                test_free(cut);
        }
}

/* A device without a list has no capability, and 64 bytes tell. */
static void test_no_list(void **state) {
        uint8_t bytes[64] = { 0x86, 0x80 };
        PciConfig config;

        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, NULL));
        assert_int_equal(config.express, TRISTATE_NO);
        assert_int_equal(config.acs, TRISTATE_NO);
}

/* The header, the first word of each capability, and the word of a field that is decoded: nothing else is asked for. The
 * serial number's is not, nor the vital product data's. */
static void test_parts(void **state) {
        static const BytesRange expected[] = {
                { 0x000, 64 }, { 0x050, 4 }, { 0x060, 4 }, { 0x070, 4 },              /* conventional */
                { 0x100, 4 }, { 0x140, 4 }, { 0x180, 4 }, { 0x200, 4 }, { 0x240, 4 }, /* extended */
                { 0x104, 4 }, { 0x20c, 4 }, { 0x244, 8 },
                { 0x24c, 16 }, /* ACS, SR-IOV, three entries of Resizable BAR */
        };
        uint8_t bytes[4096];
        PciWalk walk = {};
        BytesRange range;
        FaultList faults = {};

        make_endpoint(bytes);
        put_extended(bytes, 0x140, PCI_EXT_CAP_ATS, 3, 0x183); /* its low two bits are reserved */
        bytes[0x34] = 0x53;                                    /* and these */
        put_extended(bytes, 0x180, PCI_EXT_CAP_SERIAL_NUMBER, 1, 0x200);
        put_extended(bytes, 0x200, PCI_EXT_CAP_SRIOV, 1, 0x240);
        put_extended(bytes, 0x240, PCI_EXT_CAP_REBAR, 1, 0);
        put32(bytes, 0x248, 3 << 5);
        for (size_t i = 0; i < ELEMENTS(expected); i++) {
                assert_true(pci_walk_next(&walk, BYTES(bytes, sizeof(bytes)), &range, &faults));
                assert_int_equal(range.offset, expected[i].offset);
                assert_int_equal(range.n, expected[i].n);
        }
        assert_false(pci_walk_next(&walk, BYTES(bytes, sizeof(bytes)), &range, &faults));
        assert_false(pci_walk_next(&walk, BYTES(bytes, sizeof(bytes)), &range, &faults));
        assert_int_equal(faults.n, 0);
}

/* Without PCI Express nothing is behind the first 256 bytes. */
static void test_conventional_device(void **state) {
        uint8_t bytes[4096];
        PciConfig config;

        make_endpoint(bytes);
        put16(bytes, 0x60, PCI_CAP_VPD);
        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, NULL));
        assert_int_equal(config.express, TRISTATE_NO);
        assert_int_equal(config.acs, TRISTATE_NO);
}

/* All ones are no answer (a device asleep, or gone): what stands behind them is unknown. */
static void test_ones(void **state) {
        uint8_t bytes[4096];
        PciConfig config;

        make_endpoint(bytes);
        memset(bytes + 0x100, 0xff, sizeof(bytes) - 0x100);
        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, NULL));
        assert_int_equal(config.express, TRISTATE_YES);
        assert_int_equal(config.acs, TRISTATE_UNKNOWN);

        memset(bytes + 0x60, 0xff, sizeof(bytes) - 0x60);
        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, NULL));
        assert_int_equal(config.express, TRISTATE_UNKNOWN);
        assert_int_equal(config.acs, TRISTATE_UNKNOWN);
}

/* One that starts inside another is read as the kernel reads it: where its pointer says. */
static void test_overlap(void **state) {
        uint8_t bytes[4096];
        FaultList faults = {};
        PciConfig config;

        make_endpoint(bytes);
        put16(bytes, 0x60, PCI_CAP_VPD | 0x64 << 8);
        put16(bytes, 0x64, PCI_CAP_EXPRESS);
        put16(bytes, 0x66, PCI_EXPRESS_ROOT_PORT << 4 | 2);
        put_extended(bytes, 0x100, PCI_EXT_CAP_ACS, 1, 0x104);
        put_extended(bytes, 0x104, PCI_EXT_CAP_PRI, 1, 0xffc);
        put_extended(bytes, 0xffc, PCI_EXT_CAP_SRIOV, 1, 0xfc);
        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, &faults));
        assert_int_equal(config.express, TRISTATE_YES);
        assert_int_equal(config.port_type, PCI_EXPRESS_ROOT_PORT);
        assert_int_equal(config.pri, TRISTATE_YES);
        assert_int_equal(config.sriov, TRISTATE_YES);
        assert_int_equal(config.total_vfs, 0); /* it does not fit */
        assert_int_equal(faults.n, 1);
        assert_string_equal(faults.faults[0].rule, "capability-in-header");
        fault_list_done(&faults);
}

/* ACS, ATS, then one more at 0x180. */
static void make_with(uint8_t bytes[4096], unsigned id) {
        make_endpoint(bytes);
        memset(bytes + 0x184, 0, 64);
        put_extended(bytes, 0x180, id, 1, 0);
}

/* PCIe 5.0, 7.8.8: 20 bits, privileged mode only. */
static void test_pasid(void **state) {
        uint8_t bytes[4096];
        PciConfig config;

        make_with(bytes, PCI_EXT_CAP_PASID);
        put16(bytes, 0x184, 0x1404);
        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, NULL));
        assert_int_equal(config.pasid, TRISTATE_YES);
        assert_int_equal(config.pasid_bits, 20);
}

/* An X710's: 64 virtual functions (PCIe 5.0, 9.3.3). One that ends behind the configuration space says nothing. */
static void test_sriov(void **state) {
        uint8_t bytes[4096];
        PciConfig config;

        make_with(bytes, PCI_EXT_CAP_SRIOV);
        put16(bytes, 0x18c, 62);
        put16(bytes, 0x18e, 64);
        put16(bytes, 0x190, 7);
        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, NULL));
        assert_int_equal(config.total_vfs, 64);

        put_extended(bytes, 0x140, PCI_EXT_CAP_ATS, 1, 0xfc4);
        put_extended(bytes, 0xfc4, PCI_EXT_CAP_SRIOV, 1, 0);
        put16(bytes, 0xfd2, 64);
        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, NULL));
        assert_int_equal(config.sriov, TRISTATE_YES);
        assert_int_equal(config.total_vfs, 0);
}

/* Sizes from 256 TiB up stand in the control register's upper half (PCIe 6.0, 7.8.6.3): its bit 16 is 2^48. */
static void test_rebar_wide(void **state) {
        uint8_t bytes[4096];
        FaultList faults = {};
        PciConfig config;

        make_with(bytes, PCI_EXT_CAP_REBAR);
        put32(bytes, 0x184, 1U << 31 | 1U << 4);
        put32(bytes, 0x188, 1U << 16 | 28U << 8 | 1U << 5 | 2);
        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, &faults));
        assert_true(config.resizable_max[2] == UINT64_C(1) << 48);
        put32(bytes, 0x188, 1U << 31 | 44U << 8 | 1U << 5 | 2);
        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, &faults));
        assert_true(config.resizable_max[2] == UINT64_C(1) << 63);
        put32(bytes, 0x184, 0);
        put32(bytes, 0x188, 1U << 5 | 2);
        assert_true(pci_config_decode(BYTES(bytes, sizeof(bytes)), &config, &faults));
        assert_true(config.resizable_max[2] == 0);
        assert_int_equal(faults.n, 0);
}

static void test_rebar_wrong(void **state) {
        static const struct {
                unsigned count;
                uint8_t bars[2];
                size_t n, entries, faults;
        } vectors[] = {
                { 0, { 1, 2 }, 4096, 0, 1 },
                { 7, { 1, 2 }, 4096, 3,
                                4 }, /* BAR 1, 2 and 0; four more name BAR 0 again, the last is not read */
                { 2, { 1, 1 }, 4096, 1, 1 },
                { 2, { 1, 6 }, 4096, 1, 1 },
                { 2, { 1, 2 }, 0x193, 1, 1 },
                { 2, { 1, 2 }, 0x194, 2, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                uint8_t bytes[4096];
                FaultList faults = {};
                PciConfig config;
                unsigned n = 0;

                make_with(bytes, PCI_EXT_CAP_REBAR);
                for (unsigned entry = 0; entry < 6; entry++)
                        put32(bytes, 0x184 + 8 * entry, 1U << 4);
                put32(bytes, 0x188, vectors[i].count << 5 | vectors[i].bars[0]);
                put32(bytes, 0x190, vectors[i].bars[1]);
                assert_true(pci_config_decode(BYTES(bytes, vectors[i].n), &config, &faults));
                for (unsigned bar = 0; bar < 6; bar++)
                        n += config.resizable_max[bar] == UINT64_C(1) << 20;
                assert_int_equal(n, vectors[i].entries);
                assert_int_equal(faults.n, vectors[i].faults);
                fault_list_done(&faults);
        }
}

/* Vendor, device, revision, class and header type; not the command, the status or the BARs. */
static void test_same_device(void **state) {
        static const struct {
                size_t offset;
                bool same;
        } vectors[] = { { 0x00, false }, { 0x03, false }, { 0x04, true }, { 0x07, true }, { 0x08, false },
                { 0x0b, false }, { 0x0c, true }, { 0x0e, false }, { 0x10, true } };
        uint8_t one[4096], other[4096];

        make_endpoint(one);
        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                make_endpoint(other);
                other[vectors[i].offset] ^= 1;
                assert_int_equal(pci_config_same_device(BYTES(one, 64), BYTES(other, 256)), vectors[i].same);
        }
        assert_false(pci_config_same_device(BYTES(one, 64), BYTES(one, 63)));
}

/* What drivers/pci (pci_acs_enabled) answers without asking for the capability. */
static void test_acs_by_kind(void **state) {
        const PciAcs on = { 0x1f, 0x1f };

        assert_int_equal(pci_acs_missing(&on, PCI_EXPRESS_EVENT_COLLECTOR, false), PCI_ACS_REQUIRED);
        assert_int_equal(pci_acs_missing(&on, PCI_EXPRESS_FROM_PCI_BRIDGE, false), PCI_ACS_REQUIRED);
        assert_int_equal(pci_acs_missing(NULL, PCI_EXPRESS_ROOT_ENDPOINT, false), 0);
        assert_int_equal(pci_acs_missing(NULL, PCI_EXPRESS_ROOT_ENDPOINT, true), PCI_ACS_REQUIRED);
        assert_int_equal(pci_acs_missing(&on, PCI_EXPRESS_UPSTREAM, true), 0);
        assert_int_equal(pci_acs_missing(NULL, 0xf, true), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_cut_off_anywhere),
                cmocka_unit_test(test_no_list),
                cmocka_unit_test(test_parts),
                cmocka_unit_test(test_conventional_device),
                cmocka_unit_test(test_ones),
                cmocka_unit_test(test_overlap),
                cmocka_unit_test(test_pasid),
                cmocka_unit_test(test_sriov),
                cmocka_unit_test(test_rebar_wide),
                cmocka_unit_test(test_rebar_wrong),
                cmocka_unit_test(test_same_device),
                cmocka_unit_test(test_acs_by_kind),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
