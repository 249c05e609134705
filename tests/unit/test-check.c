/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "guest/answer/answer.h"
#include "guest/change.h"
#include "guest/firmware/firmware.h"
#include "guest/remedy/remedy.h"
#include "guest/rules/run.h"
#include "guest/size.h"
#include "tests/unit/quiet-host.h"

#define GIB (UINT64_C(1) << 30)

static void test_range_outside(void **state) {
        Range parts[] = { { 0, 0xff }, { 0x200, 0x2ff } };
        const RangeSet usable = { .n = 2, .ranges = parts };
        static const struct {
                uint64_t start, end;
                bool outside;
                uint64_t first, last;
        } cases[] = {
                { 0, 0xff, false, 0, 0 },
                { 0x10, 0x20, false, 0, 0 },
                { 0x200, 0x2ff, false, 0, 0 },
                { 0, 0x100, true, 0x100, 0x100 },
                { 0x80, 0x280, true, 0x100, 0x1ff }, /* the hole between, no more */
                { 0x100, 0x1ff, true, 0x100, 0x1ff },
                { 0x180, 0x180, true, 0x180, 0x180 },
                { 0x180, 0x240, true, 0x180, 0x1ff },
                { 0x2ff, 0x300, true, 0x300, 0x300 },
                { 0x300, UINT64_MAX, true, 0x300, UINT64_MAX },
        };
        Range part;

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                assert_int_equal(range_outside(&usable, cases[i].start, cases[i].end, &part),
                                cases[i].outside);
                if (!cases[i].outside)
                        continue;
                assert_int_equal(part.start, cases[i].first);
                assert_int_equal(part.end, cases[i].last);
        }
        assert_true(range_outside(&(RangeSet){}, 0, UINT64_MAX, &part));
        parts[0].end = UINT64_MAX;
        assert_false(range_outside(&(RangeSet){ 1, parts }, 0, UINT64_MAX, &part));
}

static void test_bar_need(void **state) {
        GuestDevice devices[] = {
                { .n_bars = 3,
                                .own_port = true,
                                .bars = { { 0, 128 * GIB, true, true }, { 2, GIB / 32, true, true },
                                                { 4, GIB, true, false } } },
                { .n_bars = 2, .bars = { { 0, 16 * GIB, true, true }, { 2, GIB, false, false } } },
        };
        const Guest guest = { .devices = devices, .n_devices = 2 };
        BarNeed need;

        bar_need(&guest, &(Layout){}, 0, NULL, NULL, &need);
        /* Behind the port 128 GiB and 32 MiB become 256 GiB, the other kind of BAR lies below 4 GiB; beside it 16 GiB. */
        assert_int_equal(need.bytes, 272 * GIB);
        assert_int_equal(need.largest, 128 * GIB);
        assert_int_equal(need.n_devices, 2);
        assert_int_equal(need.n_largest, 1);
        devices[0].bars[0].size = devices[1].bars[0].size = UINT64_C(1) << 63;
        bar_need(&guest, &(Layout){}, 0, NULL, NULL, &need);
        assert_int_equal(need.bytes, UINT64_MAX);
}

static void test_bytes(void **state) {
        char text[SIZE_TEXT_MAX];

        assert_string_equal(size_text(0, text), "0 bytes");
        assert_string_equal(size_text(16 * GIB, text), "16 GiB");
        assert_string_equal(size_text(3 * GIB / 2, text), "1.5 GiB");
        assert_string_equal(size_text(UINT64_MAX, text), "16 EiB");
}

