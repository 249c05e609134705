/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>

#include "guest/form/json/guest-json.h"

static const char whole[] =
                "{\"schema\":\"hawd-guest/1\",\"name\":\"vm\",\"vmm\":\"qemu\",\"vmmVersion\":\"9.1.2\","
                "\"machine\":\"pc-q35-7.1\",\"accelerator\":\"kvm\","
                "\"cpu\":{\"model\":\"EPYC\",\"vendor\":\"amd\",\"physBits\":46,\"hostPhysBitsLimit\":39,"
                "\"guestPhysBits\":44,\"longMode\":true,\"la57\":false,\"pdpe1gb\":true,\"pae\":true,\"pse36\":false},"
                "\"memory\":{\"ram\":\"4GiB\",\"max\":\"1TiB\",\"slots\":8,\"below4gMax\":\"2GiB\","
                "\"sgxEpc\":\"64MiB\",\"cxlWindows\":[\"4GiB\",268435456]},\"pciHole64Size\":\"64GiB\","
                "\"firmware\":{\"kind\":\"ovmf\",\"version\":\"202411\",\"path\":\"/x\",\"pciMmio64Mb\":65536,"
                "\"pagingLevel\":5,\"seabiosPci64\":false,\"fiveLevelPaging\":true,"
                "\"pciMmio64Exact\":false,\"smm\":true,\"ignoresPhysBits\":true},\"smm\":false,"
                "\"ports\":[{\"count\":14},{\"count\":2,\"hotplug\":false,\"pref64Reserve\":\"64MiB\"},{\"count\":3}],"
                "\"viommu\":{\"kind\":\"intel\",\"awBits\":48,\"dmaTranslation\":false},"
                "\"confidential\":\"sev-es\",\"reducedPhysBits\":1,"
                "\"devices\":[{\"name\":\"gpu\",\"address\":\"0000:01:00.0\",\"iommufd\":true,\"conventional\":true,"
                "\"bars\":[{\"index\":1,\"size\":\"16GiB\",\"is64bit\":true,\"prefetchable\":true,\"ram\":true}]}],"
                "\"assumed\":[{\"what\":\"a\",\"text\":\"b\"}],\"ignored\":[{\"what\":\"c\",\"text\":\"d\"}]}";

static void test_whole(void **state) {
        JsonError error = {};
        Guest guest;

        assert_int_equal(guest_json_parse(whole, strlen(whole), &guest, &error), 0);
        assert_string_equal(guest.name, "vm");
        assert_int_equal(guest.vmm, VMM_QEMU);
        assert_int_equal(guest.vmm_version.patch, 2);
        assert_int_equal(guest.machine, MACHINE_Q35);
        assert_int_equal(guest.machine_version.minor, 1);
        assert_true(guest.kvm);
        assert_string_equal(guest.cpu.model, "EPYC");
        assert_int_equal(guest.cpu.vendor, CPU_VENDOR_AMD);
        assert_int_equal(guest.cpu.width_mode, WIDTH_EXPLICIT);
        assert_int_equal(guest.cpu.phys_bits, 46);
        assert_int_equal(guest.cpu.limit, 39);
        assert_int_equal(guest.cpu.guest_phys_bits, 44);
        assert_int_equal(guest.cpu.la57, TRISTATE_NO);
        assert_int_equal(guest.cpu.pdpe1gb, TRISTATE_YES);
        assert_int_equal(guest.memory.ram, UINT64_C(4) << 30);
        assert_int_equal(guest.memory.max, UINT64_C(1) << 40);
        assert_int_equal(guest.memory.slots, 8);
        assert_int_equal(guest.memory.below_4g_max, UINT64_C(2) << 30);
        assert_int_equal(guest.memory.sgx_epc, UINT64_C(64) << 20);
        assert_true(guest.memory.cxl_on);
        assert_int_equal(guest.memory.n_cxl, 2);
        assert_int_equal(guest.memory.cxl[1], UINT64_C(256) << 20);
        assert_int_equal(guest.pci_hole64_size, UINT64_C(64) << 30);
        assert_int_equal(guest.firmware.kind, FIRMWARE_OVMF);
        assert_int_equal(guest.firmware.version.major, 202411);
        assert_int_equal(guest.firmware.mmio64_mib, 65536);
        assert_int_equal(guest.firmware.paging_level, 5);
        assert_int_equal(guest.firmware.seabios_pci64, TRISTATE_NO);
        assert_int_equal(guest.firmware.five_level, TRISTATE_YES);
        assert_int_equal(guest.firmware.mmio64_exact, TRISTATE_NO);
        assert_true(guest.firmware.ignores_phys_bits);
        assert_int_equal(guest.firmware.smm, TRISTATE_YES);
        assert_int_equal(guest.smm, TRISTATE_NO);
        assert_int_equal(guest.n_ports, 2);
        assert_int_equal(guest.ports[0].count, 17);
        assert_int_equal(guest.ports[1].count, 2);
        assert_true(guest.ports[1].port.fixed && !guest.ports[0].port.fixed);
        assert_int_equal(guest.ports[1].port.reserve, UINT64_C(64) << 20);
        assert_int_equal(guest.viommu.aw_bits, 48);
        assert_int_equal(guest.viommu.dma_translation, TRISTATE_NO);
        assert_int_equal(guest.confidential, CONFIDENTIAL_SEV_ES);
        assert_int_equal(guest.reduced_phys_bits, 1);
        assert_int_equal(guest.n_devices, 1);
        assert_true(guest.devices[0].assigned && guest.devices[0].has_address && guest.devices[0].iommufd);
        assert_int_equal(guest.devices[0].address.bus, 1);
        assert_int_equal(guest.devices[0].bars[0].size, UINT64_C(16) << 30);
        assert_true(guest.devices[0].bars[0].ram);
        assert_string_equal(guest.assumed[0].text, "b");
        assert_string_equal(guest.ignored[0].what, "c");
        guest_done(&guest);
}

