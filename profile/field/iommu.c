/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "profile/decoded/register-fields.h"
#include "profile/document/json-fact.h"
#include "profile/document/read-value.h"
#include "profile/field/tables.h"

#define UNIT(member) FIELD_MEMBER(ProfileIommu, member)

static bool counted(const void *object) {
        return ((const ProfileIommu *) object)->devices_reason == REASON_NONE;
}

static bool is_smmu(const void *object) {
        IommuKind kind = ((const ProfileIommu *) object)->kind;

        return kind == IOMMU_ARM_SMMU_V3 || kind == IOMMU_ARM_SMMU;
}

static bool is_smmu_v3(const void *object) {
        return ((const ProfileIommu *) object)->kind == IOMMU_ARM_SMMU_V3;
}

/* ── register fields, derived from the values ──────────────────────────────────────────────────────────── */

static json_t *write_decoded(const void *value) {
        const ProfileIommu *iommu = value;
        json_t *object = json_object();
        bool ok = object != NULL;

        if (fact_known(&iommu->cap))
                ok &= json_put(object, "cap", register_fields_vtd_cap(iommu->cap.value));
        if (fact_known(&iommu->ecap))
                ok &= json_put(object, "ecap", register_fields_vtd_ecap(iommu->ecap.value));
        if (fact_known(&iommu->efr))
                ok &= json_put(object, "efr", register_fields_amdvi_efr(iommu->efr.value));
        if (fact_known(&iommu->efr2))
                ok &= json_put(object, "efr2", register_fields_amdvi_efr2(iommu->efr2.value));
        return json_finish(object, ok);
}

static int read_decoded(const JsonValue *json, void *value) {
        return json_is_object(json->json) ? 0 : json_value_fail(json, "expected an object");
}

#define REGISTER_SCHEMA "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"integer\"}}"

static const FieldHook decoded_hook = {
        .write = write_decoded,
        .read = read_decoded,
        .schema = "{\"type\": \"object\", \"properties\": {\"cap\": " REGISTER_SCHEMA
                  ", \"ecap\": " REGISTER_SCHEMA ", \"efr\": " REGISTER_SCHEMA ", \"efr2\": " REGISTER_SCHEMA
                  "}, \"additionalProperties\": false}",
};

/* ── the table ─────────────────────────────────────────────────────────────────────────────────────────── */

static const Field register_fields[] = {
        { "address", FIELD_REGISTER, FIELD_EMITS, UNIT(address),
                        .text = "Address of the unit's registers." },
        { "cap", FIELD_REGISTER, FIELD_EMITS, UNIT(cap), .text = "Intel VT-d: the capability register." },
        { "ecap", FIELD_REGISTER, FIELD_EMITS, UNIT(ecap),
                        .text = "Intel VT-d: the extended capability register." },
        { "capability", FIELD_REGISTER, FIELD_EMITS, UNIT(capability),
                        .text = "AMD-Vi: the header of the unit's PCI capability." },
        { "efr", FIELD_REGISTER, FIELD_EMITS, UNIT(efr), .text = "AMD-Vi: the extended feature register." },
        { "efr2", FIELD_REGISTER, FIELD_EMITS, UNIT(efr2),
                        .text = "AMD-Vi: the extended feature 2 register." },
};
static const FieldTable register_table = { FIELD_TABLE(register_fields) };

static const Field version_fields[] = {
        { "major", FIELD_NUMBER, 0, UNIT(version_major), .text = "Major version that the unit reports." },
        { "minor", FIELD_NUMBER, 0, UNIT(version_minor), .text = "Minor version that the unit reports." },
};
static const FieldTable version_table = { FIELD_TABLE(version_fields) };

static const Field interrupt_remapping_fields[] = {
        { "capable", FIELD_STATE, FIELD_EMITS, UNIT(interrupt_remapping_capable),
                        .text = "Whether the unit supports interrupt remapping." },
        { "enabled", FIELD_STATE, FIELD_EMITS, UNIT(interrupt_remapping_enabled),
                        .text = "Whether the kernel uses it." },
};
static const FieldTable interrupt_remapping_table = { FIELD_TABLE(interrupt_remapping_fields) };

