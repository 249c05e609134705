/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* /proc/cpuinfo: CPU features and widths after the kernel's policies and reductions (kernel:
 * arch/x86/kernel/cpu/proc.c). One block per CPU; names and flags are from the first, widths from all. On
 * arm and arm64 each block names its CPU (arch/arm64/kernel/cpuinfo.c), which may differ: there are no widths.
 * For other architectures only the number of CPUs is known. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/decode/fault.h"

#define CPUINFO_KINDS_MAX 16

/* CPUs with the same MIDR_EL1; its architecture field, which the text lacks, is "by registers". */
typedef struct CpuinfoKind {
        uint32_t midr;
        uint32_t n_cpus;
} CpuinfoKind;

typedef struct Cpuinfo {
        uint32_t n_cpus;               /* blocks */
        uint32_t n_cpus_without_sizes; /* CPUs without valid "address sizes" */
        bool arm;                      /* "CPU implementer": arm or arm64 */
        size_t n_kinds;                /* of arm CPUs; in order of the text */
        CpuinfoKind kinds[CPUINFO_KINDS_MAX];
        bool kinds_partial; /* a block lacks one of the four numbers, or there are more kinds */

        bool has_address_sizes;                       /* in at least one block; else the four are 0 */
        uint8_t min_physical_bits, max_physical_bits; /* 32..52, reduced by encryption */
        uint8_t min_virtual_bits, max_virtual_bits;   /* 32..64 */

        CpuVendor vendor;     /* UNKNOWN without vendor_id */
        char vendor_name[16]; /* vendor_id, not trimmed, printable; "" unknown */
        char model_name[128]; /* printable; "" unknown */
        bool has_family, has_model, has_stepping;
        uint32_t family, model, stepping;

        /* The flags that the kernel kept: without vmx, svm, la57, sme, sev… the CPU may still have them. */
        bool has_flags; /* the first block has a "flags" line; else all flags are unknown and false */
        bool lm, pae, pdpe1gb, hypervisor, vmx, svm, la57, tme, sme, sev, sev_es, sev_snp, npt, ept, ept_ad;

        bool has_vmx_flags; /* "vmx flags", since 5.6, only if VMX is usable */
        bool vmx_ept, vmx_ept_ad, vmx_ept_1gb;
        bool vmx_ept_5level; /* since about 6.9; false proves nothing */
        bool vmx_vpid, vmx_unrestricted_guest;
} Cpuinfo;

/* Linear time. Always returns 0. A line that does not parse is a fault by line; its value stays unknown. */
int cpuinfo_decode(Bytes text, Cpuinfo *ret, FaultList *faults);
