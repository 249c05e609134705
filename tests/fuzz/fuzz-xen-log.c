/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/decode/xen/xen-log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(const XenLog *log) {
        if (log->n_units > XEN_LOG_UNITS_MAX || log->dmar_bits > 64 || log->hats > 3)
                abort();
        for (size_t i = 0; i < log->n_units; i++)
                if (log->units[i].number >= XEN_LOG_UNITS_MAX ||
                                (i > 0 && log->units[i].number <= log->units[i - 1].number) ||
                                (log->units[i].registers_known && !log->units[i].address_known))
                        abort();
        if (!text_is_printable(bytes_of(log->iommu_failure)))
                abort();
}

static bool same_unit(const XenLogUnit *a, const XenLogUnit *b) {
        return a->number == b->number && a->page_2m == b->page_2m && a->page_1g == b->page_1g &&
                        a->address_known == b->address_known && a->address == b->address &&
                        a->registers_known == b->registers_known && a->cap == b->cap && a->ecap == b->ecap;
}

static bool same(const XenLog *a, const XenLog *b) {
        for (size_t i = 0; i < a->n_units && i < b->n_units; i++)
                if (!same_unit(&a->units[i], &b->units[i]))
                        return false;
        return a->n_units == b->n_units && a->begins == b->begins && a->hvm == b->hvm && a->hap == b->hap &&
                        a->hap_present == b->hap_present && a->iommu == b->iommu &&
                        a->iommu_enabled == b->iommu_enabled && a->hats == b->hats &&
                        a->hats_known == b->hats_known && a->dmar_bits == b->dmar_bits &&
                        a->shared_tables == b->shared_tables &&
                        strcmp(a->iommu_failure, b->iommu_failure) == 0;
}

/* Lines that do not matter change nothing: a copy without them says the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Bytes input = { .data = data, .n = size }, line, copy;
        uint8_t *kept = malloc(size + 1);
        XenLog log = {}, again = {};
        FaultList faults = {};
        size_t n = 0;

        if (!kept || xen_log_decode(input, &log, &faults) < 0)
                abort();
        hold(&log);
        for (size_t cursor = 0; text_line(input, &cursor, &line);)
                if (xen_log_line_matters(line)) {
                        line = xen_log_line_kept(line);
                        if (!xen_log_line_matters(line))
                                abort();
                        memcpy(kept + n, line.data, line.n);
                        n += line.n;
                        if (n <= size)
                                kept[n++] = '\n';
                }
        copy = (Bytes){ .data = kept, .n = n };
        if (xen_log_decode(copy, &again, NULL) < 0 || !same(&log, &again))
                abort();
        xen_log_done(&log);
        xen_log_done(&again);
        fault_list_done(&faults);
        free(kept);
        return 0;
}