static const Field iommu_fields[] = {
        { "name", FIELD_NAME, FIELD_KEY | FIELD_CONST, UNIT(name), .text = "Name in /sys/class/iommu." },
        { "kind", FIELD_WORD, FIELD_EMITS, UNIT(kind), .words = &iommu_kind_words,
                        .text = "What drives the unit." },
        { "registers", FIELD_OBJECT, FIELD_FLAT, .table = &register_table,
                        .text = "Registers as the kernel shows them." },
        { "version", FIELD_OBJECT, 0, .table = &version_table, .text = "Architecture version of the unit." },
        { "decoded", FIELD_CUSTOM, 0, .hook = &decoded_hook,
                        .text = "The registers' fields by their specification's names, raw values; empty where there are none." },
        { "features", FIELD_REGISTER, FIELD_EMITS | FIELD_LATER, UNIT(features), .when = is_smmu,
                        .text = "SMMUv3: the features that the driver logs." },
        { "oas", FIELD_NUMBER, FIELD_EMITS | FIELD_LATER, UNIT(oas), .max = 64, .when = is_smmu,
                        .text = "SMMU: physical address bits; memory above them cannot be mapped for a device." },
        { "stages", FIELD_WORD, FIELD_EMITS | FIELD_LATER, UNIT(stages), .words = &smmu_stages_words,
                        .when = is_smmu, .text = "SMMU: the stages of translation that it has." },
        { "secondStageBits", FIELD_NUMBER, FIELD_EMITS, UNIT(second_stage_bits), .max = 64,
                        .text = "Address bits of the second-stage page table (AMD: the host table)." },
        { "firstStageBits", FIELD_NUMBER, FIELD_EMITS, UNIT(first_stage_bits), .max = 64,
                        .text = "Address bits of the first-stage page table (AMD: the guest table)." },
        { "iovaBits", FIELD_NUMBER, FIELD_EMITS, UNIT(bits), .max = 64,
                        .text = "I/O virtual address bits of the table that this kernel uses for VFIO." },
        { "iovaBitsAtLeast", FIELD_NUMBER, FIELD_LATER, UNIT(bits_at_least), .max = 64, .when = is_smmu_v3,
                        .text = "SMMUv3: address bits that VFIO has in any case, if iovaBits is assumed." },
        { "interruptRemapping", FIELD_OBJECT, 0, .table = &interrupt_remapping_table,
                        .text = "Interrupt remapping, which VFIO requires." },
        { "cachingMode", FIELD_STATE, FIELD_EMITS, UNIT(caching_mode),
                        .text = "Whether the unit is emulated (CAP.CM, AMD NpCache)." },
        { "deviceCount", FIELD_INTEGER, FIELD_EMITS, UNIT(n_devices), .max = UINT32_MAX, .when = counted,
                        .text = "Devices behind the unit." },
        { "pciDeviceCount", FIELD_INTEGER, FIELD_EMITS, UNIT(n_pci_devices), .max = UINT32_MAX,
                        .when = counted, .text = "PCI devices behind the unit." },
        { "devicesReason", FIELD_REASON, 0, UNIT(devices_reason),
                        .text = "Why the devices could not be counted." },
        { "firmwareUnit", FIELD_INTEGER, FIELD_OR_NONE, UNIT(firmware_unit), .none = -1,
                        .max = JSON_ARRAY_MAX - 1, .text = "Place of the unit in the firmware's table." },
};

/* Unit names are unique: groups and devices use them. */
static int check_iommu(const JsonValue *value, void *object, const void *before) {
        const ProfileIommu *iommu = object;
        json_t **units = &value->reader->units;
        uint64_t pci_devices;
        JsonValue member;
        int r;

        if (!*units)
                *units = json_object();
        if (!*units)
                return -ENOMEM;
        if (json_object_get(*units, iommu->name)) {
                r = json_value_member(value, "name", &member);
                return r < 0 ? r : json_value_fail(&member, "expected a name that no other unit has");
        }
        if (json_object_set_new(*units, iommu->name, json_integer((json_int_t) value->index)) < 0)
                return -ENOMEM;
        r = json_value_member(value, "pciDeviceCount", &member);
        return r < 0 || !counted(iommu) ? r : json_value_integer(&member, 0, iommu->n_devices, &pci_devices);
}

const FieldTable iommu_table = {
        FIELD_TABLE(iommu_fields),
        .text = "One IOMMU unit that the kernel drives. 0 stands for an unknown number; Unknown says why.",
        .check = check_iommu,
};