/* What a change says, and that it says nothing where it makes no sense. */
static void test_changes(void **state) {
        static const struct {
                VmmKind vmm;
                WidthMode mode;
                Change change;
                bool applies;
                const char *libvirt, *option;
        } cases[] = {
                { VMM_QEMU, WIDTH_HOST, { CHANGE_WIDTH, 39 }, true,
                                "<maxphysaddr mode='passthrough' limit='39'/>",
                                "-cpu host,host-phys-bits=on,host-phys-bits-limit=39" },
                { VMM_QEMU, WIDTH_EXPLICIT, { CHANGE_WIDTH, 43 }, true,
                                "<maxphysaddr mode='emulate' bits='43'/>", "-cpu host,phys-bits=43" },
                { VMM_QEMU, WIDTH_DEFAULT, { CHANGE_WIDTH, 53 }, false, NULL, NULL },
                { VMM_CLOUD_HYPERVISOR, WIDTH_HOST, { CHANGE_WIDTH, 39 }, true, "",
                                "--cpus max_phys_bits=39" },
                { VMM_CLOUD_HYPERVISOR, WIDTH_HOST, { CHANGE_WIDTH_HOST, 0 }, false, NULL, NULL },
                { VMM_QEMU, WIDTH_HOST, { CHANGE_MAX_MEMORY, 16 * GIB }, true,
                                "<maxMemory slots='4' unit='KiB'>16777216</maxMemory>",
                                "-m size=8192M,slots=4,maxmem=16384M" },
                { VMM_QEMU, WIDTH_HOST, { CHANGE_MAX_MEMORY, 64 * GIB }, false, NULL, NULL },
                { VMM_QEMU, WIDTH_HOST, { CHANGE_RAM, 4 * GIB }, true, "<memory unit='KiB'>4194304</memory>",
                                "-m size=4096M,slots=4,maxmem=32768M" },
                { VMM_QEMU, WIDTH_HOST, { CHANGE_MACHINE, 7 << 16 | 1 }, true,
                                "<type machine='pc-q35-7.1'>hvm</type>", "-machine pc-q35-7.1" },
                { VMM_QEMU, WIDTH_HOST, { CHANGE_VIOMMU_BITS, 39 }, true,
                                "<iommu model='intel'>\n  <driver aw_bits='39'/>\n</iommu>",
                                "-device intel-iommu,aw-bits=39" },
                { VMM_QEMU, WIDTH_HOST, { CHANGE_VIOMMU_BITS, 47 }, false, NULL, NULL },
                { VMM_QEMU, WIDTH_HOST, { CHANGE_NO_PEER_TO_PEER, 0 }, false, NULL, NULL },
                { VMM_QEMU, WIDTH_HOST, { CHANGE_MMIO64, 65536 }, false, NULL, NULL },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const Guest guest = { .vmm = cases[i].vmm,
                        .machine = MACHINE_Q35,
                        .kvm = true,
                        .cpu = { .model = "host", .width_mode = cases[i].mode },
                        .memory = { .ram = 8 * GIB, .max = 32 * GIB, .slots = 4 },
                        .viommu = { .kind = VIOMMU_INTEL } };
                Guest changed = guest;
                char words[CHANGE_WORDS_MAX];
                ChangeForms forms;

                assert_int_equal(change_apply(&cases[i].change, &changed), cases[i].applies);
                if (!cases[i].applies)
                        continue;
                assert_int_equal(change_forms(&guest, &cases[i].change, 1, &forms), 0);
                assert_string_equal(forms.libvirt, cases[i].libvirt);
                assert_string_equal(forms.option, cases[i].option);
                assert_string_equal(forms.proxmox, "");
                change_forms_done(&forms);
                change_words(&cases[i].change, &guest, words);
                assert_true(*words);
        }
}

/* <cpu mode='host-model'> is libvirt's: QEMU has no model of that name. */
static void test_change_of_host_model(void **state) {
        static const Change cpu[] = { { CHANGE_WIDTH, 39 }, { CHANGE_WIDTH_HOST, 0 },
                { CHANGE_LARGE_PAGES, 0 } };
        const Change hole = { CHANGE_HOLE64, GIB };
        const Guest guest = { .machine = MACHINE_Q35, .kvm = true, .cpu = { .model = "host-model" } };
        ChangeForms forms;

        for (size_t i = 0; i < ELEMENTS(cpu); i++) {
                assert_int_equal(change_forms(&guest, &cpu[i], 1, &forms), 0);
                assert_string_equal(forms.option, "");
                assert_true(*forms.libvirt);
                change_forms_done(&forms);
        }
        assert_int_equal(change_forms(&guest, &hole, 1, &forms), 0);
        assert_string_equal(forms.option, "-global q35-pcihost.pci-hole64-size=1024M");
        change_forms_done(&forms);
}

static Guest plain_guest(GuestDevice *device) {
        *device = (GuestDevice){
                .name = "card", .assigned = true, .n_bars = 1, .bars = { { 0, 16 * GIB, true, true } }
        };
        return (Guest){ .machine = MACHINE_Q35,
                .machine_version = { 9, 0, 0 },
                .vmm_version = { 9, 0, 0 },
                .kvm = true,
                .cpu = { .model = "host", .vendor_is_host = true, .width_mode = WIDTH_HOST },
                .memory = { .ram = 8 * GIB },
                .firmware = { .kind = FIRMWARE_OVMF, .version = { 202311, 0, 0 } },
                .n_devices = 1,
                .devices = device };
}

/* A finding that is not there has no rule. */
static CheckFinding finding_of(const Check *check, Rule rule) {
        for (size_t i = 0; i < check->n; i++)
                if (check->findings[i].rule == rule && check->findings[i].verdict != VERDICT_SAFE)
                        return check->findings[i];
        return (CheckFinding){ .qemu = (char *) "", .libvirt = (char *) "" };
}

