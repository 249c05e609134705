/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/decode/xen/xen-answers.h"
#include "probe/decode/xen/xen-cmdline.h"
#include "probe/decode/xen/xen-cpuid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(const XenAnswers *answers) {
        for (size_t i = 0; i < answers->n_reserved; i++) {
                const XenReserved *reserved = &answers->reserved[i];

                if (reserved->n_pages == 0 || reserved->start_pfn > XEN_PFN_MAX ||
                                reserved->start_pfn + (reserved->n_pages - 1) > XEN_PFN_MAX)
                        abort();
        }
        if (!text_is_printable(bytes_of(answers->extra)) ||
                        !text_is_printable(bytes_of(answers->capabilities)) ||
                        !text_is_printable(bytes_of(answers->command_line)))
                abort();
}

/* What was read is written, and read again, the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Bytes input = { .data = data, .n = size };
        XenAnswers answers = {}, again = {};
        FaultList faults = {};
        char *text, *second, options[XEN_TEXT_MAX];
        XenCpuid xen;

        xen_cmdline_filter(input, options, sizeof(options));
        if (!text_is_printable(bytes_of(options)) || xen_answers_parse(input, &answers, &faults) < 0)
                abort();
        hold(&answers);
        xen_cpuid_decode(&answers.policies[XEN_POLICY_HOST].leaves, &xen);
        fault_list_done(&faults);
        text = xen_answers_format(&answers);
        if (!text || xen_answers_parse(bytes_of(text), &again, &faults) < 0 || faults.n > 0)
                abort();
        second = xen_answers_format(&again);
        if (!second || strcmp(text, second) != 0)
                abort();
        free(text);
        free(second);
        xen_answers_done(&answers);
        xen_answers_done(&again);
        return 0;
}
