/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What only QEMU's virt machine on arm64 has. */

#include <errno.h>
#include <string.h>

#include "guest/form/json/fields.h"
#include "guest/vmm/vmm.h"
#include "profile/document/json-fact.h"

#define VIRT(member) FIELD_MEMBER(GuestVirt, member)
#define GIC_EXPECTED "expected 2, 3, 4, \"host\" or \"max\""

static json_t *write_gic(const void *value) {
        const uint8_t version = *(const uint8_t *) value;

        if (version == GIC_DEFAULT)
                return json_null();
        if (version == GIC_HOST || version == GIC_MAX)
                return json_string(version == GIC_HOST ? "host" : "max");
        return json_integer(version);
}

static int read_gic(const JsonValue *json, void *value) {
        const char *word = json_string_value(json->json);
        const json_int_t number = json_integer_value(json->json);
        uint8_t *version = value;

        if (word && strcmp(word, "host") == 0)
                *version = GIC_HOST;
        else if (word && strcmp(word, "max") == 0)
                *version = GIC_MAX;
        else if (json_is_integer(json->json) && number >= 2 && number <= 4)
                *version = (uint8_t) number;
        else
                return json_value_fail(json, GIC_EXPECTED);
        return 0;
}

static const FieldHook gic_hook = {
        .write = write_gic,
        .read = read_gic,
        .schema = "{\"enum\": [2, 3, 4, \"host\", \"max\"]}",
};

static int fail_member(const JsonValue *value, const char *key, const char *expected) {
        JsonValue member;
        int r = json_value_member(value, key, &member);

        return r < 0 ? r : json_value_fail(&member, "expected %s", expected);
}

/* Of highmemMmioSize, QEMU decides. */
static int check_virt(const JsonValue *value, void *object, const void *before) {
        const GuestVirt *virt = object;
        const uint64_t window = virt->mmio_size_default;

        if ((window & (window - 1)) != 0)
                return fail_member(value, "highmemMmioSizeDefault", "a power of two");
        if (virt->max_cpus > 0 && virt->max_cpus < virt->cpus)
                return fail_member(value, "maxCpus", "at least as many as cpus");
        return 0;
}

static const Field virt_fields[] = {
        { "highmem", FIELD_STATE3, 0, VIRT(highmem),
                        .text = "-machine highmem=: what lies above 4 GiB; null: on." },
        { "highmemRedists", FIELD_STATE3, 0, VIRT(highmem_redists),
                        .text = "highmem-redists=: the second region of GICv3 redistributors; null: on." },
        { "highmemEcam", FIELD_STATE3, 0, VIRT(highmem_ecam),
                        .text = "highmem-ecam=: PCI configuration space of 256 buses; null: on." },
        { "highmemMmio", FIELD_STATE3, 0, VIRT(highmem_mmio),
                        .text = "highmem-mmio=: the 64-bit PCI window; null: on." },
        { "compactHighmem", FIELD_STATE3, 0, VIRT(compact_highmem),
                        .text = "compact-highmem=: a region that is off takes no space; null: as the version does." },
        { "highmemMmioSize", FIELD_CUSTOM, 0, VIRT(highmem_mmio_size), .hook = &guest_size_hook,
                        .text = "highmem-mmio-size=: size of the 64-bit PCI window; 0: the default." },
        { "highmemMmioSizeDefault", FIELD_CUSTOM, 0, VIRT(mmio_size_default), .hook = &guest_size_hook,
                        .text = "The default of that size in this build of QEMU, a power of two; 0: 512 GiB." },
        { "gicVersion", FIELD_CUSTOM, 0, VIRT(gic_version), .hook = &gic_hook, .text = "gic-version=." },
        { "its", FIELD_STATE3, 0, VIRT(its), .text = "its=; null: the default." },
        { "gicv2m", FIELD_STATE3, 0, VIRT(msi_gicv2m),
                        .text = "msi=: GICv2m delivers message-signalled interrupts; null: the default." },
        { "acpi", FIELD_STATE3, 0, VIRT(acpi), .text = "acpi=; null: automatic." },
        { "mte", FIELD_STATE3, 0, VIRT(mte), .text = "mte=: memory tagging; null: off." },
        { "virtualization", FIELD_STATE3, 0, VIRT(virtualization),
                        .text = "virtualization=: EL2 for guests within the guest; null: off." },
        { "expanders", FIELD_BOOLEAN, 0, VIRT(expanders), .text = "Expander bridges (pxb-pcie)." },
        { "lastBus", FIELD_INTEGER, 0, VIRT(last_bus), .max = UINT16_MAX,
                        .text = "Highest number of a PCI bus behind expander bridges; 0: there is none." },
        { "twoIommus", FIELD_BOOLEAN, 0, VIRT(two_iommus),
                        .text = "A second virtio-iommu, or one beside the SMMUv3." },
        { "cpus", FIELD_INTEGER, 0, VIRT(cpus), .max = UINT32_MAX,
                        .text = "CPUs at start (-smp cpus=); 0: 1." },
        { "maxCpus", FIELD_INTEGER, 0, VIRT(max_cpus), .max = UINT32_MAX,
                        .text = "CPUs with those that can be plugged in (-smp maxcpus=); 0: as cpus." },
};
const FieldTable guest_virt_table = {
        FIELD_TABLE(virt_fields),
        .text = "What only the virt machine has.",
        .given = true,
        .check = check_virt,
};

/* At the end: what does not exist on the guest's architecture. */
int guest_check_architecture(const JsonValue *top, const Guest *guest) {
        const bool arm64 = guest->architecture == ARCHITECTURE_ARM64;
        const char *said = json_string_value(json_object_get(top->json, "architecture"));
        const GuestCpu *cpu = &guest->cpu;

        if (said && strcmp(said, architecture_to_string(guest->architecture)) != 0)
                return json_value_fail(top, "architecture: expected \"%s\", that of the machine",
                                architecture_to_string(guest->architecture));
        if (guest->machine != MACHINE_VIRT && json_is_object(json_object_get(top->json, "virt")))
                return json_value_fail(top, "virt: expected with the machine \"virt\" only");
        if (!arm64)
                return 0;
        if (cpu->width_mode != WIDTH_DEFAULT || cpu->limit || cpu->guest_phys_bits)
                return json_value_fail(top, "cpu.physBits: an arm64 guest has no such setting: remove it");
        if (guest->confidential != CONFIDENTIAL_NONE)
                return json_value_fail(top, "confidential: not supported on arm64");
        return 0;
}
