/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "probe/decode/cpu/midr.h"
#include "probe/root/memory-tree.h"
#include "profile/architecture.h"
#include "profile/derive/derive.h"
#include "profile/model/arm-parts.h"

/* arm64 CPUs: their names, widths, pages, and whether KVM runs. Numbers of PARange and VARange are from the Arm
 * Architecture Reference Manual; limits of KVM and the registers beside them from emulated hosts (QEMU's
 * cortex-a57, cortex-a76, neoverse-n1 and max with Linux 6.1 and 6.12). */

#define CPUINFO(part)                                                                    \
        "processor\t: 0\nCPU implementer\t: 0x41\nCPU variant\t: 0x4\nCPU part\t: " part \
        "\nCPU revision\t: 1\n\n"
#define NEOVERSE_N1 CPUINFO("0xd0c")

/* ── MIDR_EL1 ──────────────────────────────────────────────────────────────────────────────────────────── */

static void test_midr(void **state) {
        static const struct {
                const char *text;
                uint8_t implementer, variant;
                uint16_t part;
                uint8_t revision;
        } vectors[] = {
                { "0x00000000411fd070\n", 0x41, 1, 0xd07, 0 }, /* QEMU's cortex-a57, r1p0 */
                { "0x00000000413fd0c1\n", 0x41, 3, 0xd0c, 1 }, /* Neoverse N1 r3p1, an Altra */
                { "0x00000000461f0010\n", 0x46, 1, 0x001, 0 }, /* A64FX */
                { "0x00000000c00fac30", 0xc0, 0, 0xac3, 0 },   /* AmpereOne */
        };
        static const char *const wrong[] = { "", "\n", "0x0\n", "0x\n", "411fd070x\n", "0x1411fd0700\n",
                "0x411fd070 1\n", "-1\n" };
        uint64_t value;
        Midr midr;

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                assert_true(midr_parse(BYTES(vectors[i].text, strlen(vectors[i].text)), &value));
                midr_decode(value, &midr);
                assert_int_equal(midr.implementer, vectors[i].implementer);
                assert_int_equal(midr.variant, vectors[i].variant);
                assert_int_equal(midr.architecture, MIDR_ARCHITECTURE_BY_REGISTERS);
                assert_int_equal(midr.part, vectors[i].part);
                assert_int_equal(midr.revision, vectors[i].revision);
                assert_int_equal(midr_encode(&midr), value);
        }
        for (size_t i = 0; i < ELEMENTS(wrong); i++)
                assert_false(midr_parse(BYTES(wrong[i], strlen(wrong[i])), &value));
}

static void test_names(void **state) {
        static const struct {
                uint8_t implementer;
                uint16_t part;
                const char *vendor, *name;
        } vectors[] = {
                { 0x41, 0xd0c, "ARM", "Neoverse N1" },
                { 0x41, 0xd4f, "ARM", "Neoverse V2" },
                { 0x41, 0xd85, "ARM", "Cortex-X925" },
                { 0x46, 0x001, "Fujitsu", "A64FX" },
                { 0x48, 0xd01, "HiSilicon", "TaiShan v110" },
                { 0xc0, 0xac3, "Ampere", "AmpereOne" },
                { 0xc0, 0xd0c, "Ampere", NULL }, /* a part number is the implementer's own */
                { 0x41, 0xfff, "ARM", NULL },
                { 0x00, 0x000, NULL, NULL },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                const char *vendor = arm_implementer_name(vectors[i].implementer);
                const char *name = arm_part_name(vectors[i].implementer, vectors[i].part);

                assert_string_equal(vendor ? vendor : "?", vectors[i].vendor ? vectors[i].vendor : "?");
                assert_string_equal(name ? name : "?", vectors[i].name ? vectors[i].name : "?");
        }
        /* ProfileHost.vendor_name has room for 15 characters. */
        for (unsigned i = 0; i < 256; i++) {
                const char *vendor = arm_implementer_name((uint8_t) i);

                assert_true(!vendor || strlen(vendor) < sizeof(((ProfileHost *) NULL)->vendor_name));
        }
}

