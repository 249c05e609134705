/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/read-fact.h"
#include "profile/document/read.h"
#include "profile/profile.h"

/* ── identifiers ───────────────────────────────────────────────────────────────────────────────────────── */

/* "0x8086": so many digits, no more and no less; null when not known. */
static int read_id(const JsonValue *object, const char *key, bool known, size_t digits, uint32_t *ret) {
        JsonValue member;
        const char *text;
        int r;

        r = json_value_member(object, key, &member);
        if (r < 0)
                return r;
        if (!known)
                return json_is_null(member.json) ? 0 : json_value_fail(&member, "expected null");
        text = json_string_value(member.json);
        if (!text || strlen(text) != 2 + digits || strncmp(text, "0x", 2) != 0 ||
                        strspn(text + 2, "0123456789abcdef") != digits)
                return json_value_fail(
                                &member, "expected \"0x\" and %zu lower-case hexadecimal digits", digits);
        *ret = (uint32_t) strtoul(text + 2, NULL, 16);
        return 0;
}

static int read_ids(const JsonValue *value, const JsonField *field, void *ret) {
        static const struct {
                const char *key;
                size_t digits;
        } ids[] = {
                { "vendorId", 4 },
                { "deviceId", 4 },
                { "subsystemVendorId", 4 },
                { "subsystemDeviceId", 4 },
                { "classCode", 6 },
        };
        ProfileDevice *device = ret;
        uint32_t values[ELEMENTS(ids)] = {};
        int r;

        r = json_read_reason(value, field, &device->ids_reason);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTS(ids); i++) {
                r = read_id(value->parent, ids[i].key, device->ids_reason == REASON_NONE, ids[i].digits,
                                &values[i]);
                if (r < 0)
                        return r;
        }
        device->vendor = (uint16_t) values[0];
        device->device = (uint16_t) values[1];
        device->subsystem_vendor = (uint16_t) values[2];
        device->subsystem_device = (uint16_t) values[3];
        device->class_code = values[4];
        return 0;
}

static int read_header(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileDevice *device = ret;
        uint64_t type, revision;
        int r;

        r = json_member_integer_or_null(
                        value->parent, "headerType", 0, UINT8_MAX, &device->header_type_known, &type);
        if (r < 0)
                return r;
        r = json_member_integer_when(
                        value->parent, "revision", device->header_type_known, UINT8_MAX, &revision);
        if (r < 0)
                return r;
        device->header_type = (uint8_t) type;
        device->revision = (uint8_t) revision;
        return 0;
}

/* ── capabilities ──────────────────────────────────────────────────────────────────────────────────────── */

static int read_acs_missing(const JsonValue *value, const JsonField *field, void *ret) {
        static const struct {
                const char *word;
                uint8_t mask;
        } bits[] = { { "SV", 0x01 }, { "RR", 0x04 }, { "CR", 0x08 }, { "UF", 0x10 } };
        ProfileDevice *device = ret;
        size_t n;
        int r;

        r = json_value_array(value, ELEMENTS(bits), &n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);
                const char *word = json_string_value(element.json);
                size_t j = 0;

                while (j < ELEMENTS(bits) && !(word && strcmp(word, bits[j].word) == 0))
                        j++;
                if (j == ELEMENTS(bits))
                        return json_value_fail(&element, "expected \"SV\", \"RR\", \"CR\" or \"UF\"");
                device->acs_missing |= bits[j].mask;
        }
        return 0;
}

static int read_acs_registers(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileDevice *device = ret;
        uint64_t capability, control;
        bool present;
        int r;

        r = json_read_tristate(value, field, &device->acs);
        if (r < 0)
                return r;
        present = device->acs == TRISTATE_YES;
        r = json_member_integer_when(value->parent, "capability", present, UINT16_MAX, &capability);
        if (r < 0)
                return r;
        r = json_member_integer_when(value->parent, "control", present, UINT16_MAX, &control);
        if (r < 0)
                return r;
        device->acs_capability = (uint16_t) capability;
        device->acs_control = (uint16_t) control;
        return 0;
}

static const JsonField acs_members[] = {
        { "present", read_acs_registers },
        { "missing", read_acs_missing },
};

static int read_vfs(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileDevice *device = ret;
        uint64_t total, num;
        bool present;
        int r;

        r = json_read_tristate(value, field, &device->sriov);
        if (r < 0)
                return r;
        present = device->sriov == TRISTATE_YES;
        r = json_member_integer_when(value->parent, "totalVfs", present, UINT16_MAX, &total);
        if (r < 0)
                return r;
        r = json_member_integer_when(value->parent, "numVfs", present, UINT16_MAX, &num);
        if (r < 0)
                return r;
        device->total_vfs = (uint16_t) total;
        device->num_vfs = (uint16_t) num;
        return json_member_pci_address(
                        value->parent, "physicalFunction", &device->is_vf, &device->physical_function);
}

