/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/decode/xen/xen-cpuid.h"
#include "probe/root/root-internal.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#define CPUID_TEXT_MAX (1U << 20)

static Reason read_tree(Root *root, CpuidTable *ret, FaultList *faults) {
        _cleanup_(buffer_done) Buffer buffer = {};
        Reason reason = root_read_text(root, "hawd/cpuid", "hawd/cpuid", CPUID_TEXT_MAX, &buffer);

        if (reason != REASON_NONE)
                return reason;
        if (cpuid_table_parse(buffer_bytes(&buffer), ret, faults) < 0)
                return REASON_RESOURCES;
        /* Without leaf 0, vendor and maximum are unknown, so other leaves cannot be interpreted. */
        if (!cpuid_table_find(ret, 0, 0)) {
                cpuid_table_done(ret);
                return REASON_MALFORMED;
        }
        return REASON_NONE;
}

#if defined(__x86_64__) || defined(__i386__)

static int execute(CpuidTable *table, uint32_t leaf, uint32_t subleaf, CpuidLeaf *ret) {
        CpuidLeaf regs = { .leaf = leaf, .subleaf = subleaf };

        __cpuid_count(leaf, subleaf, regs.eax, regs.ebx, regs.ecx, regs.edx);
        if (ret)
                *ret = regs;
        return cpuid_table_add(table, &regs);
}

/* Xen's leaves come first, or after those of Viridian, which its guests can have. */
static int execute_hypervisor(CpuidTable *table) {
        static const CpuidLeaf viridian = { .ebx = 0x7263694d, .ecx = 0x666f736f, .edx = 0x76482074 };
        CpuidLeaf regs;

        if (execute(table, XEN_CPUID_FIRST, 0, &regs) < 0)
                return -ENOMEM;
        if (regs.ebx == viridian.ebx && regs.ecx == viridian.ecx && regs.edx == viridian.edx)
                for (uint32_t base = XEN_CPUID_FIRST + XEN_CPUID_STEP;
                                base < XEN_CPUID_LAST && !xen_cpuid_is_signature(&regs);
                                base += XEN_CPUID_STEP) {
                        regs = (CpuidLeaf){ .leaf = base };
                        __cpuid_count(base, 0, regs.eax, regs.ebx, regs.ecx, regs.edx);
                }
        if (!xen_cpuid_is_signature(&regs))
                return 0;
        /* KVM can show the leaves of Xen; its own are next to them. */
        if (execute(table, regs.leaf + XEN_CPUID_STEP, 0, NULL) < 0)
                return -ENOMEM;
        for (uint32_t leaf = regs.leaf; leaf <= regs.eax && leaf <= regs.leaf + XEN_CPUID_LEAVES; leaf++)
                if (execute(table, leaf, 0, NULL) < 0)
                        return -ENOMEM;
        return 0;
}

/* Reads the leaves that hawd decodes, up to each range's maximum. CPUID needs no privilege, and any CPU will
 * do: /proc/cpuinfo shows differences between CPUs. */
static int execute_all(CpuidTable *table) {
        static const uint32_t basic[] = { 0x1, 0x7 };
        static const uint32_t extended[] = { 0x80000001, 0x80000002, 0x80000003, 0x80000004, 0x80000008,
                0x8000000a, 0x8000001f };
        CpuidLeaf regs, first = {};

        if (execute(table, 0, 0, &regs) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTS(basic); i++)
                if (basic[i] <= regs.eax && execute(table, basic[i], 0, basic[i] == 1 ? &first : NULL) < 0)
                        return -ENOMEM;
        if (bit(first.ecx, 31) && execute_hypervisor(table) < 0)
                return -ENOMEM;
        if (execute(table, 0x80000000, 0, &regs) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTS(extended); i++)
                if (extended[i] <= regs.eax && execute(table, extended[i], 0, NULL) < 0)
                        return -ENOMEM;
        return 0;
}

static void tell(const Root *root, const CpuidTable *table) {
        char *text, *at;

        if (!root->observer.file)
                return;
        text = at = malloc(table->n * CPUID_LINE_MAX + 8);
        if (!text)
                return;
        at += sprintf(at, "CPU:\n");
        for (size_t i = 0; i < table->n; i++) {
                cpuid_leaf_format(&table->leaves[i], at, CPUID_LINE_MAX);
                while (*at)
                        at++;
        }
        root_tell_file(root, "hawd/cpuid", (Bytes){ .data = (uint8_t *) text, .n = (size_t) (at - text) });
        free(text);
}

static Reason read_live(Root *root, CpuidTable *ret) {
        if (execute_all(ret) < 0) {
                cpuid_table_done(ret);
                return REASON_RESOURCES;
        }
        tell(root, ret);
        return REASON_NONE;
}

#else

static Reason read_live(Root *root, CpuidTable *ret) {
        return root_failed(root, "hawd/cpuid", REASON_NOT_APPLICABLE);
}

#endif

Reason root_cpuid(Root *root, CpuidTable *ret, FaultList *faults) {
        *ret = (CpuidTable){};
        return root->live ? read_live(root, ret) : read_tree(root, ret, faults);
}
