/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "profile/decoded/decode-dmar.h"
#include "profile/decoded/decode-ivrs.h"
#include "profile/document/field-read.h"
#include "profile/document/json-fact.h"
#include "profile/field/tables.h"

/* ── firmware: the tables of x86 are written but not read ─────────────────────────────────────────────────────────── */

static json_t *write_dmar(const void *value) {
        const FirmwareTables *firmware = value;

        return firmware->dmar_reason == REASON_NONE
                        ? decode_dmar_json(&firmware->dmar, &firmware->dmar_faults)
                        : json_null();
}

static json_t *write_ivrs(const void *value) {
        const FirmwareTables *firmware = value;

        return firmware->ivrs_reason == REASON_NONE
                        ? decode_ivrs_json(&firmware->ivrs, &firmware->ivrs_faults)
                        : json_null();
}

static int read_table(const JsonValue *json, Reason reason) {
        if (reason == REASON_NONE)
                return json_is_object(json->json) ? 0 : json_value_fail(json, "expected an object");
        return json_is_null(json->json) ? 0 : json_value_fail(json, "expected null");
}

static int read_dmar(const JsonValue *json, void *value) {
        return read_table(json, ((const FirmwareTables *) value)->dmar_reason);
}

static int read_ivrs(const JsonValue *json, void *value) {
        return read_table(json, ((const FirmwareTables *) value)->ivrs_reason);
}

#define TABLE_SCHEMA "{\"type\": [\"object\", \"null\"]}"

static const FieldHook dmar_hook = { write_dmar, read_dmar, .schema = TABLE_SCHEMA };
static const FieldHook ivrs_hook = { write_ivrs, read_ivrs, .schema = TABLE_SCHEMA };

#define FIRMWARE(member) FIELD_MEMBER(FirmwareTables, member)

static const Field dmar_fields[] = {
        { "reason", FIELD_REASON, 0, FIRMWARE(dmar_reason), .text = "Why there is no table." },
        { "table", FIELD_CUSTOM, 0, .hook = &dmar_hook, .text = "As hawctl decode dmar prints it." },
};
static const FieldTable dmar_table = { FIELD_TABLE(dmar_fields) };

static const Field ivrs_fields[] = {
        { "reason", FIELD_REASON, 0, FIRMWARE(ivrs_reason), .text = "Why there is no table." },
        { "table", FIELD_CUSTOM, 0, .hook = &ivrs_hook, .text = "As hawctl decode ivrs prints it." },
};
static const FieldTable ivrs_table = { FIELD_TABLE(ivrs_fields) };

static bool has_iort(const void *firmware) {
        return ((const FirmwareTables *) firmware)->iort_reason == REASON_NONE;
}

static const Field iort_fields[] = {
        { "reason", FIELD_REASON, 0, FIRMWARE(iort_reason), .text = "Why there is no table." },
        { "table", FIELD_OBJECT, 0, .table = &iort_table, .when = has_iort,
                        .text = "As hawctl decode iort prints it." },
};
static const FieldTable iort_object = { FIELD_TABLE(iort_fields) };

/* On a host without the table, as on x86, the document does not name it. */
static bool may_have_iort(const void *firmware) {
        return ((const FirmwareTables *) firmware)->iort_reason != REASON_ABSENT;
}

static bool may_have_device_tree(const void *firmware) {
        return ((const FirmwareTables *) firmware)->device_tree_reason != REASON_ABSENT;
}

static const Field firmware_fields[] = {
        { "dmar", FIELD_OBJECT, 0, .table = &dmar_table, .text = "ACPI table of Intel VT-d." },
        { "ivrs", FIELD_OBJECT, 0, .table = &ivrs_table, .text = "ACPI table of AMD-Vi." },
        { "iort", FIELD_OBJECT, FIELD_LATER, .table = &iort_object, .when = may_have_iort,
                        .text = "ACPI table of Arm SMMUs; missing if there is none." },
        { "deviceTree", FIELD_OBJECT, FIELD_LATER, .table = &device_tree_table, .when = may_have_device_tree,
                        .text = "What a device tree says of PCI host bridges and SMMUs; missing if there is none." },
};
static const FieldTable firmware_table = { FIELD_TABLE(firmware_fields) };

/* ── memory ────────────────────────────────────────────────────────────────────────────────────────────── */