/* A host whose units reach so many bits; what does not matter here stays as it is. */
static void narrow(QuietHost *host, unsigned bits) {
        quiet_host_init(host);
        host->profile.widths.cpu_physical_bits = fact_measured(46, "test");
        host->profile.widths.guest_physical_bits = fact_measured(46, "test");
        host->profile.widths.guest_mappable_bits = fact_measured(46, "test");
        host->profile.paging.page_1g = fact_measured(1, "test");
        host->profile.paging.la57_capable = fact_measured(0, "test");
        host->profile.widths.iova_bits = fact_derived(bits, "test");
        host->groups[0].bits = (uint8_t) bits;
}

/* Every remedy that is printed was tried; here each is tried once more by hand. */
static void test_remedy_helps(void **state) {
        QuietHost host;
        GuestDevice device;

        for (unsigned bits = 36; bits < 46; bits++) {
                _cleanup_(check_done) Check check = {}, after = {};
                Guest guest = plain_guest(&device);
                CheckFinding f;
                unsigned limit;

                narrow(&host, bits);
                assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
                f = finding_of(&check, RULE_BARS);
                assert_true(f.rule);
                if (!*f.qemu)
                        continue;
                assert_int_equal(sscanf(f.qemu, "-cpu host,host-phys-bits=on,host-phys-bits-limit=%u",
                                                 &limit),
                                1);
                guest.cpu.limit = (uint8_t) limit;
                assert_int_equal(check_guest(&guest, &host.profile, &after), 0);
                assert_false(finding_of(&after, RULE_BARS).rule);
                assert_true(after.verdict == VERDICT_SAFE);
        }
}

/* A width that is too low makes the guest unsafe, even if the other one is unknown. */
static void test_one_width_known(void **state) {
        for (unsigned i = 0; i < 3; i++) {
                _cleanup_(check_done) Check check = {};
                GuestDevice device;
                Guest guest = plain_guest(&device);
                QuietHost host;

                narrow(&host, 46);
                host.profile.widths.guest_physical_bits =
                                i == 0 ? fact_measured(32, "test") : fact_unknown(REASON_PERMISSION, "test");
                host.profile.widths.guest_mappable_bits =
                                i == 1 ? fact_measured(32, "test") : fact_unknown(REASON_PERMISSION, "test");
                guest.cpu = (GuestCpu){ .model = "host", .width_mode = WIDTH_EXPLICIT, .phys_bits = 46 };
                assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
                assert_int_equal(check.verdict, i < 2 ? VERDICT_UNSAFE : VERDICT_UNKNOWN);
                assert_int_equal(finding_of(&check, RULE_WIDTH).rule != 0, i < 2);
                assert_true(check.n_missing > 0);
        }
}

/* PlatformInitLib: 40 bits at most without pdpe1gb, which KVM gives nobody on a host that lacks it; who asks for it all the
 * same has none. Before 202211 OVMF did not look. */
static void test_large_pages(void **state) {
        static const struct {
                uint64_t of_host;
                Tristate asked;
                uint32_t ovmf;
                bool warns;
        } cases[] = {
                { 1, TRISTATE_UNKNOWN, 202311, false },
                { 1, TRISTATE_NO, 202311, true },
                { 0, TRISTATE_UNKNOWN, 202311, true },
                { 0, TRISTATE_YES, 202311, true },
                { 0, TRISTATE_UNKNOWN, 202208, false },
                { 1, TRISTATE_NO, 202208, false },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(check_done) Check check = {};
                GuestDevice device;
                Guest guest = plain_guest(&device);
                QuietHost host;

                narrow(&host, 48);
                host.profile.paging.page_1g = fact_measured(cases[i].of_host, "test");
                guest.cpu.pdpe1gb = cases[i].asked;
                guest.firmware.version.major = cases[i].ovmf;
                assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
                assert_int_equal(finding_of(&check, RULE_COMPATIBILITY).rule != 0, cases[i].warns);
                if (!cases[i].of_host)
                        assert_null(strstr(finding_of(&check, RULE_COMPATIBILITY).libvirt, "pdpe1gb"));
        }
}

/* Whether a model that nobody here knows has them is not known where it counts: beyond 40 bits. */
static void test_unknown_model(void **state) {
        for (uint8_t bits = 40; bits <= 41; bits++) {
                _cleanup_(check_done) Check check = {};
                GuestDevice device;
                Guest guest = plain_guest(&device);
                QuietHost host;

                narrow(&host, 48);
                guest.cpu = (GuestCpu){ .model = "Vendor-v9",
                        .vendor_is_host = true,
                        .width_mode = WIDTH_EXPLICIT,
                        .phys_bits = bits };
                assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
                assert_int_equal(check.n_missing, bits > 40);
                if (bits > 40)
                        assert_string_equal(check.missing[0], "cpu: pdpe1gb");
        }
}

