/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/kernel/kernel-log-line.h"
#include "probe/decode/kernel/kernel-log.h"
#include "probe/decode/text.h"

/* The texts of Linux 5.10 to 7.2. "Hyp mode" was all that was said of nVHE until 6.2. */
static const struct {
        const char *text;
        KernelLogKvmMode mode;
} modes[] = {
        { "HYP mode not available", KERNEL_LOG_KVM_NONE },
        { "KVM disabled from command line", KERNEL_LOG_KVM_NONE },
        { "VHE mode initialized successfully", KERNEL_LOG_KVM_VHE },
        { "VHE+NV2 mode initialized successfully", KERNEL_LOG_KVM_VHE },
        { "Hyp mode initialized successfully", KERNEL_LOG_KVM_NVHE },
        { "Hyp nVHE mode initialized successfully", KERNEL_LOG_KVM_NVHE },
        { "Hyp hVHE mode initialized successfully", KERNEL_LOG_KVM_NVHE },
        { "Protected nVHE mode initialized successfully", KERNEL_LOG_KVM_PROTECTED },
        { "Protected hVHE mode initialized successfully", KERNEL_LOG_KVM_PROTECTED },
};

/* "kvm [1]: " with the number of the task that started KVM. */
static bool take_prefix(Bytes *line) {
        Bytes number;

        return line_take(line, "kvm [") && line_take_digits(line, &number) && line_take(line, "]: ");
}

static KernelLogKvmMode mode_of(Bytes line) {
        if (take_prefix(&line))
                for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
                        if (text_equal(line, modes[i].text))
                                return modes[i].mode;
        return KERNEL_LOG_KVM_UNKNOWN;
}

/* Behind a limit below 40 bits the kernel adds what it means, in parentheses. */
static bool take_limit(Bytes line, Bytes *ret_number) {
        if (!take_prefix(&line) || !line_take(&line, "IPA Size Limit: "))
                return false;
        *ret_number = line_take_up_to(&line, ' ');
        return line_take(&line, " bits") && (line.n == 0 || line_take(&line, " ("));
}

bool line_is_kvm(Bytes line) {
        Bytes number;

        return take_limit(line, &number) || mode_of(line) != KERNEL_LOG_KVM_UNKNOWN;
}

KernelLogKvmMode kernel_log_kvm_mode(Bytes text) {
        KernelLogKvmMode mode = KERNEL_LOG_KVM_UNKNOWN, found;
        size_t cursor = 0;
        Bytes line;

        while (text_line(text, &cursor, &line)) {
                found = mode_of(line);
                mode = found != KERNEL_LOG_KVM_UNKNOWN ? found : mode;
        }
        return mode;
}

Reason kernel_log_kvm_ipa_bits(Bytes text, uint64_t *ret) {
        Reason reason = REASON_ABSENT;
        Bytes line, number;
        size_t cursor = 0;

        while (text_line(text, &cursor, &line))
                if (take_limit(line, &number))
                        reason = line_bits(number, ret) ? REASON_NONE : REASON_MALFORMED;
        return reason;
}
