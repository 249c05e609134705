/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The offsets by which hypercalls are made, against the header of Xen's tools (libxen-dev), of whichever release is installed. */
#include "tests/unit/unit.h"

#include <stddef.h>
#include <stdint.h>

#include "probe/root/xen-abi.h"

#if __has_include(<xen/sysctl.h>) && defined(__x86_64__)

#define __XEN_TOOLS__ 1
/* The headers are C of GNU, and not held to this project's warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#include <xen/xen.h>
/* After xen.h. */
#include <xen/memory.h>
#include <xen/sysctl.h>
#include <xen/version.h>
#pragma GCC diagnostic pop

#define SYSCTL(member) offsetof(struct xen_sysctl, member)
#define RESERVED(member) offsetof(struct xen_reserved_device_memory_map, member)

static void test_sysctl(void **state) {
        size_t growth = XEN_SYSCTL_INTERFACE_VERSION < XEN_PHYSINFO_GREW ? 0 : XEN_PHYSINFO_GROWTH;

        assert_in_range(XEN_SYSCTL_INTERFACE_VERSION, XEN_SYSCTL_VERSION_FIRST, XEN_SYSCTL_VERSION_LAST);
        assert_int_equal(XEN_CALL_SYSCTL, __HYPERVISOR_sysctl);
        assert_int_equal(sizeof(struct xen_sysctl), XEN_SYSCTL_SIZE);
        assert_int_equal(SYSCTL(cmd), XEN_SYSCTL_COMMAND);
        assert_int_equal(SYSCTL(interface_version), XEN_SYSCTL_VERSION);
        assert_int_equal(SYSCTL(u), XEN_SYSCTL_BODY);

        assert_int_equal(XEN_SYSCTL_readconsole, XEN_SYSCTL_READ_CONSOLE);
        assert_int_equal(SYSCTL(u.readconsole.clear), XEN_CONSOLE_CLEAR);
        assert_int_equal(SYSCTL(u.readconsole.incremental), XEN_CONSOLE_INCREMENTAL);
        assert_int_equal(SYSCTL(u.readconsole.index), XEN_CONSOLE_INDEX);
        assert_int_equal(SYSCTL(u.readconsole.buffer), XEN_CONSOLE_BUFFER);
        assert_int_equal(SYSCTL(u.readconsole.count), XEN_CONSOLE_COUNT);

        assert_int_equal(XEN_SYSCTL_physinfo, XEN_SYSCTL_PHYSINFO);
        assert_int_equal(SYSCTL(u.physinfo.capabilities), XEN_PHYSINFO_CAPABILITIES);
        assert_int_equal(SYSCTL(u.physinfo.total_pages), XEN_PHYSINFO_TOTAL_PAGES + growth);
        assert_int_equal(SYSCTL(u.physinfo.max_mfn), XEN_PHYSINFO_MAX_MFN + growth);
}

static void test_policy(void **state) {
        struct xen_sysctl_cpu_policy policy;

        assert_int_equal(XEN_SYSCTL_get_cpu_policy, XEN_SYSCTL_GET_CPU_POLICY);
        assert_int_equal(SYSCTL(u.cpu_policy.index), XEN_POLICY_INDEX);
        assert_int_equal(SYSCTL(u.cpu_policy.nr_leaves), XEN_POLICY_N_LEAVES);
        assert_int_equal(SYSCTL(u.cpu_policy.nr_msrs), XEN_POLICY_N_MSRS);
        assert_int_equal(SYSCTL(u.cpu_policy._rsvd), XEN_POLICY_RESERVED);
        /* Named cpuid_policy and msr_policy before 4.18. */
        assert_int_equal(sizeof(policy), XEN_POLICY_MSRS + 8 - XEN_SYSCTL_BODY);
        assert_int_equal(XEN_POLICY_LEAVES + 8, XEN_POLICY_MSRS);
        assert_int_equal(sizeof(xen_cpuid_leaf_t), XEN_LEAF_SIZE);
        assert_int_equal(XEN_CPUID_NO_SUBLEAF, XEN_LEAF_NO_SUBLEAF);
}

static void test_others(void **state) {
        assert_int_equal(XEN_CALL_MEMORY_OP, __HYPERVISOR_memory_op);
        assert_int_equal(XEN_MEMORY_RESERVED_MAP, XENMEM_reserved_device_memory_map);
        assert_int_equal(sizeof(struct xen_reserved_device_memory_map), XEN_RESERVED_SIZE);
        assert_int_equal(sizeof(struct xen_reserved_device_memory), XEN_RESERVED_ENTRY_SIZE);
        assert_int_equal(XEN_RESERVED_FLAG_ALL, XENMEM_RDM_ALL);
        assert_int_equal(RESERVED(flags), XEN_RESERVED_FLAGS);
        assert_int_equal(RESERVED(nr_entries), XEN_RESERVED_N_ENTRIES);
        assert_int_equal(RESERVED(buffer), XEN_RESERVED_BUFFER);
        assert_int_equal(RESERVED(dev.pci.seg), XEN_RESERVED_SEGMENT);
        assert_int_equal(RESERVED(dev.pci.bus), XEN_RESERVED_BUS);
        assert_int_equal(RESERVED(dev.pci.devfn), XEN_RESERVED_DEVFN);

        assert_int_equal(XEN_CALL_VERSION, __HYPERVISOR_xen_version);
        assert_int_equal(XEN_VERSION_NUMBER, XENVER_version);
        assert_int_equal(XEN_VERSION_EXTRA, XENVER_extraversion);
        assert_int_equal(XEN_VERSION_CAPABILITIES, XENVER_capabilities);
        assert_int_equal(XEN_VERSION_COMMAND_LINE, XENVER_commandline);
        assert_int_equal(sizeof(xen_extraversion_t), XEN_VERSION_EXTRA_SIZE);
        assert_int_equal(sizeof(xen_capabilities_info_t), XEN_VERSION_TEXT_SIZE);
        assert_int_equal(sizeof(xen_commandline_t), XEN_VERSION_TEXT_SIZE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sysctl),
                cmocka_unit_test(test_policy),
                cmocka_unit_test(test_others),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void) {
        return 77; /* no libxen-dev here */
}

#endif
