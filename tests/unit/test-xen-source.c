/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is read of a domain of Xen, from trees in memory. Files and their form are those of Linux 6.1 on Xen 4.17. */
#include "tests/unit/unit.h"

#include <string.h>

#include "probe/root/memory-tree.h"
#include "probe/source/facts.h"

typedef struct FileText {
        const char *path, *text;
} FileText;

#define DOM0 "sys/hypervisor/properties/features", "000228f0\n"

static void read_tree(const FileText *files, size_t n, const char *cpuid, XenFacts *ret) {
        _cleanup_(buffer_done) Buffer buffer = {};
        _cleanup_(root_freep) Root *root = NULL;
        MemoryTree *tree = NULL;
        CpuidTable table = {};

        assert_int_equal(memory_tree_new(&tree), 0);
        for (size_t i = 0; i < n; i++)
                assert_int_equal(memory_tree_write(tree, files[i].path, bytes_of(files[i].text)), 0);
        assert_int_equal(memory_tree_make_directory(tree, "sys/bus/pci/devices/0000:00:05.0"), 0);
        assert_int_equal(root_open_memory(tree, &root), 0);
        assert_int_equal(cpuid_table_parse(bytes_of(cpuid), &table, NULL), 0);
        *ret = (XenFacts){};
        assert_int_equal(source_xen_read(root, &buffer, &table, ret), 0);
        cpuid_table_done(&table);
}

static const char xen_leaf[] =
                "   0x40000000 0x00: eax=0x40000001 ebx=0x566e6558 ecx=0x65584d4d edx=0x4d4d566e\n"
                "   0x40000001 0x00: eax=0x00040011 ebx=0x00000000 ecx=0x00000000 edx=0x00000000\n";

static void test_none(void **state) {
        static const FileText other[] = { { "sys/hypervisor/type", "other\n" } };
        XenFacts facts;

        read_tree(NULL, 0, "", &facts);
        assert_int_equal(facts.running, TRISTATE_NO);
        assert_string_equal(facts.running_source, "");
        assert_int_equal(facts.answers_reason, REASON_NOT_APPLICABLE);
        assert_int_equal(facts.log_reason, REASON_NOT_APPLICABLE);
        assert_int_equal(facts.pciback_reason, REASON_NOT_APPLICABLE);
        assert_false(facts.version_known);
        xen_facts_done(&facts);
        read_tree(other, 1, "", &facts);
        assert_int_equal(facts.running, TRISTATE_NO);
        xen_facts_done(&facts);
}

/* A type that cannot be read is not "no". */
static void test_unreadable(void **state) {
        static const FileText files[] = { { "hawd/reasons", "permission sys/hypervisor/type\n" } };
        XenFacts facts;

        read_tree(files, ELEMENTS(files), "", &facts);
        assert_int_equal(facts.running, TRISTATE_UNKNOWN);
        assert_int_equal(facts.running_reason, REASON_PERMISSION);
        xen_facts_done(&facts);
        read_tree(files, ELEMENTS(files), xen_leaf, &facts);
        assert_int_equal(facts.running, TRISTATE_YES);
        assert_string_equal(facts.running_source, "CPUID");
        xen_facts_done(&facts);
}

/* A kernel that could run on Xen registers its buses on any machine. */
static void test_only_bus(void **state) {
        static const FileText files[] = {
                { "sys/bus/xen/drivers_autoprobe", "1\n" },
                { "sys/bus/xen-backend/drivers_autoprobe", "1\n" },
                { "sys/bus/xen/drivers/vbd/uevent", "" },
        };
        XenFacts facts;

        read_tree(files, ELEMENTS(files), "", &facts);
        assert_int_equal(facts.running, TRISTATE_NO);
        xen_facts_done(&facts);
}

/* A kernel without xen-sysfs, of which a PV domain's CPUID says nothing: only a kernel on Xen has the device of
 * xenstore, and xenfs. */
static void test_without_sysfs(void **state) {
        static const FileText device[] = { { "sys/devices/virtual/misc/xen!xenbus/dev", "10:120\n" } };
        static const FileText files[] = { { "proc/xen/capabilities", "control_d\n" } };
        XenFacts facts;

        read_tree(device, ELEMENTS(device), "", &facts);
        assert_int_equal(facts.running, TRISTATE_YES);
        assert_string_equal(facts.running_source, "sys/devices/virtual/misc/xen!xenbus/dev");
        assert_int_equal(facts.control, TRISTATE_UNKNOWN);
        xen_facts_done(&facts);

        read_tree(files, ELEMENTS(files), "", &facts);
        assert_int_equal(facts.running, TRISTATE_YES);
        assert_string_equal(facts.running_source, "proc/xen/capabilities");
        assert_int_equal(facts.control, TRISTATE_YES);
        xen_facts_done(&facts);
}

