/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "probe/decode/cpu/cpuinfo.h"
#include "probe/decode/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool b) {
        if (!b)
                abort();
}

static void require_printable(const char *s) {
        require(text_is_printable((Bytes){ .data = (const uint8_t *) s, .n = strlen(s) }));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FaultList faults = {};
        Cpuinfo info;

        require(cpuinfo_decode((Bytes){ .data = data, .n = size }, &info, &faults) == 0);
        require(info.n_cpus_without_sizes <= info.n_cpus);
        require(info.has_address_sizes == (info.n_cpus_without_sizes < info.n_cpus));
        if (info.has_address_sizes) {
                require(info.min_physical_bits >= 32 && info.max_physical_bits <= 52);
                require(info.min_physical_bits <= info.max_physical_bits);
                require(info.min_virtual_bits >= 32 && info.max_virtual_bits <= 64);
                require(info.min_virtual_bits <= info.max_virtual_bits);
        } else
                require(info.min_physical_bits == 0 && info.max_virtual_bits == 0);
        size_t n = 0;
        require(info.n_kinds <= CPUINFO_KINDS_MAX && (info.arm || info.n_kinds == 0));
        for (size_t i = 0; i < info.n_kinds; i++)
                n += info.kinds[i].n_cpus;
        require(n <= info.n_cpus);
        require_printable(info.vendor_name);
        require_printable(info.model_name);
        fault_list_done(&faults);
        return 0;
}