/* ── hosts ─────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Tree {
        const char *page_size, *cpuinfo, *midr, *kvm, *log, *cmdline;
        bool without_misc, without_module;
} Tree;

static void put(MemoryTree *tree, const char *path, const char *text) {
        if (text)
                assert_int_equal(memory_tree_write(tree, path, BYTES(text, strlen(text))), 0);
}

static void derive(const Tree *t, Profile *ret) {
        char host[128];
        MemoryTree *tree;
        Root *root;

        snprintf(host, sizeof(host), "architecture aarch64\n%s%s\n", t->page_size ? "page-size " : "",
                        t->page_size ? t->page_size : "");
        assert_int_equal(memory_tree_new(&tree), 0);
        put(tree, "hawd/host", host);
        put(tree, "hawd/reasons", "not-applicable hawd/cpuid\n");
        put(tree, "proc/cpuinfo", t->cpuinfo);
        put(tree, "proc/cmdline", t->cmdline);
        put(tree, "sys/devices/system/cpu/cpu0/regs/identification/midr_el1", t->midr);
        put(tree, "hawd/kvm", t->kvm);
        put(tree, "hawd/kernel-log", t->log);
        assert_int_equal(memory_tree_make_directory(tree, "sys/class/iommu"), 0);
        assert_int_equal(memory_tree_make_directory(tree, "sys/module/vfio"), 0);
        if (!t->without_module)
                put(tree, "sys/module/kvm/parameters/halt_poll_ns", "500000\n");
        if (!t->without_misc)
                put(tree, "sys/class/misc/kvm/dev", "10:232\n");
        assert_int_equal(root_open_memory(tree, &root), 0);
        assert_int_equal(profile_probe(root, ret), 0);
        root_free(root);
        assert_true(profile_is_arm64(ret) && !profile_is_x86(ret));
}

#define MMFR0(value) "one-reg 0x603000000013c038 " value "\n"
#define MMFR2(value) "one-reg 0x603000000013c03a " value "\n"
#define IPA(bits) "api-version 12\ncapability 165 " bits "\n"

/* 0: unknown, with this reason. */
static void check_width(const char *what, size_t i, const Fact *fact, uint64_t bits, Reason reason) {
        if (bits > 0 ? !fact_known(fact) || fact->value != bits : fact_known(fact) || fact->reason != reason)
                fail_msg("%s of %zu: %llu, %s", what, i, (unsigned long long) fact->value,
                                reason_to_string(fact->reason));
}