static int check_entry(const JsonValue *value, void *object, const void *before) {
        IomemEntry *entry = object;
        const IomemEntry *former = before;
        int r = range_check(value, entry->start, entry->end);

        entry->kind = iomem_kind((Bytes){ .data = (const uint8_t *) entry->name, .n = strlen(entry->name) });
        if (r >= 0 && former &&
                        (entry->start < former->start ||
                                        (entry->start == former->start && entry->end < former->end)))
                return json_value_fail(value, "expected ranges in ascending order");
        return r;
}

static const Field entry_fields[] = {
        { "start", FIELD_HEX, 0, FIELD_MEMBER(IomemEntry, start), .text = "First address." },
        { "end", FIELD_HEX, 0, FIELD_MEMBER(IomemEntry, end), .text = "Last address." },
        { "type", FIELD_STRING, 0, FIELD_MEMBER(IomemEntry, name), .text = "The kernel's word." },
};
static const FieldTable entry_table = { FIELD_TABLE(entry_fields), .check = check_entry };

#define MEMORY(member) FIELD_MEMBER(ProfileMemory, member)

static const Field memory_fields[] = {
        { "ramTop", FIELD_REGISTER, FIELD_EMITS, MEMORY(ram_top),
                        .text = "The highest address of RAM, plus one." },
        { "ranges", FIELD_LIST, 0, FIELD_ELEMENTS(ProfileMemory, ranges, n_ranges), .max = IOMEM_ENTRIES_MAX,
                        .table = &entry_table, .text = "The map of physical memory." },
        { "rangesReason", FIELD_REASON, 0, MEMORY(ranges_reason), .text = "Why there is no map." },
        { "rangesSource", FIELD_TEXT, 0, MEMORY(ranges_source), .text = "Where the map was read." },
        { "hotAdded", FIELD_LIST, 0, FIELD_ELEMENTS(ProfileMemory, hot_added.ranges, hot_added.n),
                        .table = &range_table, .text = "RAM that was plugged in since the boot." },
        { "hotplugReason", FIELD_REASON, 0, MEMORY(hotplug_reason), .text = "Why that is unknown." },
        { "blockSize", FIELD_NUMBER, 0, MEMORY(block_size), .text = "Bytes that memory is plugged in by." },
};
static const FieldTable memory_table = { FIELD_TABLE(memory_fields) };

/* ── findings ──────────────────────────────────────────────────────────────────────────────────────────── */

/* "iommu-absent": lower-case words with dashes, including ids of newer versions. */
static bool is_id(const char *text) {
        size_t n = strlen(text);

        return n > 0 && n <= 64 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == n &&
                        text[0] != '-' && text[n - 1] != '-' && !strstr(text, "--");
}

static int read_id(const JsonValue *json, void *value) {
        if (!json_is_string(json->json) || !is_id(json_string_value(json->json)))
                return json_value_fail(json, "expected lower-case words with dashes between them");
        return field_read_line(json, value);
}

static const FieldHook id_hook = {
        .read = read_id,
        .schema = "{\"type\": \"string\", \"pattern\": \"^[a-z0-9]+(-[a-z0-9]+)*$\"}",
};

#define FINDING(member) FIELD_MEMBER(Finding, member)

static const Field finding_fields[] = {
        { "id", FIELD_LINE, FIELD_KEY | FIELD_EMITS, FINDING(id), .hook = &id_hook,
                        .text = "The rule; see hawd-findings(7)." },
        { "severity", FIELD_WORD, FIELD_EMITS, FINDING(severity), .words = &severity_words,
                        .text = "How serious it is." },
        { "subject", FIELD_LINE, FIELD_KEY | FIELD_EMITS, FINDING(subject),
                        .text = "What it is about: the host, a unit, a group, a device." },
        { "summary", FIELD_LINE, FIELD_EMITS, FINDING(summary), .text = "One line." },
        { "detail", FIELD_LINE, 0, FINDING(detail), .text = "The numbers that were compared." },
        { "remedy", FIELD_LINE, FIELD_EMITS, FINDING(remedy), .text = "What to do." },
};
static const FieldTable finding_table = { FIELD_TABLE(finding_fields) };

/* ── the document ──────────────────────────────────────────────────────────────────────────────────────── */

