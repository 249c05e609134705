/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "profile/change/difference.h"
#include "profile/device-lookup.h"
#include "profile/field/json-read.h"
#include "profile/field/json-write.h"
#include "tests/unit/json-document.h"

/* A document written by hand, in which no two values beside each other are the same. */
static const char *document_path;

static int setup(void **state) {
        *state = json_document_load(document_path);
        return *state ? 0 : -1;
}

static int teardown(void **state) {
        json_decref(*state);
        return 0;
}

static void read_document(const json_t *document, Profile *ret) {
        JsonError error = {};

        if (profile_json_read(document, ret, &error) < 0)
                fail_msg("%s", error.text);
}

static void test_parsed(void **state) {
        _cleanup_free_ char *text = json_dumps(*state, JSON_INDENT(1));
        json_t *document = NULL;
        JsonError error = {};

        assert_non_null(text);
        assert_int_equal(profile_json_parse(text, strlen(text), &document, &error), 0);
        assert_true(json_equal(document, *state));
        json_decref(document);
}

/* ── facts ─────────────────────────────────────────────────────────────────────────────────────────────── */

#define M PROVENANCE_MEASURED
#define D PROVENANCE_DERIVED
#define A PROVENANCE_ASSUMED
#define KNOWN(member, label, provenance, value) \
        { offsetof(Profile, member), label, provenance, REASON_NONE, value }
#define UNKNOWN(member, label, reason) \
        { offsetof(Profile, member), label, PROVENANCE_UNKNOWN, reason, 0 }

typedef struct FactCase {
        size_t offset;
        const char *source;
        Provenance provenance;
        Reason reason;
        uint64_t value;
} FactCase;

static const FactCase host_facts[] = {
        KNOWN(host.family, "s1", M, 6),
        KNOWN(host.model, "s2", M, 85),
        KNOWN(host.stepping, "s3", M, 4),
        KNOWN(host.cpus, "s4", M, 96),
        KNOWN(widths.cpu_physical_bits, "w1", M, 52),
        KNOWN(widths.host_physical_bits, "w2", D, 47),
        KNOWN(widths.guest_physical_bits, "w3", A, 51),
        KNOWN(widths.guest_mappable_bits, "w4", M, 48),
        KNOWN(widths.iova_bits, "w5", D, 39),
        KNOWN(widths.linear_bits, "w6", M, 57),
        KNOWN(widths.safe_guest_bits, "w7", D, 46),
        KNOWN(widths.safe_guest_bits_with_devices, "w8", D, 38),
        KNOWN(widths.cpuinfo_min_bits, "w9", M, 44),
        KNOWN(widths.cpuinfo_max_bits, "w10", M, 45),
        KNOWN(host.unsafe_type1, "u1", M, 1),
        KNOWN(host.dma_entry_limit, "u3", M, 65535),
        UNKNOWN(host.unsafe_iommufd, "u2", REASON_ABSENT),
        KNOWN(paging.virtualisation_capable, "p1", M, 1),
        KNOWN(paging.virtualisation_enabled, "p2", M, 0),
        KNOWN(paging.la57_capable, "p3", M, 1),
        UNKNOWN(paging.la57_enabled, "p4", REASON_PERMISSION),
        KNOWN(paging.host_levels, "p5", D, 4),
        KNOWN(paging.page_1g, "p15", M, 1),
        KNOWN(paging.second_level_capable, "p6", M, 1),
        KNOWN(paging.second_level_enabled, "p7", M, 1),
        KNOWN(paging.second_level_levels, "p8", M, 5),
        KNOWN(paging.second_level_page_2m, "p9", M, 1),
        KNOWN(paging.second_level_page_1g, "p10", M, 0),
        KNOWN(paging.second_level_accessed_dirty, "p11", M, 1),
        KNOWN(paging.kvm_loaded, "p12", M, 1),
        KNOWN(paging.kvm_guest_phys_bits_offered, "p13", M, 0),
        UNKNOWN(paging.smaller_maxphyaddr, "p14", REASON_ABSENT),
        KNOWN(encryption.sme_capable, "e1", M, 1),
        KNOWN(encryption.sme_enabled, "e2", M, 0),
        KNOWN(encryption.sev_capable, "e3", M, 0),
        KNOWN(encryption.sev_enabled, "e4", M, 1),
        KNOWN(encryption.sev_es_capable, "e5", M, 1),
        KNOWN(encryption.sev_es_enabled, "e6", M, 1),
        KNOWN(encryption.sev_snp_capable, "e7", M, 0),
        KNOWN(encryption.sev_snp_enabled, "e8", M, 0),
        KNOWN(encryption.tme_capable, "e9", M, 1),
        UNKNOWN(encryption.tme_enabled, "e10", REASON_IO),
        KNOWN(encryption.mktme_keyid_bits, "e11", M, 6),
        KNOWN(encryption.tdx_keyid_bits, "e12", M, 3),
        KNOWN(encryption.tdx_enabled, "e13", M, 0),
        KNOWN(encryption.c_bit, "e14", M, 51),
        KNOWN(encryption.pa_reduction, "e15", M, 5),
        KNOWN(encryption.bits_taken, "e16", M, 1),
        KNOWN(memory.ram_top, "m1", M, UINT64_C(0x1080000000)),
        KNOWN(memory.block_size, "m2", M, UINT64_C(0x80000000)),
};

