/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/pci/pci-acs.h"
#include "probe/decode/pci/pci-capability.h"
#include "probe/decode/pci/pci-express.h"
#include "probe/decode/pci/pci-header.h"
#include "probe/decode/pci/pci-rebar.h"
#include "probe/decode/pci/pci-sriov.h"
#include "probe/decode/pci/pci-translation.h"

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
                PciCapabilities list;
                uint16_t offset;

                memcpy(cut, whole, n);
                pci_capabilities_decode(BYTES(cut, n), &list, NULL);
                assert_int_equal(pci_capability_find(&list, false, PCI_CAP_EXPRESS, &offset),
                                n >= 256 ? TRISTATE_YES : TRISTATE_UNKNOWN);
                assert_int_equal(pci_capability_find(&list, true, PCI_EXT_CAP_ATS, &offset),
                                n == 4096 ? TRISTATE_YES : TRISTATE_UNKNOWN);
                assert_int_equal(pci_capability_find(&list, true, PCI_EXT_CAP_SRIOV, &offset),
                                n == 4096 ? TRISTATE_NO : TRISTATE_UNKNOWN);
                test_free(cut);
        }
}

/* A device without a list has no capability, and 64 bytes tell. */
static void test_no_list(void **state) {
        uint8_t config[64] = { 0x86, 0x80 };
        PciCapabilities list;
        uint16_t offset;

        pci_capabilities_decode(BYTES(config, sizeof(config)), &list, NULL);
        assert_int_equal(pci_capability_find(&list, false, PCI_CAP_EXPRESS, &offset), TRISTATE_NO);
        assert_int_equal(pci_capability_find(&list, true, PCI_EXT_CAP_ACS, &offset), TRISTATE_NO);
}

static void test_order_and_version(void **state) {
        static const PciCapability expected[] = {
                { .id = 0x05, .offset = 0x50 },
                { .id = PCI_CAP_VPD, .offset = 0x60 },
                { .id = PCI_CAP_EXPRESS, .offset = 0x70 },
                { .id = PCI_EXT_CAP_ACS, .offset = 0x100, .extended = true, .version = 1 },
                { .id = PCI_EXT_CAP_ATS, .offset = 0x140, .extended = true, .version = 3 },
                { .id = PCI_EXT_CAP_SERIAL_NUMBER, .offset = 0x180, .extended = true, .version = 1 },
        };
        uint8_t config[4096];
        PciCapabilities list;
        FaultList faults = {};

        make_endpoint(config);
        put_extended(config, 0x140, PCI_EXT_CAP_ATS, 3, 0x183); /* its low two bits are reserved */
        config[0x34] = 0x53;                                    /* and these */
        pci_capabilities_decode(BYTES(config, sizeof(config)), &list, &faults);
        assert_int_equal(faults.n, 0);
        assert_int_equal(list.n, ELEMENTS(expected));
        for (unsigned i = 0; i < list.n; i++) {
                assert_int_equal(list.list[i].id, expected[i].id);
                assert_int_equal(list.list[i].offset, expected[i].offset);
                assert_int_equal(list.list[i].extended, expected[i].extended);
                assert_int_equal(list.list[i].version, expected[i].version);
        }
}

/* All ones are no answer (a device asleep, or gone): what stands behind them is unknown. */
static void test_ones(void **state) {
        uint8_t config[4096];
        PciCapabilities list;
        uint16_t offset;

        make_endpoint(config);
        memset(config + 0x100, 0xff, sizeof(config) - 0x100);
        pci_capabilities_decode(BYTES(config, sizeof(config)), &list, NULL);
        assert_int_equal(pci_capability_find(&list, false, PCI_CAP_EXPRESS, &offset), TRISTATE_YES);
        assert_int_equal(pci_capability_find(&list, true, PCI_EXT_CAP_ACS, &offset), TRISTATE_UNKNOWN);

        memset(config + 0x60, 0xff, sizeof(config) - 0x60);
        pci_capabilities_decode(BYTES(config, sizeof(config)), &list, NULL);
        assert_int_equal(pci_capability_find(&list, false, 0x05, &offset), TRISTATE_YES);
        assert_int_equal(pci_capability_find(&list, false, PCI_CAP_EXPRESS, &offset), TRISTATE_UNKNOWN);
        assert_int_equal(pci_capability_find(&list, true, PCI_EXT_CAP_ACS, &offset), TRISTATE_UNKNOWN);
}