static void test_roundtrip(void **state) {
        JsonError error = {};
        json_t *first, *second;
        Guest guest;

        assert_int_equal(guest_json_parse(whole, strlen(whole), &guest, &error), 0);
        first = guest_json_write(&guest);
        guest_done(&guest);
        /* Nothing that was said has gone: the same keys, whichever way a size was written. */
        second = json_loads(whole, 0, NULL);
        assert_int_equal(json_object_size(first), json_object_size(second));
        json_decref(second);
        assert_int_equal(guest_json_read(first, &guest, &error), 0);
        second = guest_json_write(&guest);
        assert_true(json_equal(first, second));
        assert_int_equal(guest.memory.cxl[0], UINT64_C(4) << 30);
        assert_int_equal(guest.cpu.guest_phys_bits, 44);
        guest_done(&guest);
        json_decref(first);
        json_decref(second);
}

static void test_least(void **state) {
        static const char least[] =
                        "{\"schema\":\"hawd-guest/1\",\"machine\":\"q35\",\"memory\":{\"ram\":\"1GiB\"},"
                        "\"cpu\":{\"physBits\":\"host\",\"vendor\":\"host\"}}";
        JsonError error = {};
        Guest guest;

        assert_int_equal(guest_json_parse(least, strlen(least), &guest, &error), 0);
        assert_int_equal(guest.cpu.width_mode, WIDTH_HOST);
        assert_true(guest.cpu.vendor_is_host);
        assert_true(guest.kvm);
        assert_string_equal(guest.assumed[0].what, "accelerator");
        guest_done(&guest);
}