#undef KNOWN
#undef UNKNOWN
#define KNOWN(member, label, provenance, value) \
        { offsetof(ProfileIommu, member), label, provenance, REASON_NONE, value }
#define UNKNOWN(member, label, reason) \
        { offsetof(ProfileIommu, member), label, PROVENANCE_UNKNOWN, reason, 0 }

static const FactCase intel_facts[] = {
        KNOWN(address, "r1", M, 0xfed90000),
        KNOWN(cap, "r2", M, UINT64_C(0xd2008c40660462)),
        KNOWN(ecap, "r3", M, 0xf050da),
        UNKNOWN(capability, "r4", REASON_NOT_APPLICABLE),
        UNKNOWN(efr, "r5", REASON_NOT_APPLICABLE),
        UNKNOWN(efr2, "r6", REASON_NOT_APPLICABLE),
        KNOWN(version_major, "v1", M, 1),
        KNOWN(version_minor, "v2", M, 7),
        KNOWN(second_stage_bits, "i1", D, 39),
        KNOWN(first_stage_bits, "i2", D, 47),
        KNOWN(bits, "i3", D, 38),
        KNOWN(interrupt_remapping_capable, "i4", M, 1),
        KNOWN(interrupt_remapping_enabled, "i5", M, 0),
        KNOWN(caching_mode, "i6", M, 1),
};

static const FactCase amd_facts[] = {
        UNKNOWN(address, "r7", REASON_NOT_APPLICABLE),
        UNKNOWN(cap, "r8", REASON_NOT_APPLICABLE),
        UNKNOWN(ecap, "r9", REASON_NOT_APPLICABLE),
        KNOWN(capability, "r10", M, 0x190b640f),
        KNOWN(efr, "r11", M, UINT64_MAX),
        KNOWN(efr2, "r12", M, 0),
        UNKNOWN(version_major, "v3", REASON_NOT_APPLICABLE),
        UNKNOWN(version_minor, "v4", REASON_NOT_APPLICABLE),
        KNOWN(second_stage_bits, "i7", D, 64),
        UNKNOWN(first_stage_bits, "i8", REASON_NOT_APPLICABLE),
        KNOWN(bits, "i9", D, 63),
        KNOWN(interrupt_remapping_capable, "i10", A, 1),
        UNKNOWN(interrupt_remapping_enabled, "i11", REASON_HIDDEN),
        KNOWN(caching_mode, "i12", M, 0),
};

static void check_facts(const void *base, const FactCase *cases, size_t n) {
        for (size_t i = 0; i < n; i++) {
                const Fact *fact = (const Fact *) (const void *) ((const char *) base + cases[i].offset);

                assert_string_equal(fact->source, cases[i].source);
                assert_int_equal(fact->provenance, cases[i].provenance);
                assert_int_equal(fact->reason, cases[i].reason);
                assert_int_equal(fact->value, cases[i].value);
        }
}

