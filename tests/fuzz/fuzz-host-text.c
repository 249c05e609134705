/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/cpu/cpuid-table.h"
#include "probe/decode/cpu/kvm-answers.h"
#include "probe/decode/text.h"
#include "probe/root/reasons.h"
#include "probe/root/replay-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text files of hawd/ in a tree. What was read and written again reads the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const Bytes text = { .data = data, .n = size };
        KvmAnswers answers = {}, again = {};
        FaultList faults = {};
        ReasonTable reasons = {};
        CpuidTable table = {};
        HostIdentity identity;
        size_t cursor = 0;
        RootMsr msr;
        Bytes line;

        (void) cpuid_table_parse(text, &table, &faults);
        (void) reason_table_decode(text, &reasons);
        replay_host_parse(text, &identity);
        while (text_line(text, &cursor, &line))
                (void) replay_msr_parse(line, &msr);
        if (kvm_answers_parse(text, &answers, &faults) == 0) {
                char *written = kvm_answers_format(&answers);

                if (written &&
                                kvm_answers_parse(
                                                (Bytes){ .data = (uint8_t *) written, .n = strlen(written) },
                                                &again, NULL) == 0 &&
                                (again.n_msrs != answers.n_msrs ||
                                                again.supported_cpuid.n != answers.supported_cpuid.n ||
                                                again.n_registers != answers.n_registers ||
                                                again.vcpu_reason != answers.vcpu_reason ||
                                                again.n_capabilities != answers.n_capabilities))
                        abort();
                free(written);
        }
        kvm_answers_done(&answers);
        kvm_answers_done(&again);
        cpuid_table_done(&table);
        reason_table_done(&reasons);
        fault_list_done(&faults);
        return 0;
}