static bool same_rules(FirmwareKind kind, GuestVersion a, GuestVersion b) {
        const OvmfPolicy x = policy_ovmf(a), y = policy_ovmf(b);
        const SeabiosPolicy p = policy_seabios(a), q = policy_seabios(b);

        if (kind == FIRMWARE_OVMF)
                return x.dynamic == y.dynamic && x.avoids_reserved == y.avoids_reserved &&
                                x.la57 == y.la57 && x.la57_by_memory == y.la57_by_memory &&
                                x.reads_guest_bits == y.reads_guest_bits &&
                                x.override_is_exact == y.override_is_exact &&
                                x.cloud_hypervisor == y.cloud_hypervisor && x.cap == y.cap &&
                                x.share_shift == y.share_shift && x.port_shift == y.port_shift &&
                                x.ecam == y.ecam;
        return p.top == q.top && p.pci64 == q.pci64 && p.ports_aligned == q.ports_aligned &&
                        p.port_shift == q.port_shift && p.cap == q.cap && p.uncapped_from == q.uncapped_from;
}

static bool stands_for(FirmwareKind kind, GuestVersion version) {
        GuestVersion one;

        for (size_t i = 0; firmware_version(kind, i, &one); i++)
                if (same_rules(kind, one, version))
                        return true;
        return false;
}

/* Whatever version an image has, one of those that are tried for it has its rules. */
static void test_versions_tried(void **state) {
        for (uint32_t year = 2016; year < 2040; year++)
                for (uint32_t month = 1; month <= 12; month++)
                        assert_true(stands_for(FIRMWARE_OVMF, (GuestVersion){ year * 100 + month, 0, 0 }));
        for (uint32_t minor = 10; minor < 30; minor++)
                for (uint32_t patch = 0; patch < 5; patch++)
                        assert_true(stands_for(FIRMWARE_SEABIOS, (GuestVersion){ 1, minor, patch }));
}

/* A reserved region in the middle of boot memory: no width moves it. */
static void test_no_remedy(void **state) {
        static char word[] = "reserved";
        Range parts[] = { { 0, 0x3fffffff }, { 0x40000000 + 0x10000, (UINT64_C(1) << 46) - 1 } };
        _cleanup_(check_done) Check check = {};
        QuietHost host;
        GuestDevice device;
        Guest guest = plain_guest(&device);
        HostRegion region = { .region = { 0x40000000, 0x4000ffff, RESERVED_RESERVED, "" } };
        CheckFinding f;

        narrow(&host, 46);
        strcpy(region.region.word, word);
        host.profile.regions = (HostRegions){ 1, &region };
        host.groups[0].regions = (ReservedRegions){ 1, &region.region };
        host.profile.usable_iova = (RangeSet){ 2, parts };
        assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
        f = finding_of(&check, RULE_MEMORY);
        assert_true(f.rule);
        assert_int_equal(f.start, 0x40000000);
        assert_string_equal(f.qemu, "");
        assert_string_equal(f.libvirt, "");
}

/* The worst first, and unknown outweighs a warning but hides nothing unsafe. */
static void test_order(void **state) {
        _cleanup_(check_done) Check check = {};
        QuietHost host;
        GuestDevice device;
        Guest guest = plain_guest(&device);

        narrow(&host, 39);
        guest.firmware.version_guessed = true;
        assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
        assert_int_equal(check.verdict, VERDICT_UNKNOWN);
        assert_int_equal(check.n_missing, 1);
        for (size_t i = 1; i < check.n; i++)
                assert_true(check.findings[i - 1].verdict >= check.findings[i].verdict);
        check_done(&check);
        guest.memory.ram = 600 * GIB;
        assert_int_equal(check_guest(&guest, &host.profile, &check), 0);
        assert_int_equal(check.verdict, VERDICT_UNSAFE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_range_outside),
                cmocka_unit_test(test_bar_need),
                cmocka_unit_test(test_bytes),
                cmocka_unit_test(test_changes),
                cmocka_unit_test(test_change_of_host_model),
                cmocka_unit_test(test_remedy_helps),
                cmocka_unit_test(test_one_width_known),
                cmocka_unit_test(test_large_pages),
                cmocka_unit_test(test_unknown_model),
                cmocka_unit_test(test_versions_tried),
                cmocka_unit_test(test_no_remedy),
                cmocka_unit_test(test_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
