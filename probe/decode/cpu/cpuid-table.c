/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/cpuid-table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

void cpuid_table_done(CpuidTable *table) {
        free(table->leaves);
        *table = (CpuidTable){};
}

const CpuidLeaf *cpuid_table_find(const CpuidTable *table, uint32_t leaf, uint32_t subleaf) {
        for (size_t i = 0; i < table->n; i++)
                if (table->leaves[i].leaf == leaf && table->leaves[i].subleaf == subleaf)
                        return &table->leaves[i];
        return NULL;
}

int cpuid_table_add(CpuidTable *table, const CpuidLeaf *leaf) {
        if (cpuid_table_find(table, leaf->leaf, leaf->subleaf))
                return 0;
        if (table->n >= CPUID_LEAVES_MAX)
                return -E2BIG;
        CpuidLeaf *grown = grow(table->leaves, table->n, sizeof(CpuidLeaf));

        if (!grown)
                return -ENOMEM;
        table->leaves = grown;
        table->leaves[table->n++] = *leaf;
        return 0;
}

/* "eax=0x00003030" */
static bool parse_register(Bytes *line, const char *name, uint32_t *ret) {
        uint64_t value;
        Bytes word;

        if (!text_word(line, &word) || !text_starts(word, name) || word.n < 6 || word.data[3] != '=')
                return false;
        word = bytes_part(word, 4, word.n);
        if (!text_starts(word, "0x") || !text_u64(word, 16, &value) || value > UINT32_MAX)
                return false;
        *ret = (uint32_t) value;
        return true;
}

bool cpuid_leaf_parse(Bytes line, CpuidLeaf *ret) {
        uint64_t leaf, subleaf;
        CpuidLeaf parsed;
        Bytes word;

        if (line.n >= CPUID_LINE_MAX || !text_word(&line, &word) || !text_starts(word, "0x") ||
                        !text_u64(word, 16, &leaf) || leaf > UINT32_MAX)
                return false;
        if (!text_word(&line, &word) || word.n < 2 || word.data[word.n - 1] != ':' ||
                        !text_starts(word, "0x") ||
                        !text_u64(bytes_part(word, 0, word.n - 1), 16, &subleaf) || subleaf > UINT32_MAX)
                return false;
        parsed.leaf = (uint32_t) leaf;
        parsed.subleaf = (uint32_t) subleaf;
        if (!parse_register(&line, "eax", &parsed.eax) || !parse_register(&line, "ebx", &parsed.ebx) ||
                        !parse_register(&line, "ecx", &parsed.ecx) ||
                        !parse_register(&line, "edx", &parsed.edx) || text_trim(line).n > 0)
                return false;
        *ret = parsed;
        return true;
}

/* "CPU:" or "CPU 0:" */
static bool is_heading(Bytes line) {
        line = text_trim(line);
        return text_starts(line, "CPU") && line.n < 16 && line.data[line.n - 1] == ':';
}

int cpuid_table_parse(Bytes text, CpuidTable *ret, FaultList *faults) {
        size_t cursor = 0, number = 0;
        CpuidTable table = {};
        Bytes line;

        while (text_line(text, &cursor, &line)) {
                CpuidLeaf leaf;
                int r;

                number++;
                if (text_trim(line).n == 0)
                        continue;
                if (is_heading(line)) {
                        /* Ignores further CPUs: the first represents all. */
                        if (table.n > 0)
                                break;
                        continue;
                }
                if (!cpuid_leaf_parse(line, &leaf)) {
                        fault_add(faults, number, "cpuid-line",
                                        "expected \"0xLEAF 0xSUBLEAF: eax=0x... ebx=0x... ecx=0x... "
                                        "edx=0x...\"");
                        continue;
                }
                if (cpuid_table_find(&table, leaf.leaf, leaf.subleaf)) {
                        fault_add(faults, number, "cpuid-duplicate",
                                        "duplicate leaf 0x%08" PRIx32 " 0x%02" PRIx32, leaf.leaf,
                                        leaf.subleaf);
                        continue;
                }
                r = cpuid_table_add(&table, &leaf);
                if (r == -E2BIG) {
                        fault_add(faults, number, "cpuid-too-many", "more than %d leaves", CPUID_LEAVES_MAX);
                        break;
                }
                if (r < 0) {
                        cpuid_table_done(&table);
                        return r;
                }
        }
        *ret = table;
        return 0;
}

void cpuid_leaf_format(const CpuidLeaf *leaf, char *line, size_t size) {
        snprintf(line, size,
                        "   0x%08" PRIx32 " 0x%02" PRIx32 ": eax=0x%08" PRIx32 " ebx=0x%08" PRIx32
                        " ecx=0x%08" PRIx32 " edx=0x%08" PRIx32 "\n",
                        leaf->leaf, leaf->subleaf, leaf->eax, leaf->ebx, leaf->ecx, leaf->edx);
}
