/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/json-fact.h"
#include "profile/document/read-value.h"
#include "profile/field/tables.h"

/* ── BARs ──────────────────────────────────────────────────────────────────────────────────────────────── */

static const char *bar_kind(const void *bar) {
        uint8_t index = ((const ProfileBar *) bar)->index;

        return index < PCI_RESOURCE_ROM ? "bar" : index == PCI_RESOURCE_ROM ? "rom" : "vf-bar";
}

static json_t *write_kind(const void *value) {
        return json_string(bar_kind(value));
}

static int read_kind(const JsonValue *json, void *value) {
        const char *word = json_string_value(json->json), *kind = bar_kind(value);

        return word && strcmp(word, kind) == 0 ? 0 : json_value_fail(json, "expected \"%s\"", kind);
}

static const FieldHook kind_hook = {
        .write = write_kind,
        .read = read_kind,
        .schema = "{\"enum\": [\"bar\", \"rom\", \"vf-bar\"]}",
};

static bool equal_size(const void *a, const void *b) {
        const ProfileBar *x = a, *y = b;

        return x->end - x->start == y->end - y->start;
}

static json_t *write_size(const void *value) {
        const ProfileBar *bar = value;
        uint64_t last = bar->end - bar->start;

        return last == UINT64_MAX ? json_null() : json_size(last + 1);
}

/* The size is null from 2^63 bytes on. */
static int read_size(const JsonValue *json, void *value) {
        ProfileBar *bar = value;
        bool known = !json_is_null(json->json);
        uint64_t bytes = 0;

        if (known && (!json_is_integer(json->json) || json_integer_value(json->json) < 1))
                return json_value_fail(json, "expected an integer from 1 to %" PRId64 " or null", INT64_MAX);
        bytes = (uint64_t) json_integer_value(json->json);
        bar->end = known ? bar->start + (bytes - 1) : UINT64_MAX;
        if (bar->end < bar->start || (!known && bar->end - bar->start < INT64_MAX))
                return json_value_fail(json, "expected a size that ends the BAR within 64 bits");
        return 0;
}

static const FieldHook size_hook = {
        .write = write_size,
        .read = read_size,
        .equal = equal_size,
        .schema = "{\"type\": [\"integer\", \"null\"], \"minimum\": 1}",
};

static const char *const space_table[] = { "memory", "io" };
static const Words space_words = { ELEMENTS(space_table), space_table };

static int check_bar(const JsonValue *value, void *object, const void *before) {
        const ProfileBar *bar = object, *former = before;
        JsonValue index;
        int r;

        if (!former || former->index < bar->index)
                return 0;
        r = json_value_member(value, "index", &index);
        return r < 0 ? r : json_value_fail(&index, "expected a number above that of the BAR before");
}

#define BAR(member) FIELD_MEMBER(ProfileBar, member)
#define BAR_64BIT \
        { "is64bit", FIELD_BOOLEAN, 0, BAR(is_64bit), .text = "Whether it may lie above 4 GiB." }
#define BAR_PREFETCHABLE \
        { "prefetchable", FIELD_BOOLEAN, 0, BAR(prefetchable), .text = "Whether it is prefetchable." }

static const Field bar_fields[] = {
        { "index", FIELD_INTEGER, 0, BAR(index), .max = PCI_RESOURCE_BARS - 1,
                        .text = "0 to 5; 6 is the ROM; 7 to 12 are those of virtual functions." },
        { "kind", FIELD_CUSTOM, 0, .hook = &kind_hook, .text = "Meaning of the index." },
        { "space", FIELD_WORD, 0, BAR(io), .words = &space_words, .text = "Address space." },
        BAR_64BIT,
        BAR_PREFETCHABLE,
        { "start", FIELD_HEX, 0, BAR(start), .present = offsetof(ProfileBar, assigned),
                        .text = "First address; null where none is assigned." },
        { "size", FIELD_CUSTOM, 0, .hook = &size_hook, .text = "Bytes; of all virtual functions together." },
        { "resizableMax", FIELD_INTEGER, FIELD_OR_NONE, BAR(resizable_max), .min = 1, .max = INT64_MAX,
                        .text = "Maximum size in bytes; null where it is not resizable, or unknown." },
};
static const FieldTable bar_table = { FIELD_TABLE(bar_fields), .text = "A base address register.",
        .check = check_bar };