static const JsonField sriov_members[] = {
        { "present", read_vfs },
};

static int read_pasid(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileDevice *device = ret;
        uint64_t bits;
        int r;

        r = json_read_tristate(value, field, &device->pasid);
        if (r < 0)
                return r;
        r = json_member_integer_when(
                        value->parent, "pasidBits", device->pasid == TRISTATE_YES, UINT8_MAX, &bits);
        if (r < 0)
                return r;
        device->pasid_bits = (uint8_t) bits;
        return 0;
}

/* ── all of a device ───────────────────────────────────────────────────────────────────────────────────── */

static int compare_ids(const void *key, const void *element) {
        uint64_t id = *(const uint64_t *) key;
        const ProfileGroup *group = element;

        return id < group->id ? -1 : id > group->id;
}

static int read_group(const JsonValue *value, const Profile *profile, int *ret) {
        const ProfileGroup *group = NULL;
        JsonValue member;
        uint64_t id;
        bool known;
        int r;

        r = json_member_integer_or_null(value, "group", 0, INT32_MAX, &known, &id);
        if (r < 0)
                return r;
        *ret = -1;
        if (!known)
                return 0;
        if (profile->n_groups > 0)
                group = bsearch(&id, profile->groups, profile->n_groups, sizeof(ProfileGroup), compare_ids);
        if (!group) {
                r = json_value_member(value, "group", &member);
                return r < 0 ? r : json_value_fail(&member, "expected the id of a group in groups, or null");
        }
        *ret = (int) (group - profile->groups);
        return 0;
}

static int read_port_type(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileDevice *device = ret;
        uint64_t type;
        bool known;
        int r;

        r = json_member_integer_or_null(value->parent, field->key, 0, 15, &known, &type);
        if (r < 0)
                return r;
        device->port_type = known ? (int) type : -1;
        return 0;
}

static int read_parent(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileDevice *device = ret;

        return json_member_pci_address(value->parent, field->key, &device->has_parent, &device->parent);
}

static int read_vgpu_type(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileDevice *device = ret;
        uint64_t type;
        bool known;
        int r;

        r = json_member_integer_or_null(value->parent, field->key, 1, INT32_MAX, &known, &type);
        if (r >= 0)
                device->vgpu_type = (uint32_t) type;
        return r;
}

/* Documents of before do not have it, and no such function's BARs were another's then. */
static void missing_vgpu_type(void *ret) {
}

#define DEVICE(member) JSON_FIELD(ProfileDevice, member)
#define OBJECT(key, members)                                           \
        {                                                              \
                key, json_read_object, .fields = &(const JsonFields) { \
                        ELEMENTS(members), members                     \
                }                                                      \
        }

static const JsonField device_members[] = {
        { "parent", read_parent },
        { "idsReason", read_ids },
        { "headerType", read_header },
        { "driver", json_read_text, DEVICE(driver) },
        { "iommu", document_read_unit, DEVICE(iommu) },
        { "bars", document_read_bars },
        { "barsReason", json_read_reason, DEVICE(resource_reason) },
        { "configReason", json_read_reason, DEVICE(config_reason) },
        { "portType", read_port_type },
        OBJECT("acs", acs_members),
        { "ats", json_read_tristate, DEVICE(ats) },
        { "pasid", read_pasid },
        { "pri", json_read_tristate, DEVICE(pri) },
        OBJECT("sriov", sriov_members),
        { "vgpuType", read_vgpu_type, .missing = missing_vgpu_type },
};

/* Sorted, as device_lookup() needs it. */
static int read_address(const JsonValue *value, const ProfileDevice *before, PciAddress *ret) {
        JsonValue address;
        int r;

        r = json_member_pci_address(value, "address", NULL, ret);
        if (r < 0 || !before || pci_address_compare(&before->address, ret) < 0)
                return r;
        r = json_value_member(value, "address", &address);
        return r < 0 ? r : json_value_fail(&address, "expected an address above that of the device before");
}

int document_read_devices(const JsonValue *value, const JsonField *field, void *ret) {
        static const JsonFields fields = { ELEMENTS(device_members), device_members };
        Profile *profile = ret;
        void *elements;
        size_t n;
        int r;

        r = json_value_new_elements(value, sizeof(ProfileDevice), &elements, &n);
        if (r < 0 || n == 0)
                return r;
        profile->devices = elements;
        profile->n_devices = n;
        for (size_t i = 0; i < n; i++) {
                ProfileDevice *device = &profile->devices[i];
                JsonValue element = json_value_element(value, i);

                r = read_address(&element, i > 0 ? device - 1 : NULL, &device->address);
                if (r < 0)
                        return r;
                r = read_group(&element, profile, &device->group);
                if (r < 0)
                        return r;
                r = json_read_fields(&element, &fields, device);
                if (r < 0)
                        return r;
        }
        return 0;
}
