/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/decode/xen/xen-answers.h"

static void write_reason(FILE *file, const char *key, Reason reason) {
        if (reason != REASON_NONE)
                fprintf(file, "%s-reason %s\n", key, reason_to_string(reason));
}

static void write_version(FILE *file, const XenAnswers *answers) {
        write_reason(file, "version", answers->version_reason);
        if (answers->version_reason == REASON_NONE)
                fprintf(file, "version %u.%u\n", (unsigned) answers->major, (unsigned) answers->minor);
        if (*answers->extra)
                fprintf(file, "extra-version %s\n", answers->extra);
        if (*answers->capabilities)
                fprintf(file, "capabilities %s\n", answers->capabilities);
        write_reason(file, "command-line", answers->command_line_reason);
        if (answers->command_line_reason == REASON_NONE)
                fprintf(file, "command-line%s%s\n", *answers->command_line ? " " : "",
                                answers->command_line);
        if (answers->sysctl_version > 0)
                fprintf(file, "sysctl 0x%08" PRIx32 "\n", answers->sysctl_version);
}

static void write_physinfo(FILE *file, const XenAnswers *answers) {
        const XenPhysinfo *info = &answers->physinfo;

        write_reason(file, "physinfo", answers->physinfo_reason);
        if (answers->physinfo_reason == REASON_NONE)
                fprintf(file,
                                "physinfo capabilities 0x%08" PRIx32 " max-mfn 0x%016" PRIx64
                                " total-pages %" PRIu64 "\n",
                                info->capabilities, info->max_mfn, info->total_pages);
}

static void write_reserved(FILE *file, const XenAnswers *answers) {
        char device[PCI_ADDRESS_TEXT_MAX];

        write_reason(file, "reserved", answers->reserved_reason);
        if (answers->reserved_reason == REASON_NONE && answers->n_reserved == 0)
                fprintf(file, "reserved none\n");
        for (size_t i = 0; i < answers->n_reserved; i++) {
                const XenReserved *reserved = &answers->reserved[i];

                pci_address_format(&reserved->device, device, sizeof(device));
                fprintf(file, "reserved %s 0x%016" PRIx64 " %" PRIu64 "\n",
                                reserved->has_device ? device : "all", reserved->start_pfn,
                                reserved->n_pages);
        }
}

static void write_policies(FILE *file, const XenAnswers *answers) {
        char line[CPUID_LINE_MAX];

        for (size_t i = 0; i < _XEN_POLICY_MAX; i++) {
                const CpuidTable *leaves = &answers->policies[i].leaves;

                if (leaves->n == 0) {
                        fprintf(file, "policy-reason %s %s\n", xen_policy_to_string((XenPolicy) i),
                                        reason_to_string(answers->policies[i].reason));
                        continue;
                }
                fprintf(file, "policy %s\n", xen_policy_to_string((XenPolicy) i));
                for (size_t k = 0; k < leaves->n; k++) {
                        cpuid_leaf_format(&leaves->leaves[k], line, sizeof(line));
                        fputs(line, file);
                }
        }
}

char *xen_answers_format(const XenAnswers *answers) {
        char *text = NULL;
        size_t n;
        FILE *file = open_memstream(&text, &n);

        if (!file)
                return NULL;
        write_version(file, answers);
        write_physinfo(file, answers);
        write_reserved(file, answers);
        write_policies(file, answers);
        if (ferror(file) | fclose(file)) {
                free(text);
                return NULL;
        }
        return text;
}