/* ── ACS ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* Bits required by kernel grouping that are off (PCIe ACS; drivers/iommu, REQ_ACS_FLAGS). */
static const struct {
        const char *word;
        uint8_t mask;
} acs_bits[] = { { "SV", 0x01 }, { "RR", 0x04 }, { "CR", 0x08 }, { "UF", 0x10 } };

static json_t *write_missing(const void *value) {
        uint8_t missing = *(const uint8_t *) value;
        json_t *array = json_array();
        bool ok = true;

        for (size_t i = 0; i < ELEMENTS(acs_bits) && ok; i++)
                if (missing & acs_bits[i].mask)
                        ok = json_array_append_new(array, json_string(acs_bits[i].word)) == 0;
        return json_finish(array, ok);
}

static int read_missing(const JsonValue *json, void *value) {
        size_t n;
        int r = json_value_array(json, ELEMENTS(acs_bits), &n);

        for (size_t i = 0; i < n && r >= 0; i++) {
                JsonValue element = json_value_element(json, i);
                const char *word = json_string_value(element.json);
                size_t j = 0;

                while (j < ELEMENTS(acs_bits) && !(word && strcmp(word, acs_bits[j].word) == 0))
                        j++;
                if (j == ELEMENTS(acs_bits))
                        return json_value_fail(&element, "expected \"SV\", \"RR\", \"CR\" or \"UF\"");
                *(uint8_t *) value |= acs_bits[j].mask;
        }
        return r;
}

static bool equal_missing(const void *a, const void *b) {
        return *(const uint8_t *) a == *(const uint8_t *) b;
}

static const FieldHook missing_hook = {
        .write = write_missing,
        .read = read_missing,
        .equal = equal_missing,
        .schema = "{\"type\": \"array\", \"items\": {\"enum\": [\"SV\", \"RR\", \"CR\", \"UF\"]}}",
};

/* ── devices ───────────────────────────────────────────────────────────────────────────────────────────── */

static bool has_ids(const void *device) {
        return ((const ProfileDevice *) device)->ids_reason == REASON_NONE;
}

static bool has_header(const void *device) {
        return ((const ProfileDevice *) device)->header_type_known;
}

static bool awaits_group(const void *device) {
        return ((const ProfileDevice *) device)->group_reason == REASON_UNSUPPORTED_KERNEL;
}

/* Elsewhere the group says it. */
static bool asks_xen(const void *device) {
        const ProfileDevice *d = device;

        return d->xen_assignable != TRISTATE_UNKNOWN || d->xen_why != ASSIGNABLE_WHY_NONE;
}

static bool has_acs(const void *device) {
        return ((const ProfileDevice *) device)->acs == TRISTATE_YES;
}

static bool has_pasid(const void *device) {
        return ((const ProfileDevice *) device)->pasid == TRISTATE_YES;
}

static bool has_sriov(const void *device) {
        return ((const ProfileDevice *) device)->sriov == TRISTATE_YES;
}

#define DEVICE(member) FIELD_MEMBER(ProfileDevice, member)

static const Field acs_fields[] = {
        { "present", FIELD_STATE3, 0, DEVICE(acs), .text = "Whether it has the capability." },
        { "capability", FIELD_INTEGER, 0, DEVICE(acs_capability), .max = UINT16_MAX, .when = has_acs,
                        .text = "ACS Capability register." },
        { "control", FIELD_INTEGER, 0, DEVICE(acs_control), .max = UINT16_MAX, .when = has_acs,
                        .text = "ACS Control register." },
        { "missing", FIELD_CUSTOM, 0, DEVICE(acs_missing), .hook = &missing_hook,
                        .text = "Bits that isolation requires and that are not enabled." },
};
static const FieldTable acs_table = { FIELD_TABLE(acs_fields) };

static const Field sriov_fields[] = {
        { "present", FIELD_STATE3, 0, DEVICE(sriov), .text = "Whether it has the capability." },
        { "totalVfs", FIELD_INTEGER, 0, DEVICE(total_vfs), .max = UINT16_MAX, .when = has_sriov,
                        .text = "Maximum number of virtual functions." },
        { "numVfs", FIELD_INTEGER, FIELD_VOLATILE, DEVICE(num_vfs), .max = UINT16_MAX, .when = has_sriov,
                        .text = "Number of virtual functions enabled." },
        { "physicalFunction", FIELD_PCI, 0, DEVICE(physical_function),
                        .present = offsetof(ProfileDevice, is_vf),
                        .text = "Of a virtual function, its physical function." },
};
static const FieldTable sriov_table = { FIELD_TABLE(sriov_fields) };

