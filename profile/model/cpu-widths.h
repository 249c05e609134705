/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Physical address widths that were seen in real CPUs (docs/models.md). Neither a family and model nor the
 * name of a CPU model determines the width: both have a set of widths, with counts. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/cpu/cpuid-feature.h"

typedef struct WidthSeen {
        uint8_t bits;
        uint16_t hosts; /* whose kernel reported it: after the bits that memory encryption takes */
        uint16_t dumps; /* of CPUID: what the CPU itself reports */
} WidthSeen;

#define CPU_SEEN_WIDTHS_MAX 4

typedef struct CpuSeen {
        CpuVendor vendor;
        uint16_t family;
        uint8_t model;
        WidthSeen widths[CPU_SEEN_WIDTHS_MAX]; /* by bits; those after the last have 0 bits */
} CpuSeen;

#define CPU_NAMED_MAX 4

/* A CPU model of libvirt and QEMU. */
typedef struct CpuNamed {
        const char *name; /* without version and "-IBRS", "-noTSX" */
        CpuVendor vendor;
        size_t n;
        struct {
                uint16_t family;
                uint8_t model;
        } cpus[CPU_NAMED_MAX]; /* that it stands for */
} CpuNamed;

typedef struct CpuWidths {
        size_t n;
        WidthSeen widths[CPU_NAMED_MAX * CPU_SEEN_WIDTHS_MAX]; /* by bits */
} CpuWidths;

/* NULL: none was seen. */
const CpuSeen *cpu_seen(CpuVendor vendor, uint64_t family, uint64_t model);

/* The length of the model's name without its version: "Skylake-Server-noTSX-IBRS-v3" is a Skylake-Server. */
size_t cpu_name_length(const char *name);

/* By the name of a model or of one of its versions. NULL: unknown, or one that stands for no real CPU
 * (qemu64, host). */
const CpuNamed *cpu_named(const char *name);

/* What was seen in all CPUs that the model stands for; n is 0 if nothing was. */
void cpu_named_widths(const CpuNamed *named, CpuWidths *ret);
