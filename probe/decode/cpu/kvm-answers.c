/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/kvm-answers.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"

void kvm_answers_done(KvmAnswers *answers) {
        cpuid_table_done(&answers->supported_cpuid);
        *answers = (KvmAnswers){};
}

bool kvm_answers_msr(const KvmAnswers *answers, uint32_t index, uint64_t *ret) {
        for (size_t i = 0; i < answers->n_msrs; i++)
                if (answers->msrs[i].index == index) {
                        *ret = answers->msrs[i].value;
                        return true;
                }
        return false;
}

bool kvm_answers_capability(const KvmAnswers *answers, uint32_t number, int32_t *ret) {
        for (size_t i = 0; i < answers->n_capabilities; i++)
                if (answers->capabilities[i].number == number) {
                        *ret = answers->capabilities[i].value;
                        return true;
                }
        return false;
}

bool kvm_answers_register(const KvmAnswers *answers, uint64_t id, uint64_t *ret) {
        for (size_t i = 0; i < answers->n_registers; i++)
                if (answers->registers[i].id == id) {
                        *ret = answers->registers[i].value;
                        return true;
                }
        return false;
}

static bool last_number(Bytes *line, unsigned base, uint64_t *ret) {
        Bytes word;

        return text_word(line, &word) && text_u64(word, base, ret);
}

static bool parse_msr(Bytes line, KvmAnswers *answers) {
        uint64_t index, value;

        if (!last_number(&line, 16, &index) || !last_number(&line, 16, &value) || text_trim(line).n > 0 ||
                        index > UINT32_MAX || answers->n_msrs == KVM_MSRS_MAX)
                return false;
        answers->msrs[answers->n_msrs].index = (uint32_t) index;
        answers->msrs[answers->n_msrs++].value = value;
        return true;
}

static bool parse_register(Bytes line, KvmAnswers *answers) {
        uint64_t id, value;

        if (!last_number(&line, 16, &id) || !last_number(&line, 16, &value) || text_trim(line).n > 0 ||
                        answers->n_registers == KVM_REGISTERS_MAX)
                return false;
        answers->registers[answers->n_registers].id = id;
        answers->registers[answers->n_registers++].value = value;
        return true;
}

static bool parse_capability(Bytes line, KvmAnswers *answers) {
        uint64_t number, value;

        if (!last_number(&line, 10, &number) || !last_number(&line, 10, &value) || text_trim(line).n > 0 ||
                        number > UINT32_MAX || value > INT32_MAX ||
                        answers->n_capabilities == KVM_CAPABILITIES_MAX)
                return false;
        answers->capabilities[answers->n_capabilities].number = (uint32_t) number;
        answers->capabilities[answers->n_capabilities++].value = (int32_t) value;
        return true;
}

static bool parse_version(Bytes line, KvmAnswers *answers) {
        uint64_t version;

        if (!last_number(&line, 10, &version) || text_trim(line).n > 0 || version > INT32_MAX)
                return false;
        answers->api_version = (int) version;
        return true;
}

/* "cpuid-reason permission", "msrs-reason absent", "vcpu-reason resources": why a part is missing. */
static bool parse_reason(Bytes line, Reason *ret) {
        line = text_trim(line);
        for (Reason reason = REASON_NONE; reason < _REASON_MAX; reason++)
                if (text_equal(line, reason_to_string(reason))) {
                        *ret = reason;
                        return true;
                }
        return false;
}

static bool parse_line(Bytes line, KvmAnswers *answers) {
        Bytes rest = line, key;

        if (!text_word(&rest, &key))
                return true;
        if (text_equal(key, "api-version"))
                return parse_version(rest, answers);
        if (text_equal(key, "msr"))
                return parse_msr(rest, answers);
        if (text_equal(key, "capability"))
                return parse_capability(rest, answers);
        if (text_equal(key, "one-reg"))
                return parse_register(rest, answers);
        if (text_equal(key, "vcpu-reason"))
                return parse_reason(rest, &answers->vcpu_reason);
        if (text_equal(key, "cpuid-reason"))
                return parse_reason(rest, &answers->supported_cpuid_reason);
        if (text_equal(key, "msrs-reason"))
                return parse_reason(rest, &answers->msrs_reason);
        return false;
}

int kvm_answers_parse(Bytes text, KvmAnswers *ret, FaultList *faults) {
        size_t cursor = 0, number = 0;
        KvmAnswers answers = {};
        Bytes line;

        while (text_line(text, &cursor, &line)) {
                CpuidLeaf leaf;

                number++;
                if (cpuid_leaf_parse(line, &leaf)) {
                        if (cpuid_table_add(&answers.supported_cpuid, &leaf) == -ENOMEM) {
                                kvm_answers_done(&answers);
                                return -ENOMEM;
                        }
                } else if (!parse_line(line, &answers))
                        fault_add(faults, number, "kvm-line",
                                        "expected api-version, capability, msr, one-reg or a CPUID leaf with its values");
        }
        if (answers.supported_cpuid.n == 0 && answers.supported_cpuid_reason == REASON_NONE)
                answers.supported_cpuid_reason = REASON_ABSENT;
        if (answers.n_msrs == 0 && answers.msrs_reason == REASON_NONE)
                answers.msrs_reason = REASON_ABSENT;
        *ret = answers;
        return 0;
}

char *kvm_answers_format(const KvmAnswers *answers) {
        size_t lines = 4 + answers->n_capabilities + answers->n_msrs + answers->n_registers +
                        answers->supported_cpuid.n;
        size_t size = lines * CPUID_LINE_MAX + 1, n = 0;
        char *text = malloc(size);

        if (!text)
                return NULL;
        n += (size_t) snprintf(text + n, size - n, "api-version %d\n", answers->api_version);
        if (answers->supported_cpuid_reason != REASON_NONE)
                n += (size_t) snprintf(text + n, size - n, "cpuid-reason %s\n",
                                reason_to_string(answers->supported_cpuid_reason));
        if (answers->msrs_reason != REASON_NONE)
                n += (size_t) snprintf(text + n, size - n, "msrs-reason %s\n",
                                reason_to_string(answers->msrs_reason));
        if (answers->vcpu_reason != REASON_NONE)
                n += (size_t) snprintf(text + n, size - n, "vcpu-reason %s\n",
                                reason_to_string(answers->vcpu_reason));
        for (size_t i = 0; i < answers->n_capabilities; i++)
                n += (size_t) snprintf(text + n, size - n, "capability %" PRIu32 " %" PRId32 "\n",
                                answers->capabilities[i].number, answers->capabilities[i].value);
        for (size_t i = 0; i < answers->n_msrs; i++)
                n += (size_t) snprintf(text + n, size - n, "msr 0x%08" PRIx32 " 0x%016" PRIx64 "\n",
                                answers->msrs[i].index, answers->msrs[i].value);
        for (size_t i = 0; i < answers->n_registers; i++)
                n += (size_t) snprintf(text + n, size - n, "one-reg 0x%016" PRIx64 " 0x%016" PRIx64 "\n",
                                answers->registers[i].id, answers->registers[i].value);
        for (size_t i = 0; i < answers->supported_cpuid.n; i++) {
                cpuid_leaf_format(&answers->supported_cpuid.leaves[i], text + n, size - n);
                n += strlen(text + n);
        }
        return text;
}
