/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What Xen answers to dom0's hypercalls (xen/include/public/version.h, sysctl.h, memory.h), and the text form hawd/xen:
 *    version 4.17
 *    extra-version .5-pre
 *    capabilities xen-3.0-x86_64 hvm-3.0-x86_32 …
 *    command-line dom0_mem=1024M iommu=verbose
 *    sysctl 0x00000015
 *    physinfo capabilities 0x0000037f max-mfn 0x000000000013ffff total-pages 1048443
 *    reserved 0000:00:05.0 0x0000000000060000 16     (of a device: first page number, pages)
 *    reserved all 0x0000000000060000 16              (whichever device it is for; "reserved none": there are none)
 *    policy host
 *       0x80000008 0x00: eax=0x00003028 ebx=… ecx=… edx=…    (leaves of the policy above)
 *    policy-reason hvm-max unsupported-kernel      (physinfo-reason, reserved-reason, version-reason: likewise)  */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/cpu/cpuid-table.h"
#include "probe/decode/fault.h"
#include "probe/decode/pci/pci-address.h"
#include "probe/reason.h"
#include "probe/words.h"

#define XEN_RESERVED_MAX 4096
#define XEN_PAGE_SIZE 4096u
#define XEN_PFN_MAX ((UINT64_C(1) << 52) - 1) /* 2^52 pages are all of 64 bits */
#define XEN_TEXT_MAX 1024                     /* XENVER_capabilities, XENVER_commandline */

/* Bits of XenPhysinfo.capabilities (XEN_SYSCTL_PHYSCAP_…). */
typedef enum XenCapability {
        XEN_CAPABILITY_HVM = 0,
        XEN_CAPABILITY_PV = 1,
        XEN_CAPABILITY_DIRECTIO =
                        2, /* an IOMMU in use: xl calls it hvm_directio with HVM, pv_directio with PV */
        XEN_CAPABILITY_HAP = 3,
        XEN_CAPABILITY_SHADOW = 4,
        XEN_CAPABILITY_SHARED_TABLES = 5, /* iommu_hap_pt_share */
        XEN_CAPABILITY_VMTRACE = 6,       /* since 4.15 */
        XEN_CAPABILITY_VPMU = 7,          /* since 4.16, as the next two */
        XEN_CAPABILITY_GRANT_V1 = 8,
        XEN_CAPABILITY_GRANT_V2 = 9,
} XenCapability;

typedef struct XenPhysinfo {
        uint32_t capabilities;
        uint64_t total_pages;
        uint64_t max_mfn; /* largest page number of RAM, with RAM that can be plugged in */
} XenPhysinfo;

/* CPU policies, in the order of XEN_SYSCTL_cpu_policy_… */
typedef enum XenPolicy {
        XEN_POLICY_RAW = 0,    /* CPUID as the hardware has it */
        XEN_POLICY_HOST,       /* what Xen itself uses of it */
        XEN_POLICY_PV_MAX,     /* what a PV guest can be given … */
        XEN_POLICY_HVM_MAX,    /* … and what an HVM or PVH guest can be given */
        XEN_POLICY_PV_DEFAULT, /* what it is given without other words in its configuration */
        XEN_POLICY_HVM_DEFAULT,
        _XEN_POLICY_MAX,
} XenPolicy;

/* "raw", "host", "pv-max", "hvm-max", "pv-default", "hvm-default". */
WORDS_DECLARE(XenPolicy, xen_policy);

typedef struct XenReserved {
        uint64_t start_pfn, n_pages; /* n_pages is not 0; the end fits into 52 bits of page numbers */
        bool has_device;             /* false: one of all regions, whichever device it is for */
        PciAddress device;
} XenReserved;

typedef struct XenAnswers {
        Reason version_reason;
        uint16_t major, minor;
        char extra[16];                  /* ".5-pre"; printable, as the next two */
        char capabilities[XEN_TEXT_MAX]; /* "xen-3.0-x86_64 hvm-3.0-x86_32 …" */
        Reason command_line_reason;
        char command_line[XEN_TEXT_MAX]; /* only options that matter to hawd (xen-cmdline.h); "" none */
        uint32_t sysctl_version;         /* that Xen accepts; 0: none that is known here */
        Reason physinfo_reason; /* UNSUPPORTED_KERNEL: this Xen has a version that is not known here */
        XenPhysinfo physinfo;
        struct {
                Reason reason;
                CpuidTable leaves; /* those that hawd decodes */
        } policies[_XEN_POLICY_MAX];
        Reason reserved_reason;
        size_t n_reserved;
        XenReserved *reserved; /* owned; in the order read */
} XenAnswers;

void xen_answers_done(XenAnswers *answers);

bool xen_answers_has(const XenAnswers *answers, XenCapability capability);

/* -ENOMEM; -E2BIG over XEN_RESERVED_MAX; -EINVAL for a region that no address has. A duplicate is ignored. */
int xen_answers_add_reserved(XenAnswers *answers, const XenReserved *reserved);

/* -ENOMEM only; lines that do not parse are faults by line number. A part that has no line is ABSENT. */
int xen_answers_parse(Bytes text, XenAnswers *ret, FaultList *faults);

/* The text form, allocated; NULL if out of memory. */
char *xen_answers_format(const XenAnswers *answers);