/* One that starts inside another is read as the kernel reads it: where its pointer says. */
static void test_overlap(void **state) {
        uint8_t config[4096];
        PciCapabilities list;
        FaultList faults = {};
        uint16_t offset;

        make_endpoint(config);
        put16(config, 0x60, PCI_CAP_VPD | 0x64 << 8);
        put16(config, 0x64, PCI_CAP_EXPRESS);
        put_extended(config, 0x100, PCI_EXT_CAP_ACS, 1, 0x104);
        put_extended(config, 0x104, PCI_EXT_CAP_PRI, 1, 0xffc);
        put_extended(config, 0xffc, PCI_EXT_CAP_SRIOV, 1, 0xfc);
        pci_capabilities_decode(BYTES(config, sizeof(config)), &list, &faults);
        assert_int_equal(pci_capability_find(&list, false, PCI_CAP_EXPRESS, &offset), TRISTATE_YES);
        assert_int_equal(offset, 0x64);
        assert_int_equal(pci_capability_find(&list, true, PCI_EXT_CAP_PRI, &offset), TRISTATE_YES);
        assert_int_equal(offset, 0x104);
        assert_int_equal(pci_capability_find(&list, true, PCI_EXT_CAP_SRIOV, &offset), TRISTATE_YES);
        assert_int_equal(faults.n, 1);
        assert_string_equal(faults.faults[0].rule, "capability-in-header");

        PciSriov sriov;
        PciPri pri;
        assert_true(pci_pri_decode(BYTES(config, sizeof(config)), 0x104, &pri));
        assert_false(pci_sriov_decode(BYTES(config, sizeof(config)), 0xffc, &sriov));
        fault_list_done(&faults);
}

/* No serial number leaves the host, wherever the read ended; and what is decoded stays. */
static void test_scrub_cut_off_anywhere(void **state) {
        uint8_t whole[4096], config[4096];

        make_endpoint(whole);
        for (size_t n = 0; n <= sizeof(whole); n++) {
                memcpy(config, whole, sizeof(config));
                pci_config_scrub(config, n);
                for (size_t i = 0; i < n; i++)
                        assert_int_equal(config[i],
                                        (i >= 0x184 && i < 0x18c) || (i >= 0x64 && i < 0x68) ? 0 : whole[i]);
                assert_memory_equal(config + n, whole + n, sizeof(whole) - n);
        }

        /* The window at the very end has no data register below 0x100, and the extended list is not its own. */
        make_endpoint(config);
        put16(config, 0x70, PCI_CAP_EXPRESS | 0xfc << 8);
        put16(config, 0xfc, PCI_CAP_VPD);
        pci_config_scrub(config, sizeof(config));
        assert_int_equal(config[0x100], PCI_EXT_CAP_ACS);
}

/* Fields of facts that are no numbers of ours: PCIe 5.0, 10.5.1, 7.8.8 and 10.4.2. */
static void test_translation(void **state) {
        uint8_t config[4096] = {};
        PciPasid pasid;
        PciAts ats;
        PciPri pri;

        put16(config, 0x104, 0x0020); /* queue depth 0 is 32; page aligned */
        put16(config, 0x106, 0x8005);
        assert_true(pci_ats_decode(BYTES(config, sizeof(config)), 0x100, &ats));
        assert_true(ats.enabled && ats.page_aligned);
        assert_int_equal(ats.queue_depth, 32);
        assert_int_equal(ats.stu, 5);
        put16(config, 0x104, 0x001f);
        put16(config, 0x106, 0x7fe0);
        assert_true(pci_ats_decode(BYTES(config, sizeof(config)), 0x100, &ats));
        assert_false(ats.enabled || ats.page_aligned);
        assert_int_equal(ats.queue_depth, 31);
        assert_int_equal(ats.stu, 0);

        put16(config, 0x204, 0x1404); /* 20 bits, privileged mode only */
        put16(config, 0x206, 0x0001);
        assert_true(pci_pasid_decode(BYTES(config, sizeof(config)), 0x200, &pasid));
        assert_true(pasid.privileged && pasid.enabled && !pasid.execute);
        assert_int_equal(pasid.width, 20);

        put16(config, 0x304, 0x0001);
        put32(config, 0x308, 0x00010000);
        put32(config, 0x30c, 0x40);
        assert_true(pci_pri_decode(BYTES(config, sizeof(config)), 0x300, &pri));
        assert_true(pri.enabled);
        assert_int_equal(pri.outstanding_capacity, 0x10000);
        assert_int_equal(pri.outstanding_allocation, 0x40);

        assert_false(pci_ats_decode(BYTES(config, 0x107), 0x100, &ats));
        assert_false(pci_pasid_decode(BYTES(config, 0x207), 0x200, &pasid));
        assert_false(pci_pri_decode(BYTES(config, 0x30f), 0x300, &pri));
}

