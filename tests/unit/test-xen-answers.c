/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/decode/xen/xen-answers.h"
#include "probe/decode/xen/xen-cmdline.h"
#include "probe/decode/xen/xen-cpuid.h"

/* By the form in man/hawd-root.5; the numbers of physinfo are those of `xl info` on a host of 4 GiB. */
static const char whole[] =
                "version 4.17\n"
                "extra-version .5\n"
                "capabilities xen-3.0-x86_64 hvm-3.0-x86_32\n"
                "command-line iommu=verbose dom0_mem=1024M\n"
                "sysctl 0x00000015\n"
                "physinfo capabilities 0x0000031f max-mfn 0x000000000017ffff total-pages 1048443\n"
                "reserved all 0x0000000000060000 16\n"
                "reserved 0000:00:05.0 0x0000000000060000 16\n"
                "policy-reason raw unsupported-kernel\n"
                "policy host\n"
                "   0x80000008 0x00: eax=0x00003030 ebx=0x00000000 ecx=0x00000001 edx=0x00000000\n"
                "policy-reason pv-max not-applicable\n"
                "policy hvm-max\n"
                "   0x80000008 0x00: eax=0x00003028 ebx=0x00000000 ecx=0x00000001 edx=0x00000000\n"
                "policy-reason pv-default absent\n"
                "policy-reason hvm-default absent\n";

static XenAnswers parse(const char *text, size_t n_faults) {
        FaultList faults = {};
        XenAnswers answers = {};

        assert_int_equal(xen_answers_parse(bytes_of(text), &answers, &faults), 0);
        assert_int_equal(faults.n, n_faults);
        fault_list_done(&faults);
        return answers;
}

static void test_whole(void **state) {
        XenAnswers answers = parse(whole, 0);
        char *text = xen_answers_format(&answers);
        const CpuidLeaf *leaf =
                        cpuid_table_find(&answers.policies[XEN_POLICY_HVM_MAX].leaves, 0x80000008, 0);

        assert_int_equal(answers.major, 4);
        assert_int_equal(answers.minor, 17);
        assert_string_equal(answers.extra, ".5");
        assert_string_equal(answers.capabilities, "xen-3.0-x86_64 hvm-3.0-x86_32");
        assert_string_equal(answers.command_line, "iommu=verbose dom0_mem=1024M");
        assert_int_equal(answers.sysctl_version, 0x15);
        assert_true(answers.physinfo.max_mfn == 0x17ffff && answers.physinfo.total_pages == 1048443);
        assert_true(xen_answers_has(&answers, XEN_CAPABILITY_HVM));
        assert_true(xen_answers_has(&answers, XEN_CAPABILITY_HAP));
        assert_true(xen_answers_has(&answers, XEN_CAPABILITY_GRANT_V2));
        assert_false(xen_answers_has(&answers, XEN_CAPABILITY_SHARED_TABLES));
        assert_int_equal(answers.n_reserved, 2);
        assert_false(answers.reserved[0].has_device);
        assert_true(answers.reserved[1].has_device && answers.reserved[1].device.device == 5);
        assert_true(answers.reserved[1].start_pfn == 0x60000 && answers.reserved[1].n_pages == 16);
        assert_int_equal(answers.policies[XEN_POLICY_RAW].reason, REASON_UNSUPPORTED_KERNEL);
        assert_int_equal(answers.policies[XEN_POLICY_HOST].reason, REASON_NONE);
        assert_int_equal(answers.policies[XEN_POLICY_PV_MAX].reason, REASON_NOT_APPLICABLE);
        assert_true(leaf && leaf->eax == 0x3028);
        assert_string_equal(text, whole);
        free(text);
        xen_answers_done(&answers);
}

/* What no line says has no value: neither an empty list of regions nor no capability. */
static void test_empty(void **state) {
        XenAnswers answers = parse("\n# nothing\n", 0);

        assert_int_equal(answers.version_reason, REASON_ABSENT);
        assert_int_equal(answers.command_line_reason, REASON_ABSENT);
        assert_int_equal(answers.physinfo_reason, REASON_ABSENT);
        assert_int_equal(answers.reserved_reason, REASON_ABSENT);
        for (size_t i = 0; i < _XEN_POLICY_MAX; i++)
                assert_int_equal(answers.policies[i].reason, REASON_ABSENT);
        xen_answers_done(&answers);

        answers = parse("reserved none\ncommand-line\nphysinfo-reason permission\n", 0);
        assert_int_equal(answers.reserved_reason, REASON_NONE);
        assert_int_equal(answers.n_reserved, 0);
        assert_int_equal(answers.command_line_reason, REASON_NONE);
        assert_string_equal(answers.command_line, "");
        assert_int_equal(answers.physinfo_reason, REASON_PERMISSION);
        xen_answers_done(&answers);
}