static void test_dom0(void **state) {
        static const FileText files[] = {
                { "sys/hypervisor/type", "xen\n" },
                { "sys/hypervisor/guest_type", "PV\n" },
                { "sys/hypervisor/version/major", "4\n" },
                { "sys/hypervisor/version/minor", "17\n" },
                { "sys/hypervisor/version/extra", ".5\n" },
                { DOM0 },
                { "sys/bus/pci/drivers/pciback/0000:00:05.0/x", "" },
                { "sys/bus/pci/drivers/pciback/0000:00:03.0/x", "" },
                { "sys/bus/pci/drivers/pciback/permissive", "" },
                { "hawd/xen", "version 4.17\nphysinfo capabilities 0x0000000c max-mfn 0x17ffff total-pages 1048443\n" },
                { "hawd/xen-log", "(XEN) AMD-Vi: IOMMU 0 Enabled.\n(XEN) I/O virtualisation enabled\n" },
        };
        XenFacts facts;

        read_tree(files, ELEMENTS(files), "", &facts);
        assert_int_equal(facts.running, TRISTATE_YES);
        assert_string_equal(facts.running_source, "sys/hypervisor/type");
        assert_int_equal(facts.control, TRISTATE_YES);
        assert_int_equal(facts.domain_type, XEN_DOMAIN_PV);
        assert_true(facts.version_known && facts.major == 4 && facts.minor == 17);
        assert_string_equal(facts.extra, ".5");
        assert_int_equal(facts.pciback_reason, REASON_NONE);
        assert_int_equal(facts.n_pciback, 2);
        assert_true(facts.pciback[0].device == 3 && facts.pciback[1].device == 5);
        assert_int_equal(facts.answers_reason, REASON_NONE);
        assert_true(facts.answers.physinfo.max_mfn == 0x17ffff);
        assert_int_equal(facts.log_reason, REASON_NONE);
        assert_int_equal(facts.log.iommu, XEN_IOMMU_AMDVI);
        assert_int_equal(facts.log.n_units, 1);
        xen_facts_done(&facts);
}

/* xenfs may not be mounted, and then its file says nothing; if it is, an empty one is a guest's. */
static void test_control(void **state) {
        static const struct {
                const char *features, *capabilities;
                Tristate control;
        } vectors[] = {
                { "00000800\n", NULL, TRISTATE_YES },
                { "00000800\n", "", TRISTATE_YES },
                { "000002f1\n", NULL, TRISTATE_NO },
                { "000002f1\n", "control_d\n", TRISTATE_YES },
                { NULL, "control_d\n", TRISTATE_YES },
                { NULL, "", TRISTATE_NO },
                { NULL, NULL, TRISTATE_UNKNOWN },
                { "what\n", NULL, TRISTATE_UNKNOWN },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                FileText files[3] = { { "sys/hypervisor/type", "xen\n" } };
                size_t n = 1;
                XenFacts facts;

                if (vectors[i].features)
                        files[n++] = (FileText){ "sys/hypervisor/properties/features", vectors[i].features };
                if (vectors[i].capabilities)
                        files[n++] = (FileText){ "proc/xen/capabilities", vectors[i].capabilities };
                read_tree(files, n, "", &facts);
                assert_int_equal(facts.control, vectors[i].control);
                assert_int_equal(
                                facts.control_reason == REASON_NONE, vectors[i].control != TRISTATE_UNKNOWN);
                assert_int_equal(facts.answers_reason == REASON_NOT_APPLICABLE,
                                vectors[i].control != TRISTATE_YES);
                xen_facts_done(&facts);
        }
}