static const Field device_fields[] = {
        { "address", FIELD_PCI, FIELD_KEY, DEVICE(address), .text = "PCI address." },
        { "parent", FIELD_PCI, 0, DEVICE(parent), .present = offsetof(ProfileDevice, has_parent),
                        .text = "The bridge above it." },
        { "vendorId", FIELD_DIGITS, 0, DEVICE(vendor), .max = 4, .when = has_ids, .text = "Vendor." },
        { "deviceId", FIELD_DIGITS, 0, DEVICE(device), .max = 4, .when = has_ids, .text = "Device." },
        { "subsystemVendorId", FIELD_DIGITS, 0, DEVICE(subsystem_vendor), .max = 4, .when = has_ids,
                        .text = "Subsystem vendor." },
        { "subsystemDeviceId", FIELD_DIGITS, 0, DEVICE(subsystem_device), .max = 4, .when = has_ids,
                        .text = "Subsystem device." },
        { "classCode", FIELD_DIGITS, 0, DEVICE(class_code), .max = 6, .when = has_ids,
                        .text = "Class, subclass and programming interface." },
        { "revision", FIELD_INTEGER, 0, DEVICE(revision), .max = UINT8_MAX, .when = has_header,
                        .text = "Revision." },
        { "headerType", FIELD_INTEGER, 0, DEVICE(header_type), .max = UINT8_MAX,
                        .present = offsetof(ProfileDevice, header_type_known),
                        .text = "Type of its configuration header." },
        { "idsReason", FIELD_REASON, 0, DEVICE(ids_reason), .text = "Why the identifiers are unknown." },
        { "driver", FIELD_TEXT, 0, DEVICE(driver), .text = "Driver bound to it." },
        { "group", FIELD_GROUP, 0, DEVICE(group), .text = "Number of its IOMMU group." },
        { "groupReason", FIELD_REASON, FIELD_LATER | FIELD_OF_ITSELF, DEVICE(group_reason),
                        .when = awaits_group,
                        .text = "unsupported-kernel: it has no group yet, as this kernel makes it when a driver binds." },
        { "iommu", FIELD_UNIT, 0, DEVICE(iommu), .text = "Name of its IOMMU unit." },
        { "assignable", FIELD_STATE3, FIELD_LATER | FIELD_OF_ITSELF, DEVICE(xen_assignable),
                        .when = asks_xen, .text = "In dom0: whether Xen can assign it to an HVM guest." },
        { "assignableWhy", FIELD_WORD, FIELD_LATER | FIELD_OF_ITSELF, DEVICE(xen_why),
                        .words = &assignable_why_words, .when = asks_xen,
                        .text = "In dom0: why Xen cannot assign it, or it is unknown." },
        { "bars", FIELD_LIST, 0, FIELD_ELEMENTS(ProfileDevice, bars, n_bars), .max = PCI_RESOURCE_BARS,
                        .table = &bar_table, .text = "Base address registers in use." },
        { "barsReason", FIELD_REASON, 0, DEVICE(resource_reason), .text = "Why the BARs are unknown." },
        { "configReason", FIELD_REASON, 0, DEVICE(config_reason),
                        .text = "Why the configuration space could not be read." },
        { "portType", FIELD_INTEGER, FIELD_OR_NONE, DEVICE(port_type), .none = -1, .max = 15,
                        .text = "PCI Express device or port type; null when unknown or conventional." },
        { "acs", FIELD_OBJECT, 0, .table = &acs_table, .text = "Access Control Services." },
        { "ats", FIELD_STATE3, 0, DEVICE(ats), .text = "Whether it has Address Translation Services." },
        { "pasid", FIELD_STATE3, 0, DEVICE(pasid), .text = "Whether it has Process Address Space IDs." },
        { "pasidBits", FIELD_INTEGER, 0, DEVICE(pasid_bits), .max = UINT8_MAX, .when = has_pasid,
                        .text = "Width of its PASIDs." },
        { "pri", FIELD_STATE3, 0, DEVICE(pri), .text = "Whether it has the Page Request Interface." },
        { "sriov", FIELD_OBJECT, 0, .table = &sriov_table, .text = "Single Root I/O Virtualization." },
        { "vgpuType", FIELD_INTEGER, FIELD_OR_NONE | FIELD_LATER, DEVICE(vgpu_type), .min = 1,
                        .max = INT32_MAX,
                        .text = "Type of the vGPU that NVIDIA's driver makes of a virtual function: a guest sees the vGPU's BARs." },
};

