/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A guest's document, except CPU, memory and devices. */

#include <errno.h>
#include <string.h>

#include "guest/form/json/fields.h"
#include "guest/form/json/guest-json.h"
#include "guest/machine.h"
#include "profile/document/json-fact.h"

/* ── firmware, vIOMMU, system ──────────────────────────────────────────────────────────────────────────── */

#define FIRMWARE(member) FIELD_MEMBER(GuestFirmware, member)

static int check_firmware(const JsonValue *value, void *object, const void *before) {
        const GuestFirmware *firmware = object;

        return firmware->paging_level > 0 && firmware->paging_level < 4
                        ? json_value_fail(value, "pagingLevel: expected 4 or 5")
                        : 0;
}

static const FieldHook paging_level_hook = { .schema = "{\"enum\": [0, 4, 5]}" };

static const Field firmware_fields[] = {
        { "kind", FIELD_WORD, 0, FIRMWARE(kind), .words = &firmware_words, .text = "Which firmware it is." },
        { "version", FIELD_CUSTOM, 0, FIRMWARE(version), .hook = &guest_version_hook,
                        .text = "Its version; of OVMF the stable tag: 202411." },
        { "path", FIELD_STRING, 0, FIRMWARE(path), .text = "Path of its image." },
        { "pciMmio64Mb", FIELD_INTEGER, 0, FIRMWARE(mmio64_mib), .max = INT64_MAX,
                        .text = "fw_cfg opt/ovmf/X-PciMmio64Mb, in MiB; 0: not given." },
        { "unreadOption", FIELD_STRING, 0, FIRMWARE(unread),
                        .text = "A fw_cfg item with nearly the name of one that a firmware reads: opt/ovmf/X-PciMmio64." },
        { "unreadValue", FIELD_INTEGER, 0, FIRMWARE(unread_value), .max = INT64_MAX,
                        .text = "Its number; 0: none." },
        { "pagingLevel", FIELD_INTEGER, 0, FIRMWARE(paging_level), .max = 5, .hook = &paging_level_hook,
                        .text = "fw_cfg opt/org.tianocore/PagingLevel; 0: not given." },
        { "seabiosPci64", FIELD_STATE3, 0, FIRMWARE(seabios_pci64),
                        .text = "fw_cfg opt/org.seabios/pci64." },
        { "fiveLevelPaging", FIELD_STATE3, 0, FIRMWARE(five_level),
                        .text = "OVMF was built with 5-level paging; null: not known." },
        { "pciMmio64Exact", FIELD_STATE3, 0, FIRMWARE(mmio64_exact),
                        .text = "This OVMF uses X-PciMmio64Mb also where that makes its window smaller; null: as its version does." },
        { "smm", FIELD_STATE3, 0, FIRMWARE(smm),
                        .text = "OVMF was built to keep its variables in System Management Mode (SMM_REQUIRE); null: not known." },
        { "ignoresPhysBits", FIELD_BOOLEAN, 0, FIRMWARE(ignores_phys_bits),
                        .text = "A build that does not use the CPU's width." },
};
static const FieldTable firmware_table = { FIELD_TABLE(firmware_fields), .given = true,
        .check = check_firmware };

#define VIOMMU(member) FIELD_MEMBER(GuestViommu, member)

static const Field viommu_fields[] = {
        { "kind", FIELD_WORD, 0, VIOMMU(kind), .words = &viommu_words,
                        .text = "Which IOMMU the guest has." },
        { "awBits", FIELD_INTEGER, 0, VIOMMU(aw_bits), .max = 64, .text = "Its width; 0: the default." },
        { "pastLibvirt", FIELD_BOOLEAN, 0, VIOMMU(past_libvirt),
                        .text = "Set by -device of <qemu:commandline>, which libvirt does not read." },
        { "dmaTranslation", FIELD_STATE3, 0, VIOMMU(dma_translation), .text = "dma-translation=." },
        { "accel", FIELD_STATE3, 0, VIOMMU(accel),
                        .text = "Of smmuv3, accel=: the host's IOMMU translates for assigned devices; null: not given." },
        { "ofBus", FIELD_BOOLEAN, 0, VIOMMU(of_bus),
                        .text = "Of smmuv3: only devices of one bus are behind it (-device arm-smmuv3)." },
};
static const FieldTable viommu_table = { FIELD_TABLE(viommu_fields), .given = true };

#define SYSTEM(member) FIELD_MEMBER(GuestSystem, member)

