/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "tests/unit/json-document.h"

/* The whole document of test-json-read, with one thing wrong at a time. */
static const char *document_path;

static int setup(void **state) {
        *state = json_document_load(document_path);
        return *state ? 0 : -1;
}

static int teardown(void **state) {
        json_decref(*state);
        return 0;
}

/* Replaces what stands at path by the JSON text; the reader must say "PATH: expected". */
typedef struct Case {
        const char *path, *json, *expected;
} Case;

static void check_refused(const json_t *document, const Case *cases, size_t n) {
        for (size_t i = 0; i < n; i++) {
                json_t *value = json_loads(cases[i].json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
                const char *text;
                JsonError error;

                if (!value)
                        fail_msg("%s: the test's own JSON is wrong", cases[i].json);
                text = json_document_read_changed(document, cases[i].path, value, &error);
                if (strcmp(text, cases[i].expected) != 0)
                        fail_msg("%s = %s: '%s'", cases[i].path, cases[i].json, text);
        }
}

#define LONG_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LONG_160 LONG_64 LONG_64 "0123456789abcdef0123456789abcdef"
#define BITS "expected an integer from 0 to 64"
#define HEX "expected \"0x…\", lower-case hexadecimal of at most 64 bits"
#define PCI "expected a PCI address (\"0000:00:1f.3\")"
#define REASON "expected a reason (\"absent\", \"permission\", …) or null"
#define RANGE "expected a range above the one before, and apart from it"

/* The whole document: KVM 51, mappable 48, IOMMU 39. */
static void test_safe_widths(void **state) {
        static const Case cases[] = {
                { "widths.safeGuestBits.value", "49",
                                "widths: safeGuestBits exceeds guestPhysicalBits or guestMappableBits" },
                { "widths.guestMappableBits",
                                "{\"value\": null, \"provenance\": \"unknown\", \"source\": \"w4\", \"reason\": \"permission\"}",
                                "widths: safeGuestBits exceeds guestPhysicalBits or guestMappableBits" },
                { "widths.safeGuestBitsWithDevices.value", "40",
                                "widths: safeGuestBitsWithDevices exceeds safeGuestBits or iovaBits" },
        };

        check_refused(*state, cases, ELEMENTS(cases));
}

static void test_scalars(void **state) {
        static const Case cases[] = {
                { "schema", "\"hawd-profile/2\"", "schema: expected \"hawd-profile/1\"" },
                { "digest", "\"" LONG_64 "0\"", "digest: expected 64 lower-case hexadecimal digits" },
                { "digest", "\"0123\"", "digest: expected 64 lower-case hexadecimal digits" },
                { "host.hostname", "\"" LONG_64 "0\"",
                                "host.hostname: expected a string of at most 64 bytes, without control characters" },
                { "host.hostname", "\"a\\u001bb\"",
                                "host.hostname: expected a string of at most 64 bytes, without control characters" },
                { "host.hostname", "\"a\\u0000b\"",
                                "host.hostname: expected a string of at most 64 bytes, without control characters" },
                { "host.kernel", "\"\\u202e\"",
                                "host.kernel: expected a string of at most 64 bytes, without control characters" },
                { "host.machineId", "\"0123456789abcdef0123456789abcdef0\"",
                                "host.machineId: expected a string of at most 32 bytes, without control characters" },
                { "host.cpuVendor", "\"0123456789abcdef\"",
                                "host.cpuVendor: expected a string of at most 15 bytes, without control characters" },
                { "host.cpus.value", "4294967296",
                                "host.cpus.value: expected an integer from 0 to 4294967295" },
                { "widths.iovaBits.value", "65", "widths.iovaBits.value: " BITS },
                { "widths.iovaBits.value", "-1", "widths.iovaBits.value: " BITS },
                { "widths.iovaBits.value", "39.0", "widths.iovaBits.value: " BITS },
                { "widths.iovaBits.value", "\"39\"", "widths.iovaBits.value: " BITS },
                { "widths.iovaBits.value", "null", "widths.iovaBits.value: " BITS },
                { "widths.iovaBits.value", "true", "widths.iovaBits.value: " BITS },
                { "widths.iovaBits.provenance", "\"guessed\"",
                                "widths.iovaBits.provenance: expected \"unknown\", \"measured\", \"derived\" or "
                                "\"assumed\"" },
                { "widths.iovaBits.provenance", "\"unknown\"",
                                "widths.iovaBits.reason: expected a reason, the value is unknown" },
                { "widths.iovaBits.reason", "\"absent\"",
                                "widths.iovaBits.reason: expected null, the value is known" },
                { "widths.iovaBits.reason", "\"none\"", "widths.iovaBits.reason: " REASON },
                { "widths.iovaBits.source", "\"" LONG_160 "\"",
                                "widths.iovaBits.source: expected a string of at most 159 bytes, without control characters" },
                { "paging.la57.enabled.value", "true",
                                "paging.la57.enabled.value: expected null, its provenance is \"unknown\"" },
                { "paging.la57.enabled.provenance", "\"measured\"",
                                "paging.la57.enabled.reason: expected null, the value is known" },
                { "paging.la57.enabled.reason", "\"because\"", "paging.la57.enabled.reason: " REASON },
                { "paging.la57.capable.value", "1", "paging.la57.capable.value: expected true or false" },
                { "paging.secondLevel.kind", "\"EPT\"",
                                "paging.secondLevel.kind: expected \"none\", \"ept\", \"npt\" or \"stage2\"" },
                { "memory.ramTop.value", "4096", "memory.ramTop.value: " HEX },
                { "memory.ramTop.value", "\"4096\"", "memory.ramTop.value: " HEX },
                { "memory.ramTop.value", "\"0x\"", "memory.ramTop.value: " HEX },
                { "memory.ramTop.value", "\"0x01\"", "memory.ramTop.value: " HEX },
                { "memory.ramTop.value", "\"0xA\"", "memory.ramTop.value: " HEX },
                { "memory.ramTop.value", "\"0X1\"", "memory.ramTop.value: " HEX },
                { "memory.ramTop.value", "\"0x-1\"", "memory.ramTop.value: " HEX },
                { "memory.ramTop.value", "\"0x10000000000000000\"", "memory.ramTop.value: " HEX },
                { "memory.blockSize.value", "-1",
                                "memory.blockSize.value: expected an integer from 0 to 9223372036854775807" },
        };

        check_refused(*state, cases, ELEMENTS(cases));
}

static void test_units_and_groups(void **state) {
        static const Case cases[] = {
                { "iommus", "{}", "iommus: expected an array" },
                { "iommus[0]", "[]", "iommus[0]: expected an object" },
                { "iommus[0].name", "\"\"", "iommus[0].name: expected a name" },
                { "iommus[0].name", "\"" LONG_64 LONG_64 LONG_64 LONG_64 "\"",
                                "iommus[0].name: expected a string of at most 255 bytes, without control characters" },
                { "iommus[1].name", "\"dmar0\"", "iommus[1].name: expected a name that no other unit has" },
                { "iommus[0].kind", "\"intel\"",
                                "iommus[0].kind: expected \"other\", \"intel-vtd\", \"amd-vi\", "
                                "\"arm-smmu-v3\", \"arm-smmu\" or \"virtio\"" },
                { "iommus[0].deviceCount", "-1",
                                "iommus[0].deviceCount: expected an integer from 0 to 4294967295" },
                { "iommus[0].devicesReason", "\"absent\"", "iommus[0].deviceCount: expected null" },
                { "iommus[0].pciDeviceCount", "4",
                                "iommus[0].pciDeviceCount: expected an integer from 0 to 3" },
                { "iommus[0].firmwareUnit", "65536",
                                "iommus[0].firmwareUnit: expected an integer from 0 to 65535 or null" },
                { "groups[0].id", "-1", "groups[0].id: expected an integer from 0 to 2147483647" },
                { "groups[0].id", "17", "groups[1].id: expected a number above that of the group before" },
                { "groups[0].id", "2147483648", "groups[0].id: expected an integer from 0 to 2147483647" },
                { "groups[0].devices[0]", "\"\"", "groups[0].devices[0]: expected a name" },
                { "groups[0].devices[0]", "null",
                                "groups[0].devices[0]: expected a string of at most 1020 bytes, without control characters" },
                { "groups[0].reservedRegions[1].end", "\"0xfedfffff\"",
                                "groups[0].reservedRegions[1].end: expected no less than start" },
                { "groups[0].reservedRegions[0].type", "\"012345678901234567890123\"",
                                "groups[0].reservedRegions[0].type: expected a string of at most 23 bytes, without control characters" },
                { "groups[0].iommu", "\"dmar9\"",
                                "groups[0].iommu: expected the name of a unit in iommus, or null" },
                { "groups[0].iommu", "0",
                                "groups[0].iommu: expected the name of a unit in iommus, or null" },
                { "groups[0].iovaBits", "65",
                                "groups[0].iovaBits: expected an integer from 1 to 64 or null" },
                { "groups[0].iovaBits", "0",
                                "groups[0].iovaBits: expected an integer from 1 to 64 or null" },
                { "groups[0].usableIova[1].start", "\"0x7b7fffff\"", "groups[0].usableIova[1]: " RANGE },
                { "groups[0].usableIova[1].start", "\"0x7b800000\"", "groups[0].usableIova[1]: " RANGE },
                { "groups[0].usableIova[0].end", "\"0xffffffffffffffff\"",
                                "groups[0].usableIova[1]: " RANGE },
                { "groups[0].assignable", "\"no\"", "groups[0].assignable: expected true, false or null" },
                { "groups[0].assignableReason", "\"\"",
                                "groups[0].assignableReason: expected \"direct-region\", \"bridges-only\", "
                                "\"no-interrupt-remapping\", \"no-iommu\", \"not-pci\", \"unreadable\", "
                                "\"not-handed-over\", \"shared-region\", \"msi-isolation-unknown\" or null" },
                { "groups[0].missingAcs", "\"1c.4\"", "groups[0].missingAcs: " PCI " or null" },
        };

        check_refused(*state, cases, ELEMENTS(cases));
}

static void test_devices(void **state) {
        static const Case cases[] = {
                { "devices[0].address", "null", "devices[0].address: " PCI },
                { "devices[0].address", "\"0000:01:20.0\"", "devices[0].address: " PCI },
                { "devices[0].address", "\"0000:01:00.0\\u0000\"", "devices[0].address: " PCI },
                { "devices[1].address", "\"0000:01:00.0\"",
                                "devices[1].address: expected an address above that of the device before" },
                { "devices[1].address", "\"0000:00:1f.0\"",
                                "devices[1].address: expected an address above that of the device before" },
                { "devices[0].parent", "\"0000:0:1f.0\"", "devices[0].parent: " PCI " or null" },
                { "devices[0].vendorId", "\"0x808\"",
                                "devices[0].vendorId: expected \"0x\" and 4 lower-case hexadecimal digits" },
                { "devices[0].vendorId", "null",
                                "devices[0].vendorId: expected \"0x\" and 4 lower-case hexadecimal digits" },
                { "devices[0].classCode", "\"0x02000G\"",
                                "devices[0].classCode: expected \"0x\" and 6 lower-case hexadecimal digits" },
                { "devices[1].vendorId", "\"0x8086\"", "devices[1].vendorId: expected null" },
                { "devices[0].headerType", "256",
                                "devices[0].headerType: expected an integer from 0 to 255 or null" },
                { "devices[1].revision", "1", "devices[1].revision: expected null" },
                { "devices[0].group", "5",
                                "devices[0].group: expected the id of a group in groups, or null" },
                { "devices[0].group", "-4",
                                "devices[0].group: expected an integer from 0 to 2147483647 or null" },
                { "devices[0].iommu", "\"\"",
                                "devices[0].iommu: expected the name of a unit in iommus, or null" },
                { "devices[0].bars[0].index", "13",
                                "devices[0].bars[0].index: expected an integer from 0 to 12" },
                { "devices[0].bars[1].index", "0",
                                "devices[0].bars[1].index: expected a number above that of the BAR before" },
                { "devices[0].bars[0].kind", "\"rom\"", "devices[0].bars[0].kind: expected \"bar\"" },
                { "devices[0].bars[0].space", "\"ports\"",
                                "devices[0].bars[0].space: expected \"memory\" or \"io\"" },
                { "devices[0].bars[0].size", "0",
                                "devices[0].bars[0].size: expected an integer from 1 to 9223372036854775807 or "
                                "null" },
                { "devices[0].bars[0].start", "\"0xffffffffff000001\"",
                                "devices[0].bars[0].size: expected a size that ends the BAR within 64 bits" },
                { "devices[0].bars[3].start", "\"0x8000000000000001\"",
                                "devices[0].bars[3].size: expected a size that ends the BAR within 64 bits" },
                { "devices[0].bars[0].resizableMax", "0",
                                "devices[0].bars[0].resizableMax: expected an integer from 1 to "
                                "9223372036854775807 or null" },
                { "devices[0].portType", "16",
                                "devices[0].portType: expected an integer from 0 to 15 or null" },
                { "devices[0].acs.present", "false", "devices[0].acs.capability: expected null" },
                { "devices[0].acs.control", "65536",
                                "devices[0].acs.control: expected an integer from 0 to 65535" },
                { "devices[0].acs.missing", "[\"TB\"]",
                                "devices[0].acs.missing[0]: expected \"SV\", \"RR\", \"CR\" or \"UF\"" },
                { "devices[0].acs.missing", "[\"SV\",\"SV\",\"SV\",\"SV\",\"SV\"]",
                                "devices[0].acs.missing: expected at most 4 elements" },
                { "devices[0].pasid", "null", "devices[0].pasidBits: expected null" },
                { "devices[0].sriov.totalVfs", "65536",
                                "devices[0].sriov.totalVfs: expected an integer from 0 to 65535" },
                { "devices[1].sriov.physicalFunction", "7",
                                "devices[1].sriov.physicalFunction: " PCI " or null" },
        };

        check_refused(*state, cases, ELEMENTS(cases));
}

static void test_mediated(void **state) {
        static const Case cases[] = {
                { "devices[1].vgpuType", "0",
                                "devices[1].vgpuType: expected an integer from 1 to 2147483647 or null" },
                { "mediatedDevices[0].uuid", "\"83B8F4F2-509F-382F-3C1E-E6BFE0FA1001\"",
                                "mediatedDevices[0].uuid: expected a UUID in lower case" },
                { "mediatedDevices[0].uuid", "\"83b8f4f2-509f-382f-3c1e-e6bfe0fa1001\"",
                                "mediatedDevices[1]: expected a UUID above that of the device before" },
                { "mediatedDevices[1].bars[0].index", "6",
                                "mediatedDevices[1].bars[0].index: expected an integer from 0 to 5" },
                { "mediatedDevices[1].bars[0].size", "0",
                                "mediatedDevices[1].bars[0].size: expected an integer from 1 to "
                                "4611686018427387904" },
        };

        check_refused(*state, cases, ELEMENTS(cases));
}

#define IORT "firmware.iort.table."

static void test_memory_and_findings(void **state) {
        static const Case cases[] = {
                { "firmware.dmar.reason", "null", "firmware.dmar.table: expected an object" },
                { "firmware.dmar.table", "{}", "firmware.dmar.table: expected null" },
                { "firmware.iort", "null", "firmware.iort: expected an object" },
                { "firmware.iort.reason", "\"permission\"", "firmware.iort.table: expected null" },
                { "firmware.iort.table.rootComplexes[0].memoryAddressLimit", "65",
                                IORT
                                "rootComplexes[0].memoryAddressLimit: expected an integer from 1 to 64 or null" },
                { "firmware.iort.table.rootComplexes[0].mappings[0].unit", "1",
                                "firmware.iort.table: a mapping refers to a unit or ITS group that is not "
                                "there" },
                { "firmware.iort.table.rootComplexes[0].mappings[0].count", "0",
                                IORT
                                "rootComplexes[0].mappings[0].count: expected an integer from 1 to 4294967296" },
                { "firmware.iort.table.reservedMemory[0].ranges[0].end", "\"0x4fffffff\"",
                                IORT "reservedMemory[0].ranges[0].end: expected no less than start" },
                { "firmware.deviceTree.hostBridges[0].dmaBits", "0",
                                "firmware.deviceTree.hostBridges[0].dmaBits: expected an integer from 1 to 64 or null" },
                { "firmware.deviceTree.hostBridges[0].dmaRanges[0].end", "\"0xfff\"",
                                "firmware.deviceTree.hostBridges[0].dmaRanges[0].end: expected no less than start" },
                { "firmware.deviceTree.hostBridges[0].windows[0].end", "\"0x17ffffffff\"",
                                "firmware.deviceTree.hostBridges[0].windows[0].end: expected no less than start" },
                { "memory.ranges[0].end", "\"0xfff\"", "memory.ranges[0].end: expected no less than start" },
                { "memory.ranges[0].start", "\"0x9fffffff\"",
                                "memory.ranges[0].end: expected no less than start" },
                { "memory.ranges[2].start", "\"0x0\"",
                                "memory.ranges[2]: expected ranges in ascending order" },
                { "usableIova[0].end", "\"0xfef00000\"", "usableIova[1]: " RANGE },
                { "reservedIova", "{}", "reservedIova: expected an array" },
                { "findings[0].id", "\"Not-An-Id\"",
                                "findings[0].id: expected lower-case words with dashes between them" },
                { "findings[0].id", "\"a--b\"",
                                "findings[0].id: expected lower-case words with dashes between them" },
                { "findings[0].id", "\"-a\"",
                                "findings[0].id: expected lower-case words with dashes between them" },
                { "findings[0].severity", "\"fatal\"",
                                "findings[0].severity: expected \"info\", \"warning\" or \"error\"" },
                { "findings[0].summary", "\"a\\nb\"",
                                "findings[0].summary: expected a string of at most 4096 bytes, without control "
                                "characters" },
                { "findings[0].detail", "\"\\u009b31m\"",
                                "findings[0].detail: expected a string of at most 4096 bytes, without control "
                                "characters" },
                { "findings[0].remedy", "\"a\\u0000b\"",
                                "findings[0].remedy: expected a string of at most 4096 bytes, without control "
                                "characters" },
        };

        check_refused(*state, cases, ELEMENTS(cases));
}

/* What hawd did not know from the first may be missing, as in a profile it kept then; nothing else may. */
static void test_older(void **state) {
        _cleanup_(profile_done) Profile profile = {};
        json_auto_t *older = json_deep_copy(*state);
        JsonError error;

        assert_int_equal(json_object_del(json_object_get(older, "paging"), "page1G"), 0);
        assert_int_equal(json_object_del(json_object_get(older, "host"), "unsafeInterruptsType1"), 0);
        assert_int_equal(json_object_del(json_object_get(older, "host"), "unsafeInterruptsIommufd"), 0);
        assert_int_equal(json_object_del(json_object_get(older, "host"), "dmaEntryLimit"), 0);
        assert_int_equal(json_object_del(json_array_get(json_object_get(older, "groups"), 0), "missingAcs"),
                        0);
        assert_int_equal(profile_json_read(older, &profile, &error), 0);
        assert_false(profile.groups[0].lacks_acs);
        assert_int_equal(profile.host.dma_entry_limit.reason, REASON_ABSENT);
        assert_int_equal(profile.host.unsafe_type1.provenance, PROVENANCE_UNKNOWN);
        assert_int_equal(profile.host.unsafe_iommufd.reason, REASON_ABSENT);
        assert_int_equal(profile.paging.page_1g.reason, REASON_ABSENT);
        assert_int_equal(profile.paging.page_1g.provenance, PROVENANCE_UNKNOWN);

        assert_string_equal(json_document_read_changed(*state, "paging.hostLevels", NULL, &error),
                        "paging.hostLevels: missing");
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_safe_widths),
                cmocka_unit_test(test_scalars),
                cmocka_unit_test(test_units_and_groups),
                cmocka_unit_test(test_devices),
                cmocka_unit_test(test_mediated),
                cmocka_unit_test(test_memory_and_findings),
                cmocka_unit_test(test_older),
        };

        document_path = argc > 1 ? argv[1] : "";
        return cmocka_run_group_tests(tests, setup, teardown);
}
