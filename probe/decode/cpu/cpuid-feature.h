/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* CPU vendor and features from CPUID (kernel: arch/x86/include/asm/cpufeatures.h). Capabilities only:
 * firmware or the kernel may disable them.
 *
 * Each feature bit depends on the flag of its leaf. If the flag is false, the bit is unknown and reads
 * false. A leaf beyond the CPU's maximum is known, and its bits are false. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/cpu/cpuid-table.h"
#include "probe/words.h"

typedef enum CpuVendor {
        CPU_VENDOR_UNKNOWN = 0, /* no leaf 0 */
        CPU_VENDOR_OTHER,       /* known, but none of those below */
        CPU_VENDOR_INTEL,
        CPU_VENDOR_AMD,
        CPU_VENDOR_HYGON,
        CPU_VENDOR_CENTAUR,
        CPU_VENDOR_ZHAOXIN, /* "  Shanghai  " */
        _CPU_VENDOR_MAX,
} CpuVendor;

typedef struct CpuidFeature {
        CpuVendor vendor;
        char vendor_name[16]; /* twelve characters of leaf 0, not trimmed, printable; "" unknown */
        char brand[128];      /* leaves 0x80000002..4, trimmed, printable; "" none or unknown */

        bool leaf_1_known;
        uint16_t family;          /* base plus extended */
        uint8_t model, stepping;  /* model with its extension */
        bool vmx;                 /* ECX[5] */
        bool hypervisor;          /* ECX[31]; false on the VIA Samuel, whose ECX is invalid */
        char hypervisor_name[48]; /* "kvm", "vmware", …, else the printable signature; "" none or unnamed */
        bool pae, pse36;          /* EDX[6], [17] */

        bool leaf_7_known;
        bool tme, la57; /* ECX[13], [16] */
        bool hybrid;    /* EDX[15] */

        bool leaf_80000001_known;
        bool svm;         /* ECX[2] */
        bool pdpe1gb, lm; /* EDX[26], [29] */

        bool leaf_8000000a_known; /* without SVM: known and all false */
        bool npt, nrips, flushbyasid, avic, vgif, x2avic,
                        vnmi; /* EDX[0], [3], [6], [13], [16], [18], [25] */
} CpuidFeature;

void cpuid_feature_decode(const CpuidTable *table, CpuidFeature *ret);

/* By the twelve characters with their blanks, as in vendor_id of /proc/cpuinfo. */
CpuVendor cpu_vendor_from_name(Bytes name);

/* "intel", "amd", …; not the twelve characters. */
WORDS_DECLARE(CpuVendor, cpu_vendor);