static const Field system_fields[] = {
        { "family", FIELD_WORD, 0, SYSTEM(family), .words = &system_family_words,
                        .text = "Which operating system it is." },
        { "is64bit", FIELD_STATE3, 0, SYSTEM(is_64bit), .text = "A 64-bit system; null: not known." },
        { "oldLinux", FIELD_STATE3, 0, SYSTEM(old_linux), .text = "Linux before 4.16; null: not known." },
        { "source", FIELD_STRING, 0, SYSTEM(source), .text = "What the description names it by." },
};
static const FieldTable system_table = { FIELD_TABLE(system_fields), .given = true };

/* ── the manager's form ────────────────────────────────────────────────────────────────────────────────── */

static int read_list(const JsonValue *value, int (*check)(const json_t *element), const char *expected,
                json_t **ret) {
        size_t n;
        int r = json_value_array(value, GUEST_FORM_LIST_MAX, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);

                if (check(element.json) < 0)
                        return json_value_fail(&element, "expected %s", expected);
        }
        if (r < 0)
                return r;
        *ret = json_deep_copy(value->json);
        return *ret ? 0 : -ENOMEM;
}

static json_t *write_list(const void *value) {
        json_t *list = *(json_t *const *) value;

        return list ? json_incref(list) : json_null();
}

static int read_elements(const JsonValue *json, void *value) {
        return read_list(json, guest_form_check_element, "[name, {attribute: value}, child or text...]",
                        value);
}

static int read_options(const JsonValue *json, void *value) {
        return read_list(json, guest_form_check_option, "[name, value]", value);
}

#define TEXT_SCHEMA "{\"type\": \"string\", \"maxLength\": 4096}"

static const FieldHook elements_hook = {
        .write = write_list,
        .read = read_elements,
        .schema = "{\"type\": \"array\", \"maxItems\": 64, \"items\": {\"type\": \"array\", \"prefixItems\": "
                  "[{\"type\": \"string\"}, {\"type\": \"object\", \"additionalProperties\": " TEXT_SCHEMA
                  "}], \"minItems\": 2, \"items\": {\"anyOf\": [" TEXT_SCHEMA
                  ", {\"$ref\": \"#/properties/form/properties/elements/items\"}]}}}",
};
static const FieldHook options_hook = {
        .write = write_list,
        .read = read_options,
        .schema = "{\"type\": \"array\", \"maxItems\": 64, \"items\": {\"type\": \"array\", "
                  "\"prefixItems\": [{\"type\": \"string\"}, " TEXT_SCHEMA
                  "], \"minItems\": 2, \"maxItems\": 2}}",
};

#define FORM(member) FIELD_MEMBER(GuestForm, member)

static const Field form_fields[] = {
        { "manager", FIELD_WORD, 0, FORM(manager), .words = &manager_words,
                        .text = "Who manages the guest." },
        { "id", FIELD_INTEGER, 0, FORM(id), .max = 999999999, .text = "Number of a Proxmox guest." },
        { "elements", FIELD_CUSTOM, 0, FORM(elements), .hook = &elements_hook,
                        .text = "Elements of a libvirt domain." },
        { "options", FIELD_CUSTOM, 0, FORM(options), .hook = &options_hook,
                        .text = "Options, name without dashes and value; of libvirt those of <qemu:commandline>." },
};
static const FieldTable form_table = { FIELD_TABLE(form_fields), .given = true };

/* ── document ──────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *write_machine(const void *value) {
        const Guest *guest = value;
        char machine[64];

        machine_to_name(guest->machine, &guest->machine_version, guest->machine_own, machine,
                        sizeof(machine));
        return json_string(machine);
}

static int read_machine(const JsonValue *json, void *value) {
        int r = json_is_string(json->json) ? guest_set_machine(value, json_string_value(json->json))
                                           : -EINVAL;

        if (r == -EINVAL)
                return json_value_fail(json,
                                "expected \"pc\", \"q35\", \"microvm\", \"virt\", \"cloud-hypervisor\", "
                                "\"xen-hvm\", \"xen-pvh\", \"xen-pv\", or "
                                "a version such as \"pc-q35-7.1\" or \"virt-10.0\"");
        return r;
}

static const FieldHook machine_hook = {
        .write = write_machine,
        .read = read_machine,
        .schema = "{\"type\": \"string\", "
                  "\"pattern\": \"^(pc|q35|microvm|virt|cloud-hypervisor|xen-(hvm|pvh|pv)|pc-(q35|i440fx)-.+|pc-[0-9].*|virt-.+)$\"}",
};

/* 0 is a valid value of this member. */
static json_t *write_hole(const void *value) {
        const Guest *guest = value;

        return guest->no_hole64 || guest->pci_hole64_size > 0
                        ? json_integer((json_int_t) guest->pci_hole64_size)
                        : json_null();
}

static int read_hole(const JsonValue *json, void *value) {
        Guest *guest = value;
        int r = guest_size_hook.read(json, &guest->pci_hole64_size);

        guest->no_hole64 = r >= 0 && guest->pci_hole64_size == 0;
        return r;
}

