/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/kernel/kernel-log.h"

#include "probe/decode/kernel/kernel-log-line.h"
#include "probe/decode/text.h"

#define FACILITY_SHIFT 3 /* syslog: the level is below, and facility 0 is the kernel */

/* Splits "virtio_iommu NAME: input address: N bits". */
static bool take_virtio(Bytes line, Bytes *ret_name, Bytes *ret_number) {
        if (!line_take_device(&line, "virtio_iommu", ret_name) || !line_take(&line, "input address: "))
                return false;
        *ret_number = line_take_up_to(&line, ' ');
        return text_equal(line, " bits");
}

static bool is_virtio(Bytes line) {
        Bytes name, number;

        return take_virtio(line, &name, &number);
}

static bool (*const forms[])(Bytes line) = { is_virtio, line_is_smmu, line_is_kvm };

bool kernel_log_line_matters(Bytes line) {
        for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
                if (forms[i](line))
                        return true;
        return false;
}

/* Splits "PRIORITY,NUMBER,TIME,FLAGS[,…]": the fields before the semicolon. */
static bool take_head(Bytes *record, Bytes *ret_priority, Bytes *ret_number) {
        Bytes head = line_take_up_to(record, ';');

        *ret_priority = line_take_up_to(&head, ',');
        if (!line_take(record, ";") || !line_take(&head, ","))
                return false;
        *ret_number = line_take_up_to(&head, ',');
        return true;
}

bool kernel_log_record_matters(Bytes record, Bytes *ret_text) {
        Bytes priority_text, number;
        uint64_t priority;

        if (!take_head(&record, &priority_text, &number) || !text_u64(priority_text, 10, &priority) ||
                        priority >> FACILITY_SHIFT != 0)
                return false;
        *ret_text = line_take_up_to(&record, '\n');
        return kernel_log_line_matters(*ret_text);
}

bool kernel_log_record_number(Bytes record, uint64_t *ret) {
        Bytes priority, number;

        return take_head(&record, &priority, &number) && text_u64(number, 10, ret);
}

Reason kernel_log_input_bits(Bytes text, const char *device, uint64_t *ret) {
        Reason reason = REASON_ABSENT;
        Bytes line, name, number;
        size_t cursor = 0;

        while (text_line(text, &cursor, &line))
                if (take_virtio(line, &name, &number) && text_equal(name, device))
                        reason = line_bits(number, ret) ? REASON_NONE : REASON_MALFORMED;
        return reason;
}