static int read_digest(const JsonValue *json, void *value) {
        const char *text = json_string_value(json->json);

        if (!text || strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
                return json_value_fail(json, "expected 64 lower-case hexadecimal digits");
        memcpy(value, text, 65);
        return 0;
}

static const FieldHook digest_hook = {
        .read = read_digest,
        .schema = "{\"type\": \"string\", \"pattern\": \"^[0-9a-f]{64}$\"}",
};

#define PROFILE(member) FIELD_MEMBER(Profile, member)
#define PROFILE_LIST(array, n) FIELD_ELEMENTS(Profile, array, n)

static bool on_xen(const void *profile) {
        return ((const Profile *) profile)->xen.role != XEN_ROLE_NONE;
}

/* In document order: groups and devices refer to units, devices to groups. */
static const Field profile_fields[] = {
        { "schema", FIELD_FIXED, 0, .fixed = PROFILE_SCHEMA, .text = "What the document is." },
        { "host", FIELD_OBJECT, FIELD_FLAT, PROFILE(host), .table = &host_table,
                        .text = "The machine, its kernel and its CPUs." },
        { "widths", FIELD_OBJECT, FIELD_FLAT | FIELD_DIRECTORY, PROFILE(widths), .table = &widths_table,
                        .text = "The address widths, in bits." },
        { "paging", FIELD_OBJECT, FIELD_FLAT, PROFILE(paging), .table = &paging_table,
                        .text = "Page tables of the host and of its guests." },
        { "encryption", FIELD_OBJECT, 0, PROFILE(encryption), .table = &encryption_table,
                        .text = "Memory encryption." },
        { "xen", FIELD_OBJECT, FIELD_LATER | FIELD_OF_ITSELF, PROFILE(xen), .table = &xen_table,
                        .when = on_xen, .text = "Xen, if this kernel runs in one of its domains." },
        { "iommusReason", FIELD_REASON, 0, PROFILE(iommus_reason), .text = "Why the units are unknown." },
        { "iommus", FIELD_LIST, 0, PROFILE_LIST(iommus, n_iommus), .table = &iommu_table,
                        .text = "IOMMU units that the kernel drives." },
        { "groupsReason", FIELD_REASON, 0, PROFILE(groups_reason), .text = "Why the groups are unknown." },
        { "groups", FIELD_LIST, 0, PROFILE_LIST(groups, n_groups), .table = &group_table,
                        .text = "IOMMU groups, by number." },
        { "devicesReason", FIELD_REASON, 0, PROFILE(devices_reason),
                        .text = "Why the devices are unknown." },
        { "devices", FIELD_LIST, 0, PROFILE_LIST(devices, n_devices), .table = &device_table,
                        .text = "PCI functions, by address." },
        { "mediatedDevicesReason", FIELD_REASON, FIELD_LATER, PROFILE(mediated_reason),
                        .text = "Why the mediated devices are unknown." },
        { "mediatedDevices", FIELD_LIST, FIELD_LATER, PROFILE_LIST(mediated, n_mediated),
                        .table = &mediated_table, .text = "Mediated devices (/sys/bus/mdev), by UUID." },
        { "firmware", FIELD_OBJECT, 0, PROFILE(firmware), .table = &firmware_table,
                        .text = "The firmware's tables of IOMMUs." },
        { "memory", FIELD_OBJECT, FIELD_FLAT, PROFILE(memory), .table = &memory_table,
                        .text = "Physical memory." },
        { "reservedIova", FIELD_LIST, 0, PROFILE_LIST(reserved.ranges, reserved.n), .table = &range_table,
                        .text = "I/O virtual addresses that VFIO excludes: union over all groups of the reserved regions, less direct-relaxable ones." },
        { "usableIova", FIELD_LIST, FIELD_INVALIDATES | FIELD_FILE,
                        PROFILE_LIST(usable_iova.ranges, usable_iova.n), .table = &range_table,
                        .text = "I/O virtual addresses below 2^iovaBits less reservedIova." },
        { "findings", FIELD_LIST, FIELD_INVALIDATES, PROFILE_LIST(findings.findings, findings.n),
                        .table = &finding_table, .text = "What follows from the profile." },
        { "digest", FIELD_STRING, FIELD_EMITS | FIELD_FILE | FIELD_VOLATILE, PROFILE(digest),
                        .hook = &digest_hook,
                        .text = "SHA-256 over the profile without volatile parts: equal strings, equal hosts." },
};
_Static_assert(ELEMENTS(profile_fields) <= PROFILE_MEMBERS_MAX, "each member has a fingerprint");

const FieldTable profile_table = {
        FIELD_TABLE(profile_fields),
        .text = "One host's address widths and everything that bounds them. Unknown is null with a reason, never zero and never no.",
};