static const FieldHook hole_hook = { .write = write_hole, .read = read_hole, .schema = SIZE_SCHEMA };

static int read_ports(const JsonValue *json, void *value) {
        return guest_read_ports(json, GUEST_OF(value, ports));
}

static int read_assumed(const JsonValue *json, void *value) {
        return guest_read_notes(json, value, &GUEST_OF(value, assumed)->n_assumed);
}

static int read_ignored(const JsonValue *json, void *value) {
        return guest_read_notes(json, value, &GUEST_OF(value, ignored)->n_ignored);
}

static int read_refused(const JsonValue *json, void *value) {
        return guest_read_notes(json, value, &GUEST_OF(value, refused)->n_refused);
}

static const FieldHook ports_hook = { .read = read_ports }, assumed_hook = { .read = read_assumed },
                       ignored_hook = { .read = read_ignored }, refused_hook = { .read = read_refused };

static const Field note_fields[] = {
        { "what", FIELD_STRING, FIELD_ALWAYS | FIELD_REQUIRED, FIELD_MEMBER(GuestNote, what),
                        .text = "What it is about." },
        { "text", FIELD_STRING, FIELD_ALWAYS | FIELD_REQUIRED, FIELD_MEMBER(GuestNote, text),
                        .text = "The note." },
};
const FieldTable guest_note_table = { FIELD_TABLE(note_fields), .given = true };

static const Field segment_fields[] = {
        { "mmio32Weight", FIELD_INTEGER, 0, FIELD_MEMBER(GuestSegment, weight32), .max = UINT32_MAX,
                        .text = "Its share of the area below 4 GiB; 0: 1." },
        { "mmio64Weight", FIELD_INTEGER, 0, FIELD_MEMBER(GuestSegment, weight64), .max = UINT32_MAX,
                        .text = "Its share of the device area; 0: 1." },
};
static const FieldTable segment_table = { FIELD_TABLE(segment_fields), .given = true };

static const Field pmem_fields[] = {
        { "size", FIELD_CUSTOM, FIELD_ALWAYS, FIELD_MEMBER(GuestPmem, size), .hook = &guest_size_hook,
                        .text = "Size of the memory." },
        { "pciSegment", FIELD_INTEGER, 0, FIELD_MEMBER(GuestPmem, segment), .max = GUEST_SEGMENTS_MAX - 1,
                        .text = "PCI segment of its device." },
};
static const FieldTable pmem_table = { FIELD_TABLE(pmem_fields), .given = true };

#define GUEST(member) FIELD_MEMBER(Guest, member)

static const char *const accelerator_table[] = { "tcg", "kvm" };
static const Words accelerator_words = { ELEMENTS(accelerator_table), accelerator_table };

