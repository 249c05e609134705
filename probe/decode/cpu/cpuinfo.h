/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* /proc/cpuinfo: what the kernel made of the CPUs, after its policies and its subtractions (kernel:
 * arch/x86/kernel/cpu/proc.c). One block a CPU; names and flags are those of the first, widths are taken over
 * all. Other architectures' text gives the number of CPUs and leaves the rest unknown. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/decode/fault.h"

typedef struct Cpuinfo {
        uint32_t n_cpus;               /* blocks */
        uint32_t n_cpus_without_sizes; /* of those, how many have no "address sizes" that can be read */
        bool arm;                      /* "CPU implementer": arm or arm64 */

        bool has_address_sizes;                       /* in one block at least; else the four are 0 */
        uint8_t min_physical_bits, max_physical_bits; /* 32..52, less what encryption took */
        uint8_t min_virtual_bits, max_virtual_bits;   /* 32..64 */

        CpuVendor vendor;     /* UNKNOWN without vendor_id */
        char vendor_name[16]; /* vendor_id, blanks and all, printable; "" unknown */
        char model_name[128]; /* printable; "" unknown */
        bool has_family, has_model, has_stepping;
        uint32_t family, model, stepping;

        /* A flag says what the kernel kept: absent vmx, svm, la57, sme, sev… do not prove that the CPU lacks it. */
        bool has_flags; /* the first block has a "flags" line; else all of them are unknown and read false */
        bool lm, pae, pdpe1gb, hypervisor, vmx, svm, la57, tme, sme, sev, sev_es, sev_snp, npt, ept, ept_ad;

        bool has_vmx_flags; /* "vmx flags", since 5.6 and only where VMX survives */
        bool vmx_ept, vmx_ept_ad, vmx_ept_1gb;
        bool vmx_ept_5level; /* since about 6.9; absent proves nothing */
        bool vmx_vpid, vmx_unrestricted_guest;
} Cpuinfo;

/* One pass, linear in the text. Always 0; a line that does not parse is a fault by line, its value left unknown. */
int cpuinfo_decode(Bytes text, Cpuinfo *ret, FaultList *faults);