static void test_facts(void **state) {
        _cleanup_(profile_done) Profile profile = {};

        read_document(*state, &profile);
        check_facts(&profile, host_facts, ELEMENTS(host_facts));
        assert_int_equal(profile.n_iommus, 3);
        check_facts(&profile.iommus[0], intel_facts, ELEMENTS(intel_facts));
        check_facts(&profile.iommus[1], amd_facts, ELEMENTS(amd_facts));
}

/* ── the rest ──────────────────────────────────────────────────────────────────────────────────────────── */

static void test_host(void **state) {
        _cleanup_(profile_done) Profile profile = {};

        read_document(*state, &profile);
        assert_string_equal(profile.host.machine_id, "00112233445566778899aabbccddeeff");
        assert_string_equal(profile.host.hostname, "vectors");
        assert_string_equal(profile.host.kernel, "6.12.95-amd64");
        assert_string_equal(profile.host.kernel_parameters, "intel_iommu=on");
        assert_true(profile.host.cmdline.intel_iommu_on);
        assert_string_equal(profile.host.architecture, "x86_64");
        assert_string_equal(profile.host.virtualised, "kvm");
        assert_string_equal(profile.host.vendor_name, "GenuineIntel");
        assert_int_equal(profile.host.vendor, CPU_VENDOR_INTEL);
        assert_string_equal(profile.host.model_name, "Some CPU");
        assert_int_equal(profile.paging.second_level, SECOND_LEVEL_EPT);
        assert_string_equal(profile.paging.kvm_backend, "kvm_intel");
        assert_int_equal(profile.firmware.dmar_reason, REASON_PERMISSION);
        assert_int_equal(profile.firmware.ivrs_reason, REASON_ABSENT);
        assert_string_equal(
                        profile.digest, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");

        assert_int_equal(profile.memory.n_ranges, 3);
        assert_int_equal(profile.memory.ranges[1].end, 0x7b7fffff);
        assert_int_equal(profile.memory.ranges[1].kind, IOMEM_SYSTEM_RAM);
        assert_int_equal(profile.memory.ranges[2].kind, IOMEM_RESERVED);
        assert_int_equal(profile.memory.ranges_reason, REASON_NONE);
        assert_string_equal(profile.memory.ranges_source, "/proc/iomem");
        assert_int_equal(profile.memory.hot_added.n, 1);
        assert_int_equal(profile.memory.hot_added.ranges[0].start, UINT64_C(0x100000000));
        assert_int_equal(profile.memory.hotplug_reason, REASON_UNSUPPORTED_KERNEL);
        assert_int_equal(profile.reserved.n, 1);
        assert_int_equal(profile.reserved.ranges[0].end, 0xfeefffff);
        assert_int_equal(profile.usable_iova.n, 2);
        assert_int_equal(profile.usable_iova.ranges[1].end, UINT64_C(0x3fffffffff));
}

static void test_iommus(void **state) {
        _cleanup_(profile_done) Profile profile = {};
        const ProfileIommu *iommu;

        read_document(*state, &profile);
        assert_int_equal(profile.iommus_reason, REASON_NONE);
        iommu = &profile.iommus[0];
        assert_string_equal(iommu->name, "dmar0");
        assert_int_equal(iommu->kind, IOMMU_INTEL_VTD);
        assert_int_equal(iommu->n_devices, 3);
        assert_int_equal(iommu->n_pci_devices, 2);
        assert_int_equal(iommu->devices_reason, REASON_NONE);
        assert_int_equal(iommu->firmware_unit, 1);
        iommu = &profile.iommus[1];
        assert_int_equal(iommu->kind, IOMMU_AMD_VI);
        assert_int_not_equal(iommu->devices_reason, REASON_NONE);
        assert_int_equal(iommu->firmware_unit, -1);
}

static void test_groups(void **state) {
        _cleanup_(profile_done) Profile profile = {};
        const ProfileGroup *group;

        read_document(*state, &profile);
        assert_int_equal(profile.groups_reason, REASON_TOO_LARGE);
        assert_int_equal(profile.n_groups, 2);
        group = &profile.groups[0];
        assert_int_equal(group->id, 4);
        assert_string_equal(group->name, "");
        assert_int_equal(group->type, GROUP_TYPE_DMA_FQ);
        assert_int_equal(group->n_members, 2);
        assert_string_equal(group->members[1], "serial8250");
        assert_int_equal(group->regions.n, 2);
        assert_int_equal(group->regions.regions[0].type, RESERVED_DIRECT);
        assert_int_equal(group->regions.regions[1].type, RESERVED_MSI);
        assert_string_equal(group->regions.regions[1].word, "msi");
        assert_int_equal(group->iommu, 0);
        assert_int_equal(group->bits, 39);
        assert_int_equal(group->usable.n, 3);
        assert_int_equal(group->usable.ranges[2].start, 0xfef00000);
        assert_int_equal(group->assignable, TRISTATE_NO);
        assert_int_equal(group->why, ASSIGNABLE_WHY_DIRECT_REGION);
        assert_int_equal(group->isolated, TRISTATE_NO);
        assert_true(group->lacks_acs && group->missing_acs.device == 0x1c &&
                        group->missing_acs.function == 4);
        group = &profile.groups[1];
        assert_string_equal(group->name, "vfio-noiommu");
        assert_string_equal(group->type_word, "");
        assert_int_equal(group->type_reason, REASON_PERMISSION);
        assert_int_equal(group->regions_reason, REASON_ABSENT);
        assert_int_equal(group->iommu, -1);
        assert_int_equal(group->bits, 0);
        assert_int_equal(group->bits_reason, REASON_AMBIGUOUS);
        assert_int_equal(group->assignable, TRISTATE_UNKNOWN);
        assert_int_equal(group->why, ASSIGNABLE_WHY_UNREADABLE);
        assert_false(group->lacks_acs);
}

static void check_bars(const ProfileDevice *device) {
        assert_int_equal(device->n_bars, 4);
        assert_true(device->bars[0].is_64bit && !device->bars[0].prefetchable && !device->bars[0].io);
        assert_int_equal(device->bars[0].end, 0xe0ffffff);
        assert_int_equal(device->bars[0].resizable_max, UINT64_C(8) << 30);
        assert_true(device->bars[1].io && device->bars[1].assigned && device->bars[1].index == 2);
        assert_int_equal(device->bars[1].end, 0xe01f);
        assert_true(!device->bars[2].assigned && device->bars[2].end - device->bars[2].start == 524287);
        assert_true(device->bars[3].assigned && device->bars[3].prefetchable);
        assert_int_equal(device->bars[3].end, UINT64_MAX);
}

static void test_devices(void **state) {
        _cleanup_(profile_done) Profile profile = {};
        const ProfileDevice *device;

        read_document(*state, &profile);
        assert_int_equal(profile.n_devices, 2);
        device = device_lookup_name(&profile, "0000:01:00.0");
        assert_ptr_equal(device, &profile.devices[0]);
        assert_true(device->has_parent && device->parent.device == 0x1c);
        assert_int_equal(device->vendor, 0x8086);
        assert_int_equal(device->device, 0x1572);
        assert_int_equal(device->subsystem_vendor, 0x1028);
        assert_int_equal(device->subsystem_device, 0xff);
        assert_int_equal(device->class_code, 0x020000);
        assert_true(device->header_type_known && device->header_type == 0 && device->revision == 2);
        assert_string_equal(device->driver, "i40e");
        assert_int_equal(device->group, 0);
        assert_int_equal(device->iommu, 0);
        check_bars(device);
        assert_int_equal(device->port_type, 4);
        assert_int_equal(device->acs, TRISTATE_YES);
        assert_true(device->acs_capability == 31 && device->acs_control == 29 &&
                        device->acs_missing == 0x09);
        assert_true(device->ats == TRISTATE_YES && device->pri == TRISTATE_NO);
        assert_true(device->pasid == TRISTATE_YES && device->pasid_bits == 20);
        assert_true(device->sriov == TRISTATE_YES && device->total_vfs == 64 && device->num_vfs == 8);
        assert_false(device->is_vf);
        assert_int_equal(device->vgpu_type, 0);

        device = device_lookup_name(&profile, "10000:e1:00.0");
        assert_ptr_equal(device, &profile.devices[1]);
        assert_int_equal(device->ids_reason, REASON_MALFORMED);
        assert_int_equal(device->resource_reason, REASON_NOT_A_FILE);
        assert_int_equal(device->config_reason, REASON_LINK_LOOP);
        assert_true(device->group == -1 && device->iommu == -1 && device->port_type == -1);
        assert_false(device->header_type_known || device->has_parent);
        assert_true(device->acs == TRISTATE_UNKNOWN && device->pasid == TRISTATE_NO);
        assert_true(device->is_vf && device->physical_function.domain == 0x10000 &&
                        device->physical_function.function == 7);
}

static void test_findings(void **state) {
        _cleanup_(profile_done) Profile profile = {};

        read_document(*state, &profile);
        assert_int_equal(profile.findings.n, 2);
        assert_string_equal(profile.findings.findings[0].id, "a-finding-of-tomorrow");
        assert_int_equal(profile.findings.findings[0].severity, SEVERITY_ERROR);
        assert_string_equal(profile.findings.findings[0].subject, "group 4");
        assert_string_equal(profile.findings.findings[0].summary, "Something new");
        assert_string_equal(profile.findings.findings[0].detail, "39 < 46");
        assert_string_equal(profile.findings.findings[0].remedy, "Use QEMU -cpu …,phys-bits=39.");
        assert_int_equal(profile.findings.findings[1].severity, SEVERITY_INFO);
}

/* Written again it is the same document, but for what follows from other values or is not read. */
static int append(const char *text, size_t n, void *userdata) {
        char **all = userdata, *grown = NULL;

        if (asprintf(&grown, "%s%.*s", *all ? *all : "", (int) n, text) < 0)
                return -ENOMEM;
        free(*all);
        *all = grown;
        return 0;
}

static void test_rewritten(void **state) {
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_free_ char *text = NULL;

        read_document(*state, &profile);
        assert_int_equal(profile_json_write(&profile, JSON_LAYOUT_SHORT, append, &text), 0);
        json_auto_t *again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(again);
        for (size_t i = 0; i < 2; i++)
                json_object_set_new(json_array_get(json_object_get(again, "iommus"), i), "decoded",
                                json_object());
        assert_true(json_equal(again, *state));
}

/* Whatever word is written leads back to its value; no other word leads anywhere. */
static void test_words(void **state) {
        const Words *all[] = { &reason_words, &provenance_words, &tristate_words, &cpu_vendor_words,
                &group_type_words, &severity_words, &verdict_words, &finding_id_words, &iommu_kind_words,
                &second_level_words, &assignable_why_words, &difference_kind_words };

        for (size_t i = 0; i < ELEMENTS(all); i++)
                for (unsigned value = 0; value < all[i]->n; value++) {
                        assert_non_null(all[i]->words[value]);
                        assert_int_equal(words_find(all[i], all[i]->words[value]),
                                        *all[i]->words[value] ? (int) value : -EINVAL);
                }
        assert_string_equal(words_get(&severity_words, _SEVERITY_MAX), "unknown");
        assert_true(reason_from_string("") < 0 && reason_from_string("Absent") < 0);
        assert_true(provenance_from_string("guessed") < 0 && severity_from_string("fatal") < 0);
        assert_true(iommu_kind_from_string("intel") < 0 && second_level_from_string("EPT") < 0);
        assert_true(assignable_why_from_string("") < 0);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_parsed),
                cmocka_unit_test(test_facts),
                cmocka_unit_test(test_host),
                cmocka_unit_test(test_iommus),
                cmocka_unit_test(test_groups),
                cmocka_unit_test(test_devices),
                cmocka_unit_test(test_findings),
                cmocka_unit_test(test_rewritten),
                cmocka_unit_test(test_words),
        };

        document_path = argc > 1 ? argv[1] : "";
        return cmocka_run_group_tests(tests, setup, teardown);
}