static void test_bad(void **state) {
        static const char *const lines[] = {
                "version 4",
                "version 4.x",
                "version 4.65536",
                "version 4.17 5",
                "versions 4.17",
                "sysctl",
                "sysctl 0x100000000",
                "physinfo capabilities",
                "physinfo capabilities 0x100000000",
                "physinfo max-mfn 0x10000000000000",
                "physinfo min-mfn 0x1",
                "reserved",
                "reserved all",
                "reserved all 0x60000 0",
                "reserved all 0x60000 16 1",
                "reserved 00:05.0 0x60000 16",
                "reserved all 0xfffffffffffff 2",
                "reserved none 1",
                "policy",
                "policy best",
                "policy-reason host",
                "policy-reason best absent",
                "policy-reason host none",
                "physinfo-reason whatever",
                "   0x80000008 0x00: eax=0x00003030 ebx=0x00000000 ecx=0x00000001 edx=0x00000000",
        };

        for (size_t i = 0; i < ELEMENTS(lines); i++) {
                XenAnswers answers = parse(lines[i], 1);

                assert_int_equal(answers.physinfo_reason, REASON_ABSENT);
                assert_int_equal(answers.n_reserved, 0);
                xen_answers_done(&answers);
        }
}

/* The last page of 64 bits is one; the number of regions has a limit. */
static void test_reserved(void **state) {
        XenAnswers answers = {};
        XenReserved reserved = { .start_pfn = XEN_PFN_MAX, .n_pages = 1 };

        assert_int_equal(xen_answers_add_reserved(&answers, &reserved), 0);
        assert_int_equal(xen_answers_add_reserved(&answers, &reserved), 0);
        assert_int_equal(answers.n_reserved, 1);
        for (reserved.start_pfn = 0; answers.n_reserved < XEN_RESERVED_MAX; reserved.start_pfn++)
                assert_int_equal(xen_answers_add_reserved(&answers, &reserved), 0);
        assert_int_equal(xen_answers_add_reserved(&answers, &reserved), -E2BIG);
        xen_answers_done(&answers);
}

/* Options of docs/misc/xen-command-line.pandoc. */
static void test_cmdline(void **state) {
        static const struct {
                const char *line, *kept;
        } vectors[] = {
                { "console=com1 com1=115200,8n1 dom0_mem=1024M,max:1024M noreboot iommu=verbose,debug",
                                "dom0_mem=1024M,max:1024M iommu=verbose,debug" },
                { "placeholder rmrr=0x60000-0x6000f=0:0:5.0;0x70000=0:0:6.0 hap=0",
                                "rmrr=0x60000-0x6000f=0:0:5.0;0x70000=0:0:6.0 hap=0" },
                { "no-hap iommus=1 xiommu=1 iommu", "no-hap iommu" },
                { "", "" },
                { "  dom0=pvh   ", "dom0=pvh" },
                { "iommu=\x1b[1m", "iommu=\\x1b[1m" },
        };
        char kept[128], little[12];

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                xen_cmdline_filter(bytes_of(vectors[i].line), kept, sizeof(kept));
                assert_string_equal(kept, vectors[i].kept);
        }
        /* What does not fit is left out as a whole. */
        xen_cmdline_filter(bytes_of("iommu=force,verbose hap=0 ept=ad=0"), little, sizeof(little));
        assert_string_equal(little, "hap=0");
}

/* "XenVMMXenVMM" in EBX, ECX, EDX (xen/include/public/arch-x86/cpuid.h). */
static void test_cpuid(void **state) {
        static const char plain[] =
                        "   0x40000000 0x00: eax=0x40000005 ebx=0x566e6558 ecx=0x65584d4d edx=0x4d4d566e\n"
                        "   0x40000001 0x00: eax=0x00040011 ebx=0x00000000 ecx=0x00000000 edx=0x00000000\n"
                        "   0x40000005 0x00: eax=0x00000000 ebx=0x0000002e ecx=0x00000000 edx=0x00000000\n";
        static const char behind[] =
                        "   0x40000000 0x00: eax=0x40000006 ebx=0x7263694d ecx=0x666f736f edx=0x76482074\n"
                        "   0x40000100 0x00: eax=0x40000104 ebx=0x566e6558 ecx=0x65584d4d edx=0x4d4d566e\n"
                        "   0x40000101 0x00: eax=0x00040014 ebx=0x00000000 ecx=0x00000000 edx=0x00000000\n"
                        "   0x40000105 0x00: eax=0x00000000 ebx=0x0000002e ecx=0x00000000 edx=0x00000000\n";
        static const char other[] =
                        "   0x40000000 0x00: eax=0x40000001 ebx=0x4b4d564b ecx=0x564b4d56 edx=0x0000004d\n";
        CpuidTable table = {};
        XenCpuid xen;

        assert_int_equal(cpuid_table_parse(bytes_of(plain), &table, NULL), 0);
        xen_cpuid_decode(&table, &xen);
        assert_true(xen.found && xen.base == 0x40000000 && xen.version_known);
        assert_true(xen.major == 4 && xen.minor == 17 && xen.machine_bits == 46);
        cpuid_table_done(&table);

        /* Its maximum leaf is 0x40000104: the one behind it is not Xen's. */
        assert_int_equal(cpuid_table_parse(bytes_of(behind), &table, NULL), 0);
        xen_cpuid_decode(&table, &xen);
        assert_true(xen.found && xen.base == 0x40000100 && xen.minor == 20 && xen.machine_bits == 0);
        cpuid_table_done(&table);

        assert_int_equal(cpuid_table_parse(bytes_of(other), &table, NULL), 0);
        xen_cpuid_decode(&table, &xen);
        assert_false(xen.found || xen.version_known);
        cpuid_table_done(&table);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_whole),
                cmocka_unit_test(test_empty),
                cmocka_unit_test(test_bad),
                cmocka_unit_test(test_reserved),
                cmocka_unit_test(test_cmdline),
                cmocka_unit_test(test_cpuid),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