static const struct {
        Tree tree;
        unsigned cpu, host, guest, linear;
        Provenance provenance; /* of cpu */
        Reason reason, host_reason;
} width_vectors[] = {
        /* max, Linux 6.1: the limit hides what the register says */
        { { .page_size = "4096", .kvm = IPA("48") MMFR0("0x1126") MMFR2("0x10011") }, 52, 48, 48, 52,
                        PROVENANCE_MEASURED, 0, 0 },
        /* cortex-a57, 6.1 */
        { { .page_size = "4096", .kvm = IPA("44") MMFR0("0x1124") MMFR2("0") }, 44, 44, 44, 48,
                        PROVENANCE_MEASURED, 0, 0 },
        /* max, 6.12: LPA2 */
        { { .page_size = "4096", .kvm = IPA("52") MMFR0("0x1126") }, 52, 52, 52, 0, PROVENANCE_MEASURED, 0,
                        0 },
        { { .page_size = "16384", .kvm = IPA("52") MMFR0("0x1126") }, 52, 52, 52, 0, PROVENANCE_MEASURED, 0,
                        0 },
        /* neoverse-n1, a64fx */
        { { .page_size = "4096", .kvm = IPA("48") MMFR0("0x1125") }, 48, 48, 48, 0, PROVENANCE_MEASURED, 0,
                        0 },
        { { .page_size = "4096", .kvm = IPA("40") MMFR0("0x1122") }, 40, 40, 40, 0, PROVENANCE_MEASURED, 0,
                        0 },
        /* 64 KiB pages: the kernel may use 48 or 52 */
        { { .page_size = "65536", .kvm = IPA("52") MMFR0("0x1126") }, 52, 0, 52, 0, PROVENANCE_MEASURED, 0,
                        REASON_AMBIGUOUS },
        { { .kvm = IPA("52") MMFR0("0x1126") }, 52, 0, 52, 0, PROVENANCE_MEASURED, 0, REASON_AMBIGUOUS },
        /* each value, and one that is reserved */
        { { .kvm = IPA("32") MMFR0("0x0") }, 32, 32, 32, 0, PROVENANCE_MEASURED, 0, 0 },
        { { .kvm = IPA("36") MMFR0("0xfffffff1") }, 36, 36, 36, 0, PROVENANCE_MEASURED, 0, 0 },
        { { .kvm = IPA("42") MMFR0("0x3") }, 42, 42, 42, 0, PROVENANCE_MEASURED, 0, 0 },
        { { .page_size = "4096", .kvm = IPA("52") MMFR0("0x7") }, 56, 52, 52, 0, PROVENANCE_MEASURED, 0, 0 },
        { { .kvm = IPA("48") MMFR0("0x8") MMFR2("0x30000") }, 0, 0, 48, 0, PROVENANCE_UNKNOWN,
                        REASON_MALFORMED, REASON_MALFORMED },
        /* no virtual CPU: by the limit */
        { { .kvm = IPA("44") "vcpu-reason resources\n" }, 44, 44, 44, 0, PROVENANCE_DERIVED, 0, 0 },
        { { .kvm = IPA("52") "vcpu-reason permission\n", .page_size = "4096" }, 52, 52, 52, 0,
                        PROVENANCE_DERIVED, 0, 0 },
        { { .kvm = IPA("48") "vcpu-reason permission\n" }, 0, 0, 48, 0, PROVENANCE_UNKNOWN, REASON_AMBIGUOUS,
                        REASON_AMBIGUOUS },
        { { .kvm = IPA("41") }, 0, 0, 41, 0, PROVENANCE_UNKNOWN, REASON_MALFORMED, REASON_MALFORMED },
        { { .kvm = IPA("200") }, 0, 0, 0, 0, PROVENANCE_UNKNOWN, REASON_ABSENT, REASON_ABSENT },
        /* 40 because it cannot be chosen: nothing follows for the CPU */
        { { .kvm = IPA("0") }, 0, 0, 40, 0, PROVENANCE_UNKNOWN, REASON_ABSENT, REASON_ABSENT },
        { { .kvm = IPA("0") "vcpu-reason resources\n" }, 0, 0, 40, 0, PROVENANCE_UNKNOWN, REASON_RESOURCES,
                        REASON_RESOURCES },
        /* no /dev/kvm: by the log, while KVM runs */
        { { .log = "kvm [1]: IPA Size Limit: 44 bits\n" }, 44, 44, 44, 0, PROVENANCE_DERIVED, 0, 0 },
        { { .log = "kvm [1]: IPA Size Limit: 48 bits\n" }, 0, 0, 48, 0, PROVENANCE_UNKNOWN, REASON_AMBIGUOUS,
                        REASON_AMBIGUOUS },
        { { .log = "kvm [1]: IPA Size Limit: 44 bits\n", .without_misc = true }, 0, 0, 0, 0,
                        PROVENANCE_UNKNOWN, REASON_ABSENT, REASON_ABSENT },
        { {}, 0, 0, 0, 0, PROVENANCE_UNKNOWN, REASON_ABSENT, REASON_ABSENT },
};

static void test_widths(void **state) {
        for (size_t i = 0; i < ELEMENTS(width_vectors); i++) {
                const ProfileWidths *widths;
                Profile profile;

                derive(&width_vectors[i].tree, &profile);
                widths = &profile.widths;
                check_width("cpu", i, &widths->cpu_physical_bits, width_vectors[i].cpu,
                                width_vectors[i].reason);
                assert_int_equal(widths->cpu_physical_bits.provenance, width_vectors[i].provenance);
                check_width("host", i, &widths->host_physical_bits, width_vectors[i].host,
                                width_vectors[i].host_reason);
                check_width("guest", i, &widths->guest_physical_bits, width_vectors[i].guest,
                                widths->guest_physical_bits.reason);
                check_width("safe", i, &widths->safe_guest_bits, width_vectors[i].guest,
                                widths->safe_guest_bits.reason);
                check_width("linear", i, &widths->linear_bits, width_vectors[i].linear,
                                widths->linear_bits.reason);
                assert_int_equal(widths->cpuinfo_min_bits.reason, REASON_NOT_APPLICABLE);
                profile_done(&profile);
        }
}