/* Older kernels have no guest_type: only PV can be told from the features. */
static void test_domain_type(void **state) {
        static const struct {
                const char *type, *features;
                XenDomainType domain;
                Reason reason;
        } vectors[] = {
                { "PVH\n", "000022b0\n", XEN_DOMAIN_PVH, REASON_NONE },
                { "HVM\n", "000022b4\n", XEN_DOMAIN_HVM, REASON_NONE },
                { NULL, "000022b0\n", XEN_DOMAIN_PV, REASON_NONE },
                { NULL, "000022b4\n", XEN_DOMAIN_UNKNOWN, REASON_ABSENT },
                { "new\n", "000022b0\n", XEN_DOMAIN_UNKNOWN, REASON_MALFORMED },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                FileText files[3] = { { "sys/hypervisor/type", "xen\n" },
                        { "sys/hypervisor/properties/features", vectors[i].features },
                        { "sys/hypervisor/guest_type", vectors[i].type } };
                XenFacts facts;

                read_tree(files, vectors[i].type ? 3 : 2, "", &facts);
                assert_int_equal(facts.domain_type, vectors[i].domain);
                assert_int_equal(facts.domain_type_reason, vectors[i].reason);
                xen_facts_done(&facts);
        }
}

/* Without sysfs: the version is CPUID's, and whether it is dom0 is unknown. */
static void test_cpuid(void **state) {
        XenFacts facts;

        read_tree(NULL, 0, xen_leaf, &facts);
        assert_int_equal(facts.running, TRISTATE_YES);
        assert_int_equal(facts.control, TRISTATE_UNKNOWN);
        assert_int_equal(facts.control_reason, REASON_ABSENT);
        assert_true(facts.version_known && facts.major == 4 && facts.minor == 17);
        assert_string_equal(facts.extra, "");
        xen_facts_done(&facts);
}

/* No file says whether this is dom0; Xen tells only dom0 of the machine. */
static void test_proved(void **state) {
        static const FileText answered[] = {
                { "sys/hypervisor/type", "xen\n" },
                { "hawd/xen", "version 4.17\nphysinfo capabilities 0x0000000c max-mfn 0x17ffff total-pages 1\n" }
        };
        static const FileText refused[] = { { "sys/hypervisor/type", "xen\n" },
                { "hawd/xen", "version 4.17\nphysinfo-reason permission\n" } };
        XenFacts facts;

        read_tree(answered, ELEMENTS(answered), "", &facts);
        assert_int_equal(facts.control, TRISTATE_YES);
        assert_int_equal(facts.control_reason, REASON_NONE);
        assert_int_equal(facts.answers_reason, REASON_NONE);
        xen_facts_done(&facts);
        read_tree(refused, ELEMENTS(refused), "", &facts);
        assert_int_equal(facts.control, TRISTATE_UNKNOWN);
        assert_int_equal(facts.control_reason, REASON_ABSENT);
        assert_int_equal(facts.answers_reason, REASON_NOT_APPLICABLE);
        assert_int_equal(facts.log_reason, REASON_NOT_APPLICABLE);
        xen_facts_done(&facts);
}

/* Neither xen nor reasons: what Xen says is absent, not empty. */
static void test_no_answers(void **state) {
        static const FileText plain[] = { { "sys/hypervisor/type", "xen\n" }, { DOM0 } };
        static const FileText refused[] = { { "sys/hypervisor/type", "xen\n" }, { DOM0 },
                { "hawd/reasons", "permission dev/xen/privcmd\n" } };
        static const FileText bad[] = { { "sys/hypervisor/type", "xen\n" }, { DOM0 },
                { "hawd/xen", "versoin 4\n" } };
        XenFacts facts;

        read_tree(plain, ELEMENTS(plain), "", &facts);
        assert_int_equal(facts.answers_reason, REASON_ABSENT);
        assert_int_equal(facts.log_reason, REASON_ABSENT);
        assert_int_equal(facts.pciback_reason, REASON_ABSENT);
        xen_facts_done(&facts);
        read_tree(refused, ELEMENTS(refused), "", &facts);
        assert_int_equal(facts.answers_reason, REASON_PERMISSION);
        assert_int_equal(facts.log_reason, REASON_PERMISSION);
        xen_facts_done(&facts);
        read_tree(bad, ELEMENTS(bad), "", &facts);
        assert_int_equal(facts.answers_reason, REASON_NONE);
        assert_int_equal(facts.faults.n, 1);
        assert_int_equal(facts.answers.physinfo_reason, REASON_ABSENT);
        xen_facts_done(&facts);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_none),
                cmocka_unit_test(test_unreadable),
                cmocka_unit_test(test_only_bus),
                cmocka_unit_test(test_without_sysfs),
                cmocka_unit_test(test_dom0),
                cmocka_unit_test(test_control),
                cmocka_unit_test(test_domain_type),
                cmocka_unit_test(test_cpuid),
                cmocka_unit_test(test_proved),
                cmocka_unit_test(test_no_answers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