/* An X710's: 64 VFs, the first one 16 routing ids on, a 64-bit prefetchable BAR 0 and 3 (PCIe 5.0, 9.3.3). */
static void test_sriov(void **state) {
        uint8_t config[4096] = {};
        PciSriov sriov;

        put16(config, 0x108, 0x0019);
        put16(config, 0x10c, 64);
        put16(config, 0x10e, 64);
        put16(config, 0x110, 7);
        put16(config, 0x114, 16);
        put16(config, 0x116, 1);
        put16(config, 0x11a, 0x154c);
        put32(config, 0x11c, 0x553);
        put32(config, 0x124, 0x0000000c);
        put32(config, 0x128, 0x0000000c); /* the upper half of BAR 0, not a BAR */
        put32(config, 0x130, 0xfe00000c);
        assert_true(pci_sriov_decode(BYTES(config, sizeof(config)), 0x100, &sriov));
        assert_true(sriov.vf_enable && sriov.vf_mse && sriov.ari);
        assert_int_equal(sriov.initial_vfs, 64);
        assert_int_equal(sriov.total_vfs, 64);
        assert_int_equal(sriov.num_vfs, 7);
        assert_int_equal(sriov.vf_offset, 16);
        assert_int_equal(sriov.vf_stride, 1);
        assert_int_equal(sriov.vf_device_id, 0x154c);
        assert_int_equal(sriov.supported_page_sizes, 0x553);
        for (unsigned i = 0; i < 6; i++) {
                assert_int_equal(sriov.bars[i].implemented, i == 0 || i == 3);
                assert_int_equal(sriov.bars[i].is_64bit, i == 0 || i == 3);
                assert_int_equal(sriov.bars[i].prefetchable, i == 0 || i == 3);
        }
        assert_false(pci_sriov_decode(BYTES(config, 0x13f), 0x100, &sriov));
}

/* Sizes from 256 TiB up stand in the control register's upper half (PCIe 6.0, 7.8.6.3): its bit 16 is 2^48. */
static void test_rebar_wide(void **state) {
        uint8_t config[4096] = {};
        FaultList faults = {};
        PciRebar rebar;

        put32(config, 0x104, 1U << 31 | 1U << 4);
        put32(config, 0x108, 1U << 16 | 28U << 8 | 1U << 5 | 2);
        pci_rebar_decode(BYTES(config, sizeof(config)), 0x100, &rebar, &faults);
        assert_int_equal(rebar.n, 1);
        assert_true(rebar.entries[0].sizes == (UINT64_C(1) << 28 | UINT64_C(1) << 27 | 1));
        assert_true(rebar.entries[0].current == UINT64_C(1) << 48);
        assert_true(pci_rebar_largest(&rebar.entries[0]) == UINT64_C(1) << 48);
        put32(config, 0x108, 1U << 31 | 44U << 8 | 1U << 5 | 2);
        pci_rebar_decode(BYTES(config, sizeof(config)), 0x100, &rebar, &faults);
        assert_true(rebar.entries[0].current == 0);
        assert_true(pci_rebar_largest(&rebar.entries[0]) == UINT64_C(1) << 63);
        assert_int_equal(faults.n, 0);

        put32(config, 0x104, 0);
        assert_true(pci_rebar_largest(&(PciRebarEntry){}) == 0);
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
                { 2, { 1, 2 }, 0x113, 1, 1 },
                { 2, { 1, 2 }, 0x114, 2, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                uint8_t config[4096] = {};
                FaultList faults = {};
                PciRebar rebar;

                put32(config, 0x108, vectors[i].count << 5 | vectors[i].bars[0]);
                put32(config, 0x110, vectors[i].bars[1]);
                pci_rebar_decode(BYTES(config, vectors[i].n), 0x100, &rebar, &faults);
                assert_int_equal(rebar.n, vectors[i].entries);
                assert_int_equal(faults.n, vectors[i].faults);
                fault_list_done(&faults);
        }
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
                cmocka_unit_test(test_order_and_version),
                cmocka_unit_test(test_ones),
                cmocka_unit_test(test_overlap),
                cmocka_unit_test(test_scrub_cut_off_anywhere),
                cmocka_unit_test(test_translation),
                cmocka_unit_test(test_sriov),
                cmocka_unit_test(test_rebar_wide),
                cmocka_unit_test(test_rebar_wrong),
                cmocka_unit_test(test_acs_by_kind),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
