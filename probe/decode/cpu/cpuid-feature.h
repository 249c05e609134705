/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who made the CPU and what it offers, from CPUID (kernel: arch/x86/include/asm/cpufeatures.h). Each feature is a
 * Tristate, to be compared with TRISTATE_YES, never tested as a boolean: NO means the CPU does not have it (or not
 * the leaf that would say so), UNKNOWN that the table lacks the leaf. All of it is capability: firmware and kernel
 * may still keep it off. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/cpu/cpuid-table.h"
#include "probe/fact.h"

typedef enum CpuVendor {
        CPU_VENDOR_UNKNOWN = 0, /* no leaf 0 */
        CPU_VENDOR_OTHER,       /* named, and none of those below */
        CPU_VENDOR_INTEL,
        CPU_VENDOR_AMD,
        CPU_VENDOR_HYGON,
        CPU_VENDOR_CENTAUR,
        CPU_VENDOR_ZHAOXIN, /* "  Shanghai  " */
        _CPU_VENDOR_MAX,
} CpuVendor;

typedef struct CpuidFeature {
        CpuVendor vendor;
        char vendor_name[16]; /* twelve characters of leaf 0, never trimmed, printable; "" unknown */
        bool signature_known; /* leaf 1 EAX was there: family, model and stepping are valid */
        uint16_t family;      /* base plus extended */
        uint8_t model, stepping;
        char brand[128]; /* leaves 0x80000002..4 without the blanks around it, printable; "" none or unknown */

        Tristate hypervisor;      /* 1 ECX[31]; NO on the VIA Samuel, which sets it at random */
        char hypervisor_name[48]; /* "kvm", "vmware", …, else the printable signature; "" none or unknown */

        Tristate vmx;                                /* 1 ECX[5] */
        Tristate pae, pse36;                         /* 1 EDX[6], [17] */
        Tristate tme, la57;                          /* 7.0 ECX[13], [16] */
        Tristate hybrid;                             /* 7.0 EDX[15] */
        Tristate svm;                                /* 0x80000001 ECX[2] */
        Tristate pdpe1gb, lm;                        /* 0x80000001 EDX[26], [29] */
        Tristate npt, nrips, flushbyasid, avic, vgif; /* 0x8000000A EDX[0], [3], [6], [13], [16] */
        Tristate x2avic, vnmi;                       /* 0x8000000A EDX[18], [25] */
} CpuidFeature;

void cpuid_feature_decode(const CpuidTable *table, CpuidFeature *ret);

/* By the twelve characters, blanks and all; /proc/cpuinfo's vendor_id holds the same. */
CpuVendor cpu_vendor_from_name(Bytes name);

/* "intel", "amd", "hygon", "centaur", "zhaoxin", "other", "unknown" */
const char *cpu_vendor_to_string(CpuVendor vendor);

/* The short name behind a hypervisor's twelve characters, NULL when it is none of those known. */
const char *hypervisor_from_signature(Bytes signature);
