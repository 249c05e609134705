/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/read-fact.h"
#include "profile/document/read.h"
#include "profile/profile.h"

/* No address is wider, and what is counted fits the members that publish it. */
#define BITS_MAX 64
#define COUNT_MAX UINT32_MAX

#define FIELDS(list) \
        { ELEMENTS(list), list }

static int read_vendor(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileHost *host = ret;
        int r;

        r = json_read_text(value, &(JsonField){ JSON_FIELD(ProfileHost, vendor_name) }, host->vendor_name);
        if (r < 0)
                return r;
        host->vendor = *host->vendor_name
                        ? cpu_vendor_from_name((Bytes){ .data = (const uint8_t *) host->vendor_name,
                                          .n = strlen(host->vendor_name) })
                        : CPU_VENDOR_UNKNOWN;
        return 0;
}

/* What the kernel was told comes back from the words that it decodes. */
static int read_kernel_parameters(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileHost *host = ret;
        int r;

        if (json_is_null(value->json)) {
                host->cmdline_reason = REASON_ABSENT;
                return 0;
        }
        r = json_value_text(value, sizeof(host->kernel_parameters), host->kernel_parameters);
        if (r < 0)
                return r;
        return cmdline_decode((Bytes){ .data = (const uint8_t *) host->kernel_parameters,
                                              .n = strlen(host->kernel_parameters) },
                        &host->cmdline, NULL);
}

#define TEXT(key, member) \
        { key, json_read_text, JSON_FIELD(ProfileHost, member) }
#define COUNT(key, member) \
        { key, json_read_number, JSON_FIELD(ProfileHost, member), .max = COUNT_MAX }

/* Documents of before have neither. */
#define UNSAFE(key, member) \
        { key, json_read_state, JSON_FIELD(ProfileHost, member), .missing = json_missing_fact }

static const JsonField host_members[] = {
        TEXT("machineId", machine_id),
        TEXT("hostname", hostname),
        TEXT("kernel", kernel),
        { "kernelParameters", read_kernel_parameters },
        TEXT("architecture", architecture),
        TEXT("virtualised", virtualised),
        { "cpuVendor", read_vendor },
        TEXT("cpuModelName", model_name),
        COUNT("cpuFamily", family),
        COUNT("cpuModel", model),
        COUNT("cpuStepping", stepping),
        COUNT("cpus", cpus),
        UNSAFE("unsafeInterruptsType1", unsafe_type1),
        UNSAFE("unsafeInterruptsIommufd", unsafe_iommufd),
        { "dmaEntryLimit", json_read_number, JSON_FIELD(ProfileHost, dma_entry_limit), .max = UINT32_MAX,
                        .missing = json_missing_fact },
};
const JsonFields document_host_fields = FIELDS(host_members);

#define WIDTH(key, member) \
        { key, json_read_number, JSON_FIELD(ProfileWidths, member), .max = BITS_MAX }

static const JsonField width_members[] = {
        WIDTH("cpuPhysicalBits", cpu_physical_bits),
        WIDTH("hostPhysicalBits", host_physical_bits),
        WIDTH("guestPhysicalBits", guest_physical_bits),
        WIDTH("guestMappableBits", guest_mappable_bits),
        WIDTH("iovaBits", iova_bits),
        WIDTH("linearBits", linear_bits),
        WIDTH("safeGuestBits", safe_guest_bits),
        WIDTH("safeGuestBitsWithDevices", safe_guest_bits_with_devices),
        WIDTH("cpuinfoMinBits", cpuinfo_min_bits),
        WIDTH("cpuinfoMaxBits", cpuinfo_max_bits),
};
const JsonFields document_widths_fields = FIELDS(width_members);

#define STATE(key, type, member) \
        { key, json_read_state, JSON_FIELD(type, member) }
#define BITS(key, type, member) \
        { key, json_read_number, JSON_FIELD(type, member), .max = BITS_MAX }
#define OBJECT(key, members) \
        { key, json_read_object, .fields = &(const JsonFields) FIELDS(members) }

static const JsonField virtualisation_members[] = {
        STATE("capable", ProfilePaging, virtualisation_capable),
        STATE("enabled", ProfilePaging, virtualisation_enabled),
};

static const JsonField la57_members[] = {
        STATE("capable", ProfilePaging, la57_capable),
        STATE("enabled", ProfilePaging, la57_enabled),
};

static const JsonField second_level_members[] = {
        { "kind", json_read_word, JSON_FIELD(ProfilePaging, second_level), .word = second_level_from_string,
                        .expected = "\"none\", \"ept\", \"npt\" or \"stage2\"" },
        STATE("capable", ProfilePaging, second_level_capable),
        STATE("enabled", ProfilePaging, second_level_enabled),
        BITS("levels", ProfilePaging, second_level_levels),
        STATE("page2M", ProfilePaging, second_level_page_2m),
        STATE("page1G", ProfilePaging, second_level_page_1g),
        STATE("accessedDirty", ProfilePaging, second_level_accessed_dirty),
};

static const JsonField kvm_members[] = {
        STATE("loaded", ProfilePaging, kvm_loaded),
        { "backend", json_read_text, JSON_FIELD(ProfilePaging, kvm_backend) },
        STATE("guestPhysBitsOffered", ProfilePaging, kvm_guest_phys_bits_offered),
        STATE("smallerMaxphyaddr", ProfilePaging, smaller_maxphyaddr),
};

static const JsonField paging_members[] = {
        OBJECT("virtualisation", virtualisation_members),
        OBJECT("la57", la57_members),
        BITS("hostLevels", ProfilePaging, host_levels),
        { "page1G", json_read_state, JSON_FIELD(ProfilePaging, page_1g), .missing = json_missing_fact },
        OBJECT("secondLevel", second_level_members),
        OBJECT("kvm", kvm_members),
};
const JsonFields document_paging_fields = FIELDS(paging_members);

#define CAPABLE_ENABLED(name)                                        \
        static const JsonField name##_members[] = {                  \
                STATE("capable", ProfileEncryption, name##_capable), \
                STATE("enabled", ProfileEncryption, name##_enabled), \
        }

CAPABLE_ENABLED(sme);
CAPABLE_ENABLED(sev);
CAPABLE_ENABLED(sev_es);
CAPABLE_ENABLED(sev_snp);
CAPABLE_ENABLED(tme);

static const JsonField mktme_members[] = {
        BITS("keyIdBits", ProfileEncryption, mktme_keyid_bits),
};

static const JsonField tdx_members[] = {
        BITS("keyIdBits", ProfileEncryption, tdx_keyid_bits),
        STATE("enabled", ProfileEncryption, tdx_enabled),
};

static const JsonField encryption_members[] = {
        OBJECT("sme", sme_members),
        OBJECT("sev", sev_members),
        OBJECT("sevEs", sev_es_members),
        OBJECT("sevSnp", sev_snp_members),
        OBJECT("tme", tme_members),
        OBJECT("mktme", mktme_members),
        OBJECT("tdx", tdx_members),
        BITS("cBit", ProfileEncryption, c_bit),
        BITS("paReduction", ProfileEncryption, pa_reduction),
        BITS("bitsTaken", ProfileEncryption, bits_taken),
};
const JsonFields document_encryption_fields = FIELDS(encryption_members);