static void test_cpus(void **state) {
        static const struct {
                Tree tree;
                uint64_t midr; /* 0: unknown */
                unsigned kinds;
                const char *vendor, *name;
        } vectors[] = {
                { { .cpuinfo = NEOVERSE_N1 NEOVERSE_N1, .midr = "0x00000000413fd0c1\n" }, 0x413fd0c1, 1,
                                "ARM", "Neoverse N1" },
                /* CPU 0 is offline */
                { { .cpuinfo = NEOVERSE_N1 }, 0x414fd0c1, 1, "ARM", "Neoverse N1" },
                { { .cpuinfo = CPUINFO("0xd85") CPUINFO("0xd87") CPUINFO("0xd85") }, 0x414fd851, 2, "ARM",
                                "Cortex-X925, Cortex-A725" },
                { { .cpuinfo = CPUINFO("0xd85") CPUINFO("0xfff") }, 0x414fd851, 2, "ARM",
                                "Cortex-X925, part 0xfff" },
                { { .cpuinfo = CPUINFO("0xfff") }, 0x414ffff1, 1, "ARM", "" },
                { { .cpuinfo = "processor\t: 0\nCPU implementer\t: 0x41\n" }, 0, 0, "", "" },
                { { .cpuinfo = NEOVERSE_N1 "processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: x\n" },
                                0x414fd0c1, 0, "ARM", "Neoverse N1" },
                { { .cpuinfo = NEOVERSE_N1, .midr = "junk\n" }, 0x414fd0c1, 1, "ARM", "Neoverse N1" },
                { { .midr = "0x00000000016fd0c1\n" }, 0x016fd0c1, 0, "", "" },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                const ProfileHost *host;
                Profile profile;
                size_t differ = 0;

                derive(&vectors[i].tree, &profile);
                host = &profile.host;
                check_width("MIDR", i, &host->midr, vectors[i].midr, host->midr.reason);
                check_width("part", i, &host->part, vectors[i].midr >> 4 & 0xfff, host->part.reason);
                check_width("kinds", i, &host->cpu_kinds, vectors[i].kinds, host->cpu_kinds.reason);
                assert_string_equal(host->vendor_name, vectors[i].vendor);
                assert_string_equal(host->model_name, vectors[i].name);
                assert_int_equal(host->family.reason, REASON_NOT_APPLICABLE);
                for (size_t j = 0; j < profile.findings.n; j++)
                        differ += strcmp(profile.findings.findings[j].id, "cpus-differ") == 0;
                assert_int_equal(differ, vectors[i].kinds > 1);
                profile_done(&profile);
        }
}

/* More kinds than there is room for: their number is unknown, not the room. */
static void test_many_kinds(void **state) {
        char text[4096] = "";
        size_t n = 0;
        Profile profile;

        for (unsigned i = 0; i < 17; i++)
                n += (size_t) snprintf(text + n, sizeof(text) - n,
                                "processor\t: %u\nCPU implementer\t: 0x41\nCPU variant\t: 0x0\nCPU part\t: 0x%x\n"
                                "CPU revision\t: 0\n\n",
                                i, 0xd00 + i);
        derive(&(Tree){ .cpuinfo = text }, &profile);
        assert_false(fact_known(&profile.host.cpu_kinds));
        profile_done(&profile);
}

/* ── KVM and its tables ────────────────────────────────────────────────────────────────────────────────── */

static const Finding *find(const Profile *profile, FindingId id) {
        for (size_t i = 0; i < profile->findings.n; i++)
                if (strcmp(profile->findings.findings[i].id, finding_id_to_string(id)) == 0)
                        return &profile->findings.findings[i];
        return NULL;
}

