/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/decoded/decode-cpuid.h"

#include "probe/decode/cpu/cpuid-encryption.h"
#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/decode/cpu/cpuid-width.h"
#include "profile/document/json-fact.h"

static json_t *number(bool known, unsigned value) {
        return known ? json_integer(value) : json_null();
}

static json_t *state(bool known, bool value) {
        return known ? json_boolean(value) : json_null();
}

json_t *decode_cpuid_json(const CpuidTable *table) {
        CpuidEncryption encryption;
        json_t *object = json_object();
        CpuidFeature feature;
        CpuidWidth width;
        bool ok = true;

        cpuid_feature_decode(table, &feature);
        cpuid_width_decode(table, &feature, &width);
        cpuid_encryption_decode(table, &encryption);
        bool sized = width.rule != CPUID_WIDTH_UNKNOWN;

        ok &= json_put(object, "vendor", json_text(feature.vendor_name));
        ok &= json_put(object, "brand", json_text(feature.brand));
        ok &= json_put(object, "family", number(feature.leaf_1_known, feature.family));
        ok &= json_put(object, "model", number(feature.leaf_1_known, feature.model));
        ok &= json_put(object, "stepping", number(feature.leaf_1_known, feature.stepping));
        ok &= json_put(object, "cpuPhysicalBits", number(sized, width.physical_bits));
        ok &= json_put(object, "linearBits", number(sized, width.linear_bits));
        ok &= json_put(object, "guestPhysAddrSize", number(sized, width.guest_phys_addr_size));
        ok &= json_put(object, "widthRule", json_string(cpuid_width_rule_text(width.rule)));
        ok &= json_put(object, "la57", state(feature.leaf_7_known, feature.la57));
        ok &= json_put(object, "vmx", state(feature.leaf_1_known, feature.vmx));
        ok &= json_put(object, "svm", state(feature.leaf_80000001_known, feature.svm));
        ok &= json_put(object, "npt", state(feature.leaf_8000000a_known, feature.npt));
        ok &= json_put(object, "sme", state(encryption.known, encryption.sme));
        ok &= json_put(object, "sev", state(encryption.known, encryption.sev));
        ok &= json_put(object, "cBit", number(encryption.known, encryption.c_bit));
        ok &= json_put(object, "paReduction", number(encryption.known, encryption.pa_reduction));
        ok &= json_put(object, "tme", state(feature.leaf_7_known, feature.tme));
        ok &= json_put(object, "hypervisor", state(feature.leaf_1_known, feature.hypervisor));
        return json_finish(object, ok);
}
