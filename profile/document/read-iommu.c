/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "probe/cleanup.h"
#include "profile/document/read-fact.h"
#include "profile/document/read.h"
#include "profile/profile.h"

#define IOMMU(member) JSON_FIELD(ProfileIommu, member)
#define FIELDS(list) \
        { ELEMENTS(list), list }
#define OBJECT(key, members) \
        { key, json_read_object, .fields = &(const JsonFields) FIELDS(members) }

/* The registers' fields follow from their values. */
static int read_decoded(const JsonValue *value, const JsonField *field, void *ret) {
        return json_is_object(value->json) ? 0 : json_value_fail(value, "expected an object");
}

static const JsonField register_members[] = {
        { "address", json_read_register, IOMMU(address) },
        { "cap", json_read_register, IOMMU(cap) },
        { "ecap", json_read_register, IOMMU(ecap) },
        { "capability", json_read_register, IOMMU(capability) },
        { "efr", json_read_register, IOMMU(efr) },
        { "efr2", json_read_register, IOMMU(efr2) },
};

static const JsonField version_members[] = {
        { "major", json_read_number, IOMMU(version_major) },
        { "minor", json_read_number, IOMMU(version_minor) },
};

static const JsonField interrupt_remapping_members[] = {
        { "capable", json_read_state, IOMMU(interrupt_remapping_capable) },
        { "enabled", json_read_state, IOMMU(interrupt_remapping_enabled) },
};

static const JsonField iommu_members[] = {
        { "name", json_read_name, IOMMU(name) },
        { "kind", json_read_word, IOMMU(kind), .word = iommu_kind_from_string,
                        .expected = "\"intel-vtd\", \"amd-vi\", \"arm-smmu-v3\", \"arm-smmu\", \"virtio\" or "
                                    "\"other\"" },
        OBJECT("registers", register_members),
        OBJECT("version", version_members),
        { "decoded", read_decoded },
        { "secondStageBits", json_read_number, IOMMU(second_stage_bits), .max = 64 },
        { "firstStageBits", json_read_number, IOMMU(first_stage_bits), .max = 64 },
        { "bits", json_read_number, IOMMU(bits), .max = 64 },
        OBJECT("interruptRemapping", interrupt_remapping_members),
        { "cachingMode", json_read_state, IOMMU(caching_mode) },
        { "devicesReason", json_read_reason, IOMMU(devices_reason) },
};

static int read_counts(const JsonValue *value, ProfileIommu *ret) {
        bool counted = ret->devices_reason == REASON_NONE, known;
        uint64_t devices, pci_devices, unit;
        int r;

        r = json_member_integer_when(value, "deviceCount", counted, UINT32_MAX, &devices);
        if (r < 0)
                return r;
        r = json_member_integer_when(value, "pciDeviceCount", counted, devices, &pci_devices);
        if (r < 0)
                return r;
        r = json_member_integer_or_null(value, "firmwareUnit", 0, JSON_ARRAY_MAX - 1, &known, &unit);
        if (r < 0)
                return r;
        ret->n_devices = (uint32_t) devices;
        ret->n_pci_devices = (uint32_t) pci_devices;
        ret->firmware_unit = known ? (int) unit : -1;
        return 0;
}

static int read_iommu(const JsonValue *value, size_t i, ProfileIommu *ret) {
        static const JsonFields fields = FIELDS(iommu_members);
        JsonValue name;
        int r;

        r = json_read_fields(value, &fields, ret);
        if (r < 0)
                return r;
        r = json_value_member(value, "name", &name);
        if (r < 0)
                return r;
        if (json_object_get(value->reader->units, ret->name))
                return json_value_fail(&name, "expected a name that no other unit has");
        if (json_object_set_new(value->reader->units, ret->name, json_integer((json_int_t) i)) < 0)
                return -ENOMEM;
        return read_counts(value, ret);
}

int document_read_iommus(const JsonValue *value, const JsonField *field, void *ret) {
        Profile *profile = ret;
        size_t n;
        int r;

        r = json_value_array(value, JSON_ARRAY_MAX, &n);
        if (r < 0)
                return r;
        value->reader->units = json_object();
        if (!value->reader->units)
                return -ENOMEM;
        if (n == 0)
                return 0;
        profile->iommus = calloc(n, sizeof(ProfileIommu));
        if (!profile->iommus)
                return -ENOMEM;
        profile->n_iommus = n;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);

                r = read_iommu(&element, i, &profile->iommus[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

int document_read_unit(const JsonValue *value, const JsonField *field, void *ret) {
        const json_t *unit;

        *(int *) ret = -1;
        if (json_is_null(value->json))
                return 0;
        unit = json_is_string(value->json)
                        ? json_object_get(value->reader->units, json_string_value(value->json))
                        : NULL;
        if (!unit)
                return json_value_fail(value, "expected the name of a unit in iommus, or null");
        *(int *) ret = (int) json_integer_value(unit);
        return 0;
}
