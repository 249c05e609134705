/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <jansson.h>

#include "guest/answer/models.h"
#include "probe/cleanup.h"
#include "profile/document/field-write.h"

#define SEEN(member) FIELD_MEMBER(ModelWidth, member)

static const Field seen_fields[] = {
        { "bits", FIELD_INTEGER, 0, SEEN(seen.bits), .min = 32, .max = 64, .text = "The width." },
        { "hosts", FIELD_INTEGER, 0, SEEN(seen.hosts), .text = "Machines whose kernel reported it." },
        { "dumps", FIELD_INTEGER, 0, SEEN(seen.dumps), .text = "CPUs that reported it in CPUID." },
        { "held", FIELD_INTEGER, 0, SEEN(held),
                        .text = "Hosts that are known to hold a guest of this width." },
        { "heldWithDevices", FIELD_INTEGER, 0, SEEN(held_with_devices),
                        .text = "The same with assigned devices." },
};
static const FieldTable seen_table = { FIELD_TABLE(seen_fields) };

static const Field cpu_fields[] = {
        { "family", FIELD_INTEGER, 0, FIELD_MEMBER(struct ModelCpu, family), .text = "CPU family." },
        { "model", FIELD_INTEGER, 0, FIELD_MEMBER(struct ModelCpu, model), .text = "CPU model." },
};
static const FieldTable cpu_table = { FIELD_TABLE(cpu_fields) };

#define MODEL(member) FIELD_MEMBER(Model, member)

static json_t *write_name(const void *value) {
        return json_string(*(const char *const *) value);
}

static const FieldHook name_hook = { .write = write_name,
        .schema = "{\"type\": \"string\", \"minLength\": 1}" };

static const Field model_fields[] = {
        { "name", FIELD_CUSTOM, 0, MODEL(name), .hook = &name_hook,
                        .text = "Its name in QEMU, without a version." },
        { "vendor", FIELD_WORD, 0, MODEL(vendor), .words = &cpu_vendor_words,
                        .text = "Vendor of the CPUs that it represents." },
        { "longMode", FIELD_BOOLEAN, 0, MODEL(long_mode),
                        .text = "Whether it has long mode; else its width cannot be set." },
        { "default", FIELD_OBJECT, 0, MODEL(qemu), .table = &seen_table,
                        .text = "The width that QEMU gives it, with what was seen of this width." },
        { "defaultBeforeQemu82", FIELD_INTEGER, FIELD_OR_NONE, MODEL(qemu_old),
                        .text = "Bits that QEMU before 8.2 gave it; null: the same." },
        { "cpus", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(Model, cpus, n_cpus), .max = CPU_NAMED_MAX,
                        .table = &cpu_table, .text = "The CPUs that it represents; empty: no real CPU." },
        { "widths", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(Model, widths, n_widths),
                        .max = CPU_NAMED_MAX * CPU_SEEN_WIDTHS_MAX, .table = &seen_table,
                        .text = "The widths of these CPUs, by bits." },
};
static const FieldTable model_table = { FIELD_TABLE(model_fields) };

#define MODELS(member) FIELD_MEMBER(Models, member)

static const Field models_fields[] = {
        { "schema", FIELD_FIXED, 0, .fixed = "hawd-models/1", .text = "Form of the document." },
        { "hosts", FIELD_INTEGER, 0, MODELS(hosts.n),
                        .text = "Hosts that were asked which widths they hold, without arm64 hosts." },
        { "bits", FIELD_INTEGER, FIELD_OR_NONE, MODELS(bits), .max = 64,
                        .text = "The widest guest that every host holds; null: unknown." },
        { "unknown", FIELD_INTEGER, 0, MODELS(hosts.guest_unknown),
                        .text = "Hosts of which it is unknown what they hold." },
        { "bitsWithDevices", FIELD_INTEGER, FIELD_OR_NONE, MODELS(bits_with_devices), .max = 64,
                        .text = "The same with assigned devices, of hosts that can assign any." },
        { "unknownWithDevices", FIELD_INTEGER, 0, MODELS(hosts.devices_unknown),
                        .text = "Hosts of which this is unknown." },
        { "impossibleWithDevices", FIELD_INTEGER, 0, MODELS(hosts.devices_impossible),
                        .text = "Hosts that cannot assign devices." },
        { "models", FIELD_LIST, 0, FIELD_ELEMENTS(Models, models, n), .table = &model_table,
                        .text = "The CPU models, by name." },
};
const FieldTable models_table = {
        FIELD_TABLE(models_fields),
        .text = "CPU models, the widths of their hardware, and hosts that hold them (docs/models.md).",
};

json_t *models_json(const Models *models) {
        return fields_json(&(FieldContext){}, &models_table, models);
}
