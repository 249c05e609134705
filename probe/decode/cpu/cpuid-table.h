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
        CpuidLeaf *leaves; /* owned; in the order read; each (leaf, subleaf) once */
} CpuidTable;

void cpuid_table_done(CpuidTable *table);

/* -ENOMEM; -E2BIG over CPUID_LEAVES_MAX; a duplicate is ignored. */
int cpuid_table_add(CpuidTable *table, const CpuidLeaf *leaf);

/* NULL if the table lacks the leaf: "unknown", not "zero". */
const CpuidLeaf *cpuid_table_find(const CpuidTable *table, uint32_t leaf, uint32_t subleaf);

/* Parses the text form. Only the first CPU is read; "CPU:" and "CPU N:" headings are skipped. Lines that do
 * not parse are faults by line number. -ENOMEM only. */
int cpuid_table_parse(Bytes text, CpuidTable *ret, FaultList *faults);

/* Writes one line with newline to line[size]. */
#define CPUID_LINE_MAX 96
void cpuid_leaf_format(const CpuidLeaf *leaf, char *line, size_t size);

/* Parses a line. */
bool cpuid_leaf_parse(Bytes line, CpuidLeaf *ret);
