/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/input/input-file.h"
#include "ctl/show/json-output.h"
#include "ctl/show/json-text.h"
#include "ctl/show/screen.h"
#include "ctl/verb/verbs.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "profile/decoded/decode-cpuid.h"
#include "profile/decoded/decode-dmar.h"
#include "profile/decoded/decode-ivrs.h"
#include "profile/decoded/decode-registers.h"
#include "profile/document/field-write.h"
#include "profile/field/tables.h"

#define TABLE_MAX (1U << 20)
#define CPUID_TEXT_MAX (4U << 20)

static int print_value(const Options *options, json_t *value) {
        if (options->json)
                return json_print(options, value);
        if (!value) {
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
                return EXIT_FAILURE;
        }
        json_text_print(value);
        json_decref(value);
        return EXIT_SUCCESS;
}

static int decode_failed(const char *path, const char *kind, int r) {
        if (r == -ENOMEM)
                fprintf(stderr, "hawctl: %s\n", strerror(-r));
        else
                fprintf(stderr, "hawctl: %s: not %s: no \"%.4s\" header of 36 bytes at its start\n", path,
                                kind, strchr(kind, ' ') + 1);
        return EXIT_FAILURE;
}

static int decode_dmar(const Options *options, char **argv) {
        _cleanup_(fault_list_done) FaultList faults = {};
        _cleanup_(input_file_done) InputFile file = {};
        _cleanup_(dmar_done) Dmar dmar = {};
        int r = input_file_read_table(argv[0], TABLE_MAX, &file);

        if (r != EXIT_SUCCESS)
                return r;
        r = dmar_decode(input_file_bytes(&file), &dmar, &faults);
        if (r < 0)
                return decode_failed(argv[0], "a DMAR table", r);
        return print_value(options, decode_dmar_json(&dmar, &faults));
}

static int decode_ivrs(const Options *options, char **argv) {
        _cleanup_(fault_list_done) FaultList faults = {};
        _cleanup_(input_file_done) InputFile file = {};
        _cleanup_(ivrs_done) Ivrs ivrs = {};
        int r = input_file_read_table(argv[0], TABLE_MAX, &file);

        if (r != EXIT_SUCCESS)
                return r;
        r = ivrs_decode(input_file_bytes(&file), &ivrs, &faults);
        if (r < 0)
                return decode_failed(argv[0], "an IVRS table", r);
        return print_value(options, decode_ivrs_json(&ivrs, &faults));
}

static int decode_iort(const Options *options, char **argv) {
        _cleanup_(firmware_tables_done) FirmwareTables firmware = {};
        _cleanup_(input_file_done) InputFile file = {};
        int r = input_file_read_table(argv[0], TABLE_MAX, &file);

        if (r != EXIT_SUCCESS)
                return r;
        r = iort_decode(input_file_bytes(&file), &firmware.iort, &firmware.iort_faults);
        if (r < 0)
                return decode_failed(argv[0], "an IORT table", r);
        return print_value(options, fields_json(&(FieldContext){}, &iort_table, &firmware));
}

static int decode_cpuid(const Options *options, char **argv) {
        _cleanup_(cpuid_table_done) CpuidTable table = {};
        _cleanup_(fault_list_done) FaultList faults = {};
        _cleanup_(input_file_done) InputFile file = {};
        int r = input_file_read(argv[0], CPUID_TEXT_MAX, &file);

        if (r != EXIT_SUCCESS)
                return r;
        r = cpuid_table_parse(input_file_bytes(&file), &table, &faults);
        if (r < 0) {
                fprintf(stderr, "hawctl: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        for (size_t i = 0; i < faults.n; i++)
                fprintf(stderr, "hawctl: %s: line %zu: %s\n", argv[0], faults.faults[i].offset,
                                faults.faults[i].text);
        if (table.n == 0) {
                fprintf(stderr, "hawctl: %s: no CPUID leaf found; expected the output of 'cpuid -1 -r'\n",
                                argv[0]);
                return EXIT_FAILURE;
        }
        return print_value(options, decode_cpuid_json(&table));
}

/* Usage error unless the argument is a hexadecimal number of up to 64 bits. */
static bool parse_register(const char *name, const char *text, uint64_t *ret) {
        if (text_u64((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, 16, ret))
                return true;
        fprintf(stderr, "hawctl: %s '%s': expected a hexadecimal number of at most 64 bits\n", name, text);
        return false;
}

static int decode_vtd(const Options *options, char **argv) {
        uint64_t cap, ecap;

        if (!parse_register("CAP", argv[0], &cap) || !parse_register("ECAP", argv[1], &ecap))
                return EXIT_USAGE;
        return print_value(options, decode_vtd_json(cap, ecap));
}

static int decode_amdvi(const Options *options, char **argv) {
        uint64_t efr, efr2;

        if (!parse_register("EFR", argv[0], &efr) || (argv[1] && !parse_register("EFR2", argv[1], &efr2)))
                return EXIT_USAGE;
        return print_value(options, decode_amdvi_json(efr, argv[1] ? &efr2 : NULL));
}

static const struct {
        const char *name, *arguments;
        int min, max;
        int (*run)(const Options *options, char **argv);
} kinds[] = {
        { "dmar", "FILE", 1, 1, decode_dmar },
        { "ivrs", "FILE", 1, 1, decode_ivrs },
        { "iort", "FILE", 1, 1, decode_iort },
        { "cpuid", "FILE", 1, 1, decode_cpuid },
        { "vtd", "CAP ECAP", 2, 2, decode_vtd },
        { "amdvi", "EFR [EFR2]", 1, 2, decode_amdvi },
};

static int run(const Options *options, int argc, char **argv) {
        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                if (strcmp(kinds[i].name, argv[0]) != 0)
                        continue;
                if (argc - 1 < kinds[i].min || argc - 1 > kinds[i].max) {
                        fprintf(stderr, "hawctl: expected 'hawctl decode %s %s'\n", kinds[i].name,
                                        kinds[i].arguments);
                        return EXIT_USAGE;
                }
                return kinds[i].run(options, argv + 1);
        }
        fprintf(stderr, "hawctl: cannot decode '%s': expected dmar, ivrs, iort, cpuid, vtd or amdvi\n",
                        argv[0]);
        return EXIT_USAGE;
}

const Verb verb_decode = {
        .name = "decode",
        .arguments = "KIND INPUT...",
        .min = 1,
        .max = -1,
        .takes = TAKES_JSON | TAKES_TIMEOUT,
        .summary = "Decode a table, dump or register of any machine",
        .help = "  dmar FILE          ACPI DMAR table, binary or hex dump\n"
                "  ivrs FILE          ACPI IVRS table, binary or hex dump\n"
                "  iort FILE          ACPI IORT table of arm64, binary or hex dump\n"
                "  cpuid FILE         CPUID leaves as 'cpuid -1 -r' prints them\n"
                "  vtd CAP ECAP       VT-d capability registers, hexadecimal\n"
                "  amdvi EFR [EFR2]   AMD-Vi extended feature registers, hexadecimal\n"
                "\n"
                "FILE - is standard input. Requires neither root nor the machine itself.\n",
        .example = "hawctl decode vtd d2008c40660462 f050da",
        .run = run,
};
