/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* CPUID leaves as a table, and the text form that `cpuid -1 -r` prints:
 *    0x80000008 0x00: eax=0x00003030 ebx=0x… ecx=0x… edx=0x…                                               */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

#define CPUID_LEAVES_MAX 1024

typedef struct CpuidLeaf {
        uint32_t leaf, subleaf;
        uint32_t eax, ebx, ecx, edx;
} CpuidLeaf;

typedef struct CpuidTable {
        size_t n;
        CpuidLeaf *leaves; /* owned; in the order read; no pair (leaf, subleaf) twice */
} CpuidTable;

void cpuid_table_done(CpuidTable *table);

/* -ENOMEM; -E2BIG over CPUID_LEAVES_MAX; a pair that is there already is kept and the new one ignored. */
int cpuid_table_add(CpuidTable *table, const CpuidLeaf *leaf);

/* NULL when the table has no such leaf: that is "unknown", never "zero". */
const CpuidLeaf *cpuid_table_find(const CpuidTable *table, uint32_t leaf, uint32_t subleaf);

/* Reads the text form: "CPU:" and "CPU N:" headings are passed over (only the first CPU of several is taken),
 * lines that do not parse are faults by line number. -ENOMEM only. */
int cpuid_table_parse(Bytes text, CpuidTable *ret, FaultList *faults);

/* One line of that form, with newline, into line[size]. */
#define CPUID_LINE_MAX 96
void cpuid_leaf_format(const CpuidLeaf *leaf, char *line, size_t size);

/* One line back. */
bool cpuid_leaf_parse(Bytes line, CpuidLeaf *ret);