static const Field guest_fields[] = {
        { "schema", FIELD_FIXED, FIELD_REQUIRED, .fixed = "hawd-guest/1", .text = "Form of the document." },
        { "name", FIELD_STRING, 0, GUEST(name), .text = "Name of the guest." },
        { "vmm", FIELD_WORD, FIELD_ALWAYS, GUEST(vmm), .words = &vmm_words,
                        .text = "Its VMM: qemu, unless the machine is cloud-hypervisor or one of Xen." },
        { "vmmVersion", FIELD_CUSTOM, 0, GUEST(vmm_version), .hook = &guest_version_hook,
                        .text = "Version of the VMM." },
        { "vmmBuild", FIELD_STRING, 0, GUEST(vmm_build),
                        .text = "Whose package of QEMU it is: debian, ubuntu, rhel; distributions have machine types of their own." },
        { "vmmPath", FIELD_STRING, 0, GUEST(vmm_path),
                        .text = "Path of QEMU's program: one that no package has put there has another version than the one installed, unless the path names it." },
        { "architecture", FIELD_WORD, 0, GUEST(architecture), .words = &architecture_words,
                        .text = "Architecture of the virtual CPU: that of the machine; of cloud-hypervisor the host's unless given." },
        { "machine", FIELD_CUSTOM, FIELD_REQUIRED, .hook = &machine_hook,
                        .text = "A machine type of QEMU with its version, or the newest: pc, q35, pc-i440fx-8.2, pc-q35-7.1, microvm, virt-10.0; or cloud-hypervisor; or of Xen xen-hvm, xen-pvh, xen-pv." },
        { "accelerator", FIELD_WORD, FIELD_ALWAYS, GUEST(kvm), .words = &accelerator_words,
                        .text = "The accelerator: kvm when left out; of Xen without meaning." },
        { "smm", FIELD_STATE3, 0, GUEST(smm), .text = "-machine smm=; null: automatic." },
        { "pcie", FIELD_STATE3, 0, GUEST(pcie),
                        .text = "Of microvm, -machine pcie=on: it has PCI Express; null: not known, as if it had." },
        { "confidential", FIELD_WORD, 0, GUEST(confidential), .words = &confidential_words,
                        .text = "How the guest's memory is protected from the host." },
        { "reducedPhysBits", FIELD_INTEGER, 0, GUEST(reduced_phys_bits), .max = 63,
                        .text = "reduced-phys-bits of SEV; 0: not given." },
        { "cBit", FIELD_INTEGER, 0, GUEST(c_bit), .max = 63, .text = "cbitpos of SEV; 0: the host's." },
        { "maxPhysBits", FIELD_INTEGER, 0, GUEST(cloud_hypervisor_max_bits), .max = 64,
                        .text = "max_phys_bits of Cloud Hypervisor's --cpus; 0: its default." },
        { "p2pFatal", FIELD_STATE3, 0, GUEST(p2p_fatal),
                        .text = "The VMM ends when it cannot map a BAR for other devices: of Cloud Hypervisor vfio_p2p_dma; null: as the VMM does." },
        { "pciSegments", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(Guest, segments, n_segments),
                        .max = GUEST_SEGMENTS_MAX, .table = &segment_table,
                        .text = "PCI segments of Cloud Hypervisor." },
        { "pmem", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(Guest, pmem, n_pmem), .max = GUEST_PMEM_MAX,
                        .table = &pmem_table,
                        .text = "Persistent memory of Cloud Hypervisor, which lies among the BARs." },
        { "virt", FIELD_OBJECT, 0, GUEST(virt), .table = &guest_virt_table,
                        .text = "The virt machine of arm64." },
        { "xen", FIELD_OBJECT, 0, GUEST(xen), .table = &guest_xen_table,
                        .text = "Settings of a guest of Xen." },
        { "cpu", FIELD_OBJECT, 0, GUEST(cpu), .table = &guest_cpu_table,
                        .text = "The virtual CPU; null: as the model, or the host." },
        { "memory", FIELD_OBJECT, FIELD_REQUIRED, GUEST(memory), .table = &guest_memory_table,
                        .text = "The guest's memory." },
        { "pciHole64Size", FIELD_CUSTOM, FIELD_ALWAYS, .hook = &hole_hook,
                        .text = "pci-hole64-size; 0: none is counted; absent: the machine's default." },
        { "firmware", FIELD_OBJECT, 0, GUEST(firmware), .table = &firmware_table, .text = "The firmware." },
        { "viommu", FIELD_OBJECT, 0, GUEST(viommu), .table = &viommu_table,
                        .text = "The guest's own IOMMU." },
        { "system", FIELD_OBJECT, 0, GUEST(system), .table = &system_table,
                        .text = "The operating system, if the description names it. What breaks this system is a warning; what breaks others is information." },
        { "devices", FIELD_LIST, 0, FIELD_ELEMENTS(Guest, devices, n_devices), .max = GUEST_DEVICES_MAX,
                        .table = &guest_device_table, .text = "Devices of the guest that have BARs." },
        { "ports", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(Guest, ports, n_ports), .max = GUEST_PORTS_MAX,
                        .table = &guest_ports_table, .hook = &ports_hook,
                        .text = "Hot-plug ports and bridges with none of the devices behind them: empty, or with small BARs alone. Of ports behind each other the last ones only." },
        { "assumed", FIELD_LIST, 0, FIELD_ELEMENTS(Guest, assumed, n_assumed), .max = GUEST_NOTES_MAX,
                        .table = &guest_note_table, .hook = &assumed_hook,
                        .text = "What the description does not say, and what is assumed." },
        { "ignored", FIELD_LIST, 0, FIELD_ELEMENTS(Guest, ignored, n_ignored), .max = GUEST_NOTES_MAX,
                        .table = &guest_note_table, .hook = &ignored_hook,
                        .text = "What it says and hawd does not understand, where it may move memory: no answer is \"safe\" then." },
        { "refused", FIELD_LIST, 0, FIELD_ELEMENTS(Guest, refused, n_refused), .max = GUEST_NOTES_MAX,
                        .table = &guest_note_table, .hook = &refused_hook,
                        .text = "What the VMM rejects whatever the host is: options that contradict each other." },
        { "form", FIELD_OBJECT, 0, GUEST(form), .table = &form_table,
                        .text = "The settings as the guest's manager has them, so that a remedy can show them with the change; written by hawctl." },
};
const FieldTable guest_table = {
        FIELD_TABLE(guest_fields),
        .text = "A virtual machine as far as it moves addresses. What is left out has the default of its VMM at that version; a member that is not here is refused.",
        .given = true,
};
