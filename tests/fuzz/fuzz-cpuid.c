/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "probe/decode/cpu/cpuid-encryption.h"
#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/decode/cpu/cpuid-table.h"
#include "probe/decode/cpu/cpuid-width.h"
#include "probe/decode/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool b) {
        if (!b)
                abort();
}

static void require_printable(const char *s) {
        require(text_is_printable((Bytes){ .data = (const uint8_t *) s, .n = strlen(s) }));
}

/* Any table through every CPUID decoder. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CpuidEncryption encryption;
        CpuidFeature feature;
        CpuidTable table = {};
        FaultList faults = {};
        CpuidWidth width;

        if (cpuid_table_parse((Bytes){ .data = data, .n = size }, &table, &faults) >= 0) {
                cpuid_feature_decode(&table, &feature);
                cpuid_width_decode(&table, &feature, &width);
                cpuid_encryption_decode(&table, &encryption);

                require((width.rule == CPUID_WIDTH_UNKNOWN) == (width.reason != REASON_NONE));
                require(width.rule == CPUID_WIDTH_UNKNOWN
                                                ? width.physical_bits == 0 && width.linear_bits == 0
                                                : width.physical_bits >= 32 && width.physical_bits <= 52 &&
                                                                width.linear_bits >= 32 &&
                                                                width.linear_bits <= 64);
                require(encryption.known || !encryption.present);
                require(encryption.present ||
                                (!encryption.sme && !encryption.sev && encryption.pa_reduction == 0));
                require(feature.leaf_7_known || !feature.la57);
                require(feature.leaf_1_known || !feature.hypervisor);
                require(feature.hypervisor || !*feature.hypervisor_name);
                require_printable(feature.vendor_name);
                require_printable(feature.brand);
                require_printable(feature.hypervisor_name);
        }
        cpuid_table_done(&table);
        fault_list_done(&faults);
        return 0;
}