/* Sorted, as device_lookup() requires. */
static int check_device(const JsonValue *value, void *object, const void *before) {
        const ProfileDevice *device = object, *former = before;
        JsonValue address;
        int r;

        if (!former || pci_address_compare(&former->address, &device->address) < 0)
                return 0;
        r = json_value_member(value, "address", &address);
        return r < 0 ? r : json_value_fail(&address, "expected an address above that of the device before");
}

const FieldTable device_table = { FIELD_TABLE(device_fields), .text = "A PCI function.",
        .check = check_device };

/* ── mediated devices ──────────────────────────────────────────────────────────────────────────────────── */

static json_t *write_mediated_size(const void *value) {
        return json_size(((const ProfileBar *) value)->end + 1);
}

static int read_mediated_size(const JsonValue *json, void *value) {
        uint64_t size;
        int r = json_value_integer(json, 1, UINT64_C(1) << 62, &size);

        if (r >= 0)
                ((ProfileBar *) value)->end = size - 1;
        return r;
}

static const FieldHook mediated_size_hook = {
        .write = write_mediated_size,
        .read = read_mediated_size,
        .equal = equal_size,
        .schema = "{\"type\": \"integer\", \"minimum\": 1}",
};

static const Field mediated_bar_fields[] = {
        { "index", FIELD_INTEGER, 0, BAR(index), .max = 5, .text = "0 to 5." },
        { "size", FIELD_CUSTOM, 0, .hook = &mediated_size_hook, .text = "Bytes." },
        BAR_64BIT,
        BAR_PREFETCHABLE,
};
static const FieldTable mediated_bar_table = { FIELD_TABLE(mediated_bar_fields) };

static int read_uuid(const JsonValue *json, void *value) {
        const char *text = json_string_value(json->json);

        if (!text || !uuid_parse((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, value) ||
                        strcmp(text, value) != 0)
                return json_value_fail(json, "expected a UUID in lower case");
        return 0;
}

static const FieldHook uuid_hook = {
        .read = read_uuid,
        .schema = "{\"type\": \"string\", \"pattern\": \"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$\"}",
};

static int check_mediated(const JsonValue *value, void *object, const void *before) {
        const ProfileMediated *device = object, *former = before;

        if (!former || strcmp(former->uuid, device->uuid) < 0)
                return 0;
        return json_value_fail(value, "expected a UUID above that of the device before");
}

#define MEDIATED(member) FIELD_MEMBER(ProfileMediated, member)

static const Field mediated_fields[] = {
        { "uuid", FIELD_STRING, FIELD_KEY, MEDIATED(uuid), .hook = &uuid_hook, .text = "UUID." },
        { "parent", FIELD_TEXT, 0, MEDIATED(parent),
                        .text = "The device that it is a part of, mostly a PCI address." },
        { "type", FIELD_TEXT, 0, MEDIATED(type), .text = "Type, as in the parent's mdev_supported_types." },
        { "typeName", FIELD_TEXT, 0, MEDIATED(type_name), .text = "Name of the type." },
        { "api", FIELD_TEXT, 0, MEDIATED(api), .text = "vfio-pci, vfio-ap or vfio-ccw." },
        { "bars", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(ProfileMediated, bars, n_bars),
                        .max = PROFILE_MEDIATED_BARS, .table = &mediated_bar_table,
                        .text = "BARs as a guest sees them; empty when unknown." },
        { "barsReason", FIELD_REASON, 0, MEDIATED(bars_reason), .text = "Why the BARs are unknown." },
};
const FieldTable mediated_table = { FIELD_TABLE(mediated_fields),
        .text = "A part of a device, made by its driver.", .check = check_mediated };
