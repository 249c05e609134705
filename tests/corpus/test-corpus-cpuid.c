/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every CPUID dump of the corpus against its row in summary.csv, whose fields another program decoded. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/cpu/cpuid-encryption.h"
#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/decode/cpu/cpuid-table.h"
#include "probe/decode/cpu/cpuid-width.h"

#define SKIPPED 77
#define COLUMNS_MAX 32
#define DUMP_MAX 65536

typedef struct Decoded {
        CpuidFeature feature;
        CpuidWidth width;
        CpuidEncryption encryption;
} Decoded;

static int decode_dump(const char *path, Decoded *ret) {
        _cleanup_(cpuid_table_done) CpuidTable table = {};
        _cleanup_(fault_list_done) FaultList faults = {};
        _cleanup_free_ char *text = malloc(DUMP_MAX);
        FILE *f = fopen(path, "re");

        if (!text || !f) {
                fprintf(stderr, "%s: %s\n", path, strerror(errno));
                if (f)
                        fclose(f);
                return -1;
        }
        size_t n = fread(text, 1, DUMP_MAX, f);
        fclose(f);
        if (cpuid_table_parse((Bytes){ .data = (const uint8_t *) text, .n = n }, &table, &faults) < 0)
                return -1;
        for (size_t i = 0; i < faults.n; i++)
                fprintf(stderr, "%s:%zu: %s\n", path, faults.faults[i].offset, faults.faults[i].text);
        if (faults.n > 0)
                return -1;
        cpuid_feature_decode(&table, &ret->feature);
        cpuid_width_decode(&table, &ret->feature, &ret->width);
        cpuid_encryption_decode(&table, &ret->encryption);
        return 0;
}

/* Ours for a column of the summary, as it writes it; "?" where we do not know, "unknown column" is a failure. */
static void ours(const Decoded *d, const char *column, char *ret, size_t size) {
        const CpuidFeature *f = &d->feature;
        const CpuidWidth *w = &d->width;
        const CpuidEncryption *e = &d->encryption;
        const struct {
                const char *column;
                bool known;
                unsigned value;
        } numbers[] = {
                { "phys_bits", w->rule != CPUID_WIDTH_UNKNOWN, w->physical_bits },
                { "linear_bits", w->rule != CPUID_WIDTH_UNKNOWN, w->linear_bits },
                { "guest_phys_bits", w->rule != CPUID_WIDTH_UNKNOWN, w->guest_phys_addr_size },
                { "la57", f->leaf_7_known, f->la57 },
                { "vmx", f->leaf_1_known, f->vmx },
                { "svm", f->leaf_80000001_known, f->svm },
                { "npt", f->leaf_8000000a_known, f->npt },
                { "sme", e->known, e->sme },
                { "sev", e->known, e->sev },
                { "c_bit", e->known, e->c_bit },
                { "pa_reduction", e->known, e->pa_reduction },
                { "tme", f->leaf_7_known, f->tme },
                { "hypervisor", f->leaf_1_known, f->hypervisor },
        };

        snprintf(ret, size, "unknown column");
        if (strcmp(column, "vendor") == 0)
                snprintf(ret, size, "%s", f->vendor_name);
        for (size_t i = 0; i < ELEMENTS(numbers); i++)
                if (strcmp(column, numbers[i].column) == 0)
                        snprintf(ret, size, numbers[i].known ? "%u" : "?", numbers[i].value);
}

static size_t split(char *line, char *fields[COLUMNS_MAX]) {
        size_t n = 0;

        line[strcspn(line, "\r\n")] = 0;
        while (line && n < COLUMNS_MAX)
                fields[n++] = strsep(&line, ",");
        return n;
}

/* Returns the number of differences, or -1. */
static int compare_row(const char *directory, char *columns[], char *fields[], size_t n_columns) {
        char path[4096], value[64];
        int differences = 0;
        Decoded decoded;

        snprintf(path, sizeof(path), "%s/%s.txt", directory, fields[0]);
        if (decode_dump(path, &decoded) < 0)
                return -1;
        for (size_t i = 1; i < n_columns; i++) {
                ours(&decoded, columns[i], value, sizeof(value));
                if (strcmp(value, fields[i]) != 0) {
                        printf("%s: %s is \"%s\", the summary says \"%s\"\n", fields[0], columns[i], value,
                                        fields[i]);
                        differences++;
                }
        }
        return differences;
}

static int compare_all(const char *directory, FILE *summary) {
        char header[1024], line[1024], *columns[COLUMNS_MAX], *fields[COLUMNS_MAX];
        size_t n_columns, rows = 0, differences = 0;

        if (!fgets(header, sizeof(header), summary))
                return EXIT_FAILURE;
        n_columns = split(header, columns);
        while (fgets(line, sizeof(line), summary)) {
                int r;

                if (split(line, fields) != n_columns) {
                        fprintf(stderr, "summary.csv: row %zu has not %zu fields\n", rows + 1, n_columns);
                        return EXIT_FAILURE;
                }
                r = compare_row(directory, columns, fields, n_columns);
                if (r < 0)
                        return EXIT_FAILURE;
                differences += (size_t) r;
                rows++;
        }
        printf("%zu dumps, %zu fields, %zu differences\n", rows, n_columns - 1, differences);
        return rows > 0 && n_columns > 1 && differences == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
        char directory[2048], path[4096];
        int r;

        snprintf(directory, sizeof(directory), "%s/cpuid", argc > 1 ? argv[1] : ".");
        snprintf(path, sizeof(path), "%s/summary.csv", directory);
        FILE *summary = fopen(path, "re");
        if (!summary) {
                printf("skipped: %s: %s\n", path, strerror(errno));
                return errno == ENOENT ? SKIPPED : EXIT_FAILURE;
        }
        r = compare_all(directory, summary);
        fclose(summary);
        return r;
}