/* One member put into the least document, or in place of one. */
static void test_refused(void **state) {
        static const struct {
                const char *document, *text;
        } cases[] = {
                { "{}", "schema: missing" },
                { "[]", "expected an object" },
                { "{\"schema\":\"hawd-guest/2\"}", "schema: expected \"hawd-guest/1\"" },
                { "{\"schema\":\"hawd-guest/1\"}", "machine: missing" },
                { "{\"schema\":\"hawd-guest/1\",\"machine\":\"pc\"}", "memory: missing" },
                { "{\"schema\":\"hawd-guest/1\",\"machine\":\"pc\",\"memory\":{}}", "memory.ram: missing" },
                { "{\"memroy\":{}}", "memroy: no such member" },
                { "{\"cpu\":{\"physbits\":46}}", "cpu.physbits: no such member" },
                { "{\"cpu\":{\"physBits\":31}}",
                                "cpu.physBits: expected an integer from 32 to 52 or \"host\"" },
                { "{\"cpu\":{\"physBits\":53}}",
                                "cpu.physBits: expected an integer from 32 to 52 or \"host\"" },
                { "{\"cpu\":{\"la57\":1}}", "cpu.la57: expected true, false or null" },
                { "{\"memory\":{\"ram\":-1}}", "memory.ram: expected bytes, or a string such as \"64GiB\"" },
                { "{\"memory\":{\"ram\":\"4 GiB\"}}",
                                "memory.ram: expected bytes, or a string such as \"64GiB\"" },
                { "{\"memory\":{\"ram\":\"5PiB\"}}", "memory.ram: expected at most 4096 TiB" },
                { "{\"memory\":{\"slots\":257}}", "memory.slots: expected an integer from 0 to 256" },
                { "{\"schema\":\"hawd-guest/1\",\"machine\":\"pc\",\"memory\":{\"ram\":0}}",
                                "memory.ram: expected more than 0" },
                { "{\"schema\":\"hawd-guest/1\",\"machine\":\"pc\",\"memory\":{\"ram\":\"2GiB\",\"max\":\"1GiB\"}}",
                                "memory.max: expected at least as much as ram" },
                { "{\"machine\":\"isapc\"}",
                                "machine: expected \"pc\", \"q35\", \"microvm\", \"virt\", \"cloud-hypervisor\", \"xen-hvm\", \"xen-pvh\", \"xen-pv\", or a version such as \"pc-q35-7.1\" or \"virt-10.0\"" },
                { "{\"schema\":\"hawd-guest/1\",\"machine\":\"pc\",\"memory\":{\"ram\":1},\"xen\":{}}",
                                "xen: expected with the machines \"xen-hvm\", \"xen-pvh\" and \"xen-pv\" only" },
                { "{\"schema\":\"hawd-guest/1\",\"machine\":\"pc\",\"memory\":{\"ram\":1},\"devices\":[{\"rdmPolicy\":\"strict\"}]}",
                                "devices.0.rdmPolicy: expected with guests of Xen only" },
                { "{\"schema\":\"hawd-guest/1\",\"machine\":\"pc\",\"memory\":{\"ram\":1},\"devices\":[{\"seized\":true}]}",
                                "devices.0.seized: expected with guests of Xen only" },
                { "{\"xen\":{\"vga\":\"std\"}}",
                                "xen.vga: expected \"cirrus\", \"stdvga\", \"qxl\" or \"none\"" },
                { "{\"devices\":[{\"bars\":[{\"index\":0}]}]}", "devices[0].bars[0].size: missing" },
                { "{\"devices\":[{\"bars\":[{\"size\":48}]}]}",
                                "devices[0].bars[0].size: expected a power of two of at least 16" },
                { "{\"devices\":[{\"bars\":[{\"size\":\"4GiB\"}]}]}",
                                "devices[0].bars[0].size: expected at most 2 GiB unless is64bit is true" },
                { "{\"devices\":[{\"address\":\"1:0.0\"}]}",
                                "devices[0].address: expected a PCI address such as \"0000:01:00.0\"" },
                { "{\"devices\":[{\"x\\u001b[31m\":0}]}", "devices[0].x\\x1b[31m: no such member" },
                { "{\"ignored\":[{\"what\":\"a\"}]}", "ignored[0].text: missing" },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                JsonError error = {};
                Guest guest;

                assert_int_equal(guest_json_parse(cases[i].document, strlen(cases[i].document), &guest,
                                                 &error),
                                -EINVAL);
                assert_string_equal(error.text, cases[i].text);
        }
}

static void test_bounds(void **state) {
        static char text[GUEST_JSON_MAX + 2];
        JsonError error = {};
        Guest guest;

        memset(text, ' ', sizeof(text));
        assert_int_equal(guest_json_parse(text, sizeof(text), &guest, &error), -EINVAL);
        assert_string_equal(error.text, "expected at most 1 MiB");
        assert_int_equal(guest_json_parse("{\n\n}}", 5, &guest, &error), -EINVAL);
        assert_int_equal(error.line, 3);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_whole),
                cmocka_unit_test(test_roundtrip),
                cmocka_unit_test(test_least),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_bounds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