static void test_kvm(void **state) {
        static const struct {
                Tree tree;
                Tristate loaded, el2_enabled, second_level;
                KvmMode mode;
                const char *says; /* in the finding; NULL: none */
        } vectors[] = {
                { { .kvm = IPA("44"), .log = "kvm [1]: VHE mode initialized successfully\n" }, TRISTATE_YES,
                                TRISTATE_YES, TRISTATE_YES, KVM_MODE_VHE, NULL },
                { { .kvm = IPA("44"), .log = "kvm [1]: Hyp mode initialized successfully\n" }, TRISTATE_YES,
                                TRISTATE_YES, TRISTATE_YES, KVM_MODE_NVHE, NULL },
                { { .kvm = IPA("44"), .log = "kvm [1]: Protected nVHE mode initialized successfully\n" },
                                TRISTATE_YES, TRISTATE_YES, TRISTATE_YES, KVM_MODE_PROTECTED, NULL },
                { { .kvm = IPA("44") }, TRISTATE_YES, TRISTATE_YES, TRISTATE_YES, KVM_MODE_UNKNOWN, NULL },
                { {}, TRISTATE_YES, TRISTATE_YES, TRISTATE_YES, KVM_MODE_UNKNOWN, NULL },
                /* a log of another boot */
                { { .kvm = IPA("44"), .log = "kvm [1]: HYP mode not available\n" }, TRISTATE_YES,
                                TRISTATE_YES, TRISTATE_YES, KVM_MODE_UNKNOWN, NULL },
                { { .without_misc = true, .cmdline = "quiet\n", .log = "kvm [1]: HYP mode not available\n" },
                                TRISTATE_NO, TRISTATE_NO, TRISTATE_NO, KVM_MODE_NONE,
                                "not started at EL2 (HYP mode not available)" },
                { { .without_misc = true,
                                  .cmdline = "quiet kvm-arm.mode=none\n",
                                  .log = "kvm [1]: KVM disabled from command line\n" },
                                TRISTATE_NO, TRISTATE_UNKNOWN, TRISTATE_NO, KVM_MODE_NONE,
                                "kvm-arm.mode=none on the kernel command line" },
                { { .without_misc = true, .cmdline = "kvm_arm.mode=none kvm-arm.mode=nvhe\n" }, TRISTATE_NO,
                                TRISTATE_UNKNOWN, TRISTATE_NO, KVM_MODE_NONE, "mostly for lack of EL2" },
                { { .without_misc = true, .without_module = true }, TRISTATE_NO, TRISTATE_UNKNOWN,
                                TRISTATE_NO, KVM_MODE_NONE, "built without KVM" },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                const ProfilePaging *paging;
                const Finding *finding;
                Profile profile;

                derive(&vectors[i].tree, &profile);
                paging = &profile.paging;
                assert_int_equal(fact_known(&paging->kvm_loaded) ? tristate(paging->kvm_loaded.value)
                                                                 : TRISTATE_UNKNOWN,
                                vectors[i].loaded);
                assert_int_equal(fact_known(&paging->virtualisation_enabled)
                                                ? tristate(paging->virtualisation_enabled.value)
                                                : TRISTATE_UNKNOWN,
                                vectors[i].el2_enabled);
                assert_true(fact_known(&paging->second_level_enabled));
                assert_int_equal(tristate(paging->second_level_enabled.value), vectors[i].second_level);
                assert_int_equal(paging->kvm_mode, vectors[i].mode);
                finding = find(&profile, FINDING_KVM_ABSENT);
                assert_int_equal(finding != NULL, vectors[i].says != NULL);
                if (finding) {
                        assert_non_null(strstr(finding->detail, vectors[i].says));
                        assert_null(strstr(finding->remedy, "modprobe"));
                }
                assert_null(find(&profile, FINDING_SECOND_LEVEL_PAGING_OFF));
                assert_int_equal(paging->la57_capable.reason, REASON_NOT_APPLICABLE);
                assert_int_equal(paging->page_1g.reason, REASON_NOT_APPLICABLE);
                profile_done(&profile);
        }
}

/* Tables of stage 2: 4, 16 and 64 KiB have 512, 2,048 and 8,192 entries; the first level has 16 tables. */
static void test_stage_2(void **state) {
        static const struct {
                const char *page_size, *kvm;
                unsigned levels; /* 0: unknown */
                bool known, blocks;
        } vectors[] = {
                { "4096", IPA("40"), 3, true, true },
                { "4096", IPA("44"), 4, true, true },
                { "4096", IPA("48"), 4, true, true },
                { "4096", IPA("52"), 4, true, true },
                { "4096", IPA("36"), 3, true, true },
                { "16384", IPA("40"), 2, true, false },
                { "16384", IPA("48"), 3, true, false },
                { "16384", IPA("52"), 4, true, false },
                { "65536", IPA("48"), 3, true, false },
                { "65536", IPA("52"), 3, true, false },
                { "8192", IPA("48"), 0, false, false },
                { NULL, IPA("48"), 0, false, false },
                { "4096", NULL, 0, true, true },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                const ProfilePaging *paging;
                Profile profile;

                derive(&(Tree){ .page_size = vectors[i].page_size, .kvm = vectors[i].kvm }, &profile);
                paging = &profile.paging;
                check_width("levels", i, &paging->second_level_levels, vectors[i].levels,
                                paging->second_level_levels.reason);
                assert_int_equal(fact_known(&paging->second_level_page_2m), vectors[i].known);
                assert_int_equal(fact_known(&paging->second_level_page_1g), vectors[i].known);
                assert_int_equal(paging->second_level_page_1g.value, vectors[i].blocks);
                assert_int_equal(fact_known(&profile.host.page_size), vectors[i].known);
                profile_done(&profile);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_midr),
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_widths),
                cmocka_unit_test(test_cpus),
                cmocka_unit_test(test_many_kinds),
                cmocka_unit_test(test_kvm),
                cmocka_unit_test(test_stage_2),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
