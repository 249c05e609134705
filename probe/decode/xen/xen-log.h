/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Xen's boot log, as `xl dmesg` prints it. No hypercall has what these lines say of IOMMUs:
 *    Intel VT-d iommu 0 supported page sizes: 4kB, 2MB, 1GB        (xen/drivers/passthrough/vtd/iommu.c)
 *    [VT-D]drhd->address = fed90000                                (only with iommu=verbose, as the next one)
 *    [VT-D]cap = d2008c222f0686 ecap = f00f4a
 *    - Host Address Translation Size: 0x2                          (xen/drivers/passthrough/amd/iommu_detect.c)
 *    AMD-Vi: IOMMU 0 Enabled.                                      (xen/drivers/passthrough/amd/iommu_init.c)
 *    I/O virtualisation enabled                                    (xen/drivers/passthrough/iommu.c)
 *    HVM: Hardware Assisted Paging (HAP) detected                  (xen/arch/x86/hvm/hvm.c)
 * Each is after "(XEN) ", and a time in brackets with console_timestamps=. A guest's own lines have "(d1) " instead.
 * The ring forgets its oldest lines: what no line says is unknown, not "no". */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"
#include "probe/fact.h"
#include "probe/words.h"

#define XEN_LOG_UNITS_MAX 256
#define XEN_LOG_TEXT_MAX 120

typedef enum XenIommuKind {
        XEN_IOMMU_UNKNOWN = 0,
        XEN_IOMMU_VTD,
        XEN_IOMMU_AMDVI,
        _XEN_IOMMU_KIND_MAX,
} XenIommuKind;

/* One IOMMU that Xen drives. */
typedef struct XenLogUnit {
        uint32_t number; /* Xen's own: VT-d in the order of the DMAR, AMD-Vi of the IVRS */
        Tristate page_2m, page_1g;
        bool address_known; /* VT-d with iommu=verbose, as the next three */
        uint64_t address;   /* of its registers, as in the DMAR */
        bool registers_known;
        uint64_t cap, ecap;
} XenLogUnit;

typedef enum XenVirtualisation {
        XEN_VIRTUALISATION_UNKNOWN = 0,
        XEN_VIRTUALISATION_VMX,
        XEN_VIRTUALISATION_SVM,
        XEN_VIRTUALISATION_DISABLED_BY_FIRMWARE, /* "VMX disabled by BIOS", "SVM disabled by BIOS" … */
        _XEN_VIRTUALISATION_MAX,
} XenVirtualisation;

typedef struct XenLog {
        bool begins;           /* the first lines are there: " Xen version …" */
        XenVirtualisation hvm; /* what Xen uses for HVM guests */
        Tristate hap;          /* EPT or NPT is used */
        Tristate hap_present;  /* the CPU has it: "detected but disabled" is present, not used */
        Tristate hap_2m, hap_1g;
        XenIommuKind iommu;     /* by lines of units */
        Tristate iommu_enabled; /* "I/O virtualisation enabled" */
        Tristate interrupt_remapping;
        Tristate dom0_passthrough; /* "Dom0 mode: Passthrough": dom0's DMA is not translated */
        Tristate shared_tables;    /* VT-d: EPT tables are those of the IOMMU, too */
        Tristate queued_invalidation, posted_interrupts, snoop_control; /* VT-d */
        uint8_t hats; /* AMD-Vi: "Host Address Translation Size", the lowest: 0 to 3 (amdvi-width.h) */
        bool hats_known;
        uint8_t dmar_bits; /* "Host address width": of the DMAR, with iommu=verbose; 0 unknown */
        char iommu_failure
                        [XEN_LOG_TEXT_MAX]; /* a line that says why there is no IOMMU, printable; "" none */
        size_t n_units;
        XenLogUnit *units; /* owned; by number */
} XenLog;

void xen_log_done(XenLog *log);

/* True for a line that matters: one of those above. The rest of the log says what guests did. */
bool xen_log_line_matters(Bytes line);

/* What is kept of such a line: not who built Xen and where, and no address of Xen itself. */
Bytes xen_log_line_kept(Bytes line);

/* -ENOMEM only. Lines of other kinds are ignored; a line of a known kind with a bad number is a fault by its line. */
int xen_log_decode(Bytes text, XenLog *ret, FaultList *faults);
