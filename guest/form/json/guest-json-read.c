/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/json/guest-json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/json/guest-json-ch.h"
#include "guest/form/json/guest-json-field.h"
#include "guest/form/json/guest-json-port.h"
#include "guest/guest-note.h"
#include "guest/guest.h"
#include "guest/machine.h"
#include "guest/size.h"
#include "probe/cleanup.h"
#include "profile/document/read-fact.h"

static int read_schema(const JsonValue *value, const JsonField *field, void *ret) {
        if (!json_is_string(value->json) || strcmp(json_string_value(value->json), "hawd-guest/1") != 0)
                return json_value_fail(value, "expected \"hawd-guest/1\"");
        return 0;
}

/* Notes come with the document: they are made where the other forms are read. -E2BIG is what more of them than fit are. */
static int noted(const JsonValue *value, int r) {
        return r == -E2BIG ? json_value_fail(value, "expected at most %d notes", GUEST_NOTES_MAX) : r;
}

static int read_machine(const JsonValue *value, const JsonField *field, void *ret) {
        int r = json_is_string(value->json) ? guest_set_machine(ret, json_string_value(value->json))
                                            : -EINVAL;

        if (r == -EINVAL)
                return json_value_fail(value,
                                "expected \"pc\", \"q35\", \"microvm\", \"cloud-hypervisor\", or \"pc-q35-7.1\" and its like");
        return noted(value, r);
}

static int read_accelerator(const JsonValue *value, const JsonField *field, void *ret) {
        const char *word = json_string_value(value->json);

        if (!word || (strcmp(word, "kvm") != 0 && strcmp(word, "tcg") != 0))
                return json_value_fail(value, "expected \"kvm\" or \"tcg\"");
        *(bool *) ret = strcmp(word, "kvm") == 0;
        return 0;
}

/* ── CPU ───────────────────────────────────────────────────────────────────────────────────────────────── */

static int read_vendor(const JsonValue *value, const JsonField *field, void *ret) {
        GuestCpu *cpu = ret;
        const char *word = json_string_value(value->json);
        int vendor = word ? cpu_vendor_from_string(word) : -EINVAL;

        cpu->vendor_is_host = word && strcmp(word, "host") == 0;
        if (cpu->vendor_is_host)
                return 0;
        if (vendor < 0 || vendor == CPU_VENDOR_UNKNOWN)
                return json_value_fail(value,
                                "expected \"host\", \"intel\", \"amd\", \"hygon\", \"centaur\", \"zhaoxin\" or \"other\"");
        cpu->vendor = (CpuVendor) vendor;
        return 0;
}

static int read_phys_bits(const JsonValue *value, const JsonField *field, void *ret) {
        GuestCpu *cpu = ret;
        uint64_t bits;

        if (json_is_string(value->json) && strcmp(json_string_value(value->json), "host") == 0) {
                cpu->width_mode = WIDTH_HOST;
                return 0;
        }
        if (!json_is_integer(value->json) || json_integer_value(value->json) < 32 ||
                        json_value_integer(value, 32, 52, &bits) < 0)
                return json_value_fail(value, "expected an integer from 32 to 52 or \"host\"");
        cpu->width_mode = WIDTH_EXPLICIT;
        cpu->phys_bits = (uint8_t) bits;
        return 0;
}

static const JsonField cpu_members[] = {
        { "model", json_read_string, JSON_FIELD(GuestCpu, model) },
        { "vendor", read_vendor },
        { "physBits", read_phys_bits },
        { "hostPhysBitsLimit", guest_read_number, JSON_FIELD(GuestCpu, limit), .max = 255 },
        { "guestPhysBits", guest_read_number, JSON_FIELD(GuestCpu, guest_phys_bits), .max = 52 },
        { "pastLibvirt", json_read_bool, JSON_FIELD(GuestCpu, past_libvirt) },
        { "longMode", json_read_tristate, JSON_FIELD(GuestCpu, long_mode) },
        { "la57", json_read_tristate, JSON_FIELD(GuestCpu, la57) },
        { "pdpe1gb", json_read_tristate, JSON_FIELD(GuestCpu, pdpe1gb) },
        { "pae", json_read_tristate, JSON_FIELD(GuestCpu, pae) },
        { "pse36", json_read_tristate, JSON_FIELD(GuestCpu, pse36) },
};
static const JsonFields cpu_fields = { ELEMENTS(cpu_members), cpu_members };

static const JsonField firmware_members[] = {
        { "kind", json_read_word, JSON_FIELD(GuestFirmware, kind), .word = firmware_from_string,
                        .expected = "\"ovmf\", \"seabios\", \"none\" or \"unknown\"" },
        { "version", guest_read_version, JSON_FIELD(GuestFirmware, version) },
        { "path", json_read_string, JSON_FIELD(GuestFirmware, path) },
        { "pciMmio64Mb", guest_read_number, JSON_FIELD(GuestFirmware, mmio64_mib), .max = INT64_MAX },
        { "unreadOption", json_read_string, JSON_FIELD(GuestFirmware, unread) },
        { "unreadValue", guest_read_number, JSON_FIELD(GuestFirmware, unread_value), .max = INT64_MAX },
        { "pagingLevel", guest_read_number, JSON_FIELD(GuestFirmware, paging_level), .max = 5 },
        { "seabiosPci64", json_read_tristate, JSON_FIELD(GuestFirmware, seabios_pci64) },
        { "fiveLevelPaging", json_read_tristate, JSON_FIELD(GuestFirmware, five_level) },
        { "pciMmio64Exact", json_read_tristate, JSON_FIELD(GuestFirmware, mmio64_exact) },
        { "smm", json_read_tristate, JSON_FIELD(GuestFirmware, smm) },
        { "ignoresPhysBits", json_read_bool, JSON_FIELD(GuestFirmware, ignores_phys_bits) },
};
static const JsonFields firmware_fields = { ELEMENTS(firmware_members), firmware_members };

static const JsonField viommu_members[] = {
        { "kind", json_read_word, JSON_FIELD(GuestViommu, kind), .word = viommu_from_string,
                        .expected = "\"none\", \"intel\", \"amd\" or \"virtio\"" },
        { "awBits", guest_read_number, JSON_FIELD(GuestViommu, aw_bits), .max = 64 },
        { "dmaTranslation", json_read_tristate, JSON_FIELD(GuestViommu, dma_translation) },
        { "pastLibvirt", json_read_bool, JSON_FIELD(GuestViommu, past_libvirt) },
};
static const JsonFields viommu_fields = { ELEMENTS(viommu_members), viommu_members };

static int read_devices(const JsonValue *value, const JsonField *field, void *ret) {
        size_t n;
        int r;

        r = json_value_array(value, GUEST_DEVICES_MAX, &n);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);
                GuestDevice *device;

                r = guest_add_device(ret, &device);
                if (r >= 0)
                        r = guest_read_device(&element, device);
        }
        return r;
}

/* ── notes ─────────────────────────────────────────────────────────────────────────────────────────────── */

static const JsonField note_members[] = {
        { "what", json_read_string, JSON_FIELD(GuestNote, what) },
        { "text", json_read_string, JSON_FIELD(GuestNote, text) },
};
static const JsonFields note_fields = { ELEMENTS(note_members), note_members };

static int read_notes(const JsonValue *value, GuestNote **notes, size_t *ret) {
        size_t n;
        int r;

        r = json_value_array(value, GUEST_NOTES_MAX, &n);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);
                GuestNote note = {};

                r = json_read_given(&element, &note_fields, &note);
                if (r >= 0)
                        r = json_read_fields(&element, &note_fields, &note);
                if (r >= 0)
                        r = noted(value, guest_note_add(notes, ret, &note));
        }
        return r;
}

static int read_assumed(const JsonValue *value, const JsonField *field, void *ret) {
        Guest *guest = ret;

        return read_notes(value, &guest->assumed, &guest->n_assumed);
}

static int read_ignored(const JsonValue *value, const JsonField *field, void *ret) {
        Guest *guest = ret;

        return read_notes(value, &guest->ignored, &guest->n_ignored);
}

static int read_hole(const JsonValue *value, const JsonField *field, void *ret) {
        Guest *guest = ret;
        int r = guest_read_size(value, field, &guest->pci_hole64_size);

        guest->no_hole64 = r >= 0 && guest->pci_hole64_size == 0;
        return r;
}

static int read_refused(const JsonValue *value, const JsonField *field, void *ret) {
        Guest *guest = ret;

        return read_notes(value, &guest->refused, &guest->n_refused);
}

/* ── document ──────────────────────────────────────────────────────────────────────────────────────────── */

static const JsonField system_members[] = {
        { "family", json_read_word, JSON_FIELD(GuestSystem, family), .word = system_family_from_string,
                        .expected = "\"unknown\", \"linux\", \"windows\", \"macos\" or \"other\"" },
        { "is64bit", json_read_tristate, JSON_FIELD(GuestSystem, is_64bit) },
        { "oldLinux", json_read_tristate, JSON_FIELD(GuestSystem, old_linux) },
        { "source", json_read_string, JSON_FIELD(GuestSystem, source) },
};
static const JsonFields system_fields = { ELEMENTS(system_members), system_members };

static const JsonField members[] = {
        { "schema", read_schema },
        { "name", json_read_string, JSON_FIELD(Guest, name) },
        { "vmm", json_read_word, JSON_FIELD(Guest, vmm), .word = vmm_from_string,
                        .expected = "\"qemu\" or \"cloud-hypervisor\"" },
        { "vmmVersion", guest_read_version, JSON_FIELD(Guest, vmm_version) },
        { "vmmBuild", json_read_string, JSON_FIELD(Guest, vmm_build) },
        { "vmmPath", json_read_string, JSON_FIELD(Guest, vmm_path) },
        { "machine", read_machine },
        { "accelerator", read_accelerator, JSON_FIELD(Guest, kvm) },
        { "smm", json_read_tristate, JSON_FIELD(Guest, smm) },
        { "pcie", json_read_tristate, JSON_FIELD(Guest, pcie) },
        { "cpu", guest_read_object, JSON_FIELD(Guest, cpu), .fields = &cpu_fields },
        { "memory", guest_read_object, JSON_FIELD(Guest, memory), .fields = &guest_memory_fields },
        { "pciHole64Size", read_hole },
        { "firmware", guest_read_object, JSON_FIELD(Guest, firmware), .fields = &firmware_fields },
        { "viommu", guest_read_object, JSON_FIELD(Guest, viommu), .fields = &viommu_fields },
        { "confidential", json_read_word, JSON_FIELD(Guest, confidential), .word = confidential_from_string,
                        .expected = "\"none\", \"sev\", \"sev-es\", \"sev-snp\" or \"tdx\"" },
        { "reducedPhysBits", guest_read_number, JSON_FIELD(Guest, reduced_phys_bits), .max = 63 },
        { "cBit", guest_read_number, JSON_FIELD(Guest, c_bit), .max = 63 },
        { "maxPhysBits", guest_read_number, JSON_FIELD(Guest, cloud_hypervisor_max_bits), .max = 64 },
        { "p2pFatal", json_read_tristate, JSON_FIELD(Guest, p2p_fatal) },
        { "pciSegments", guest_read_segments },
        { "pmem", guest_read_pmem },
        { "system", guest_read_object, JSON_FIELD(Guest, system), .fields = &system_fields },
        { "devices", read_devices },
        { "ports", guest_read_ports },
        { "assumed", read_assumed },
        { "ignored", read_ignored },
        { "form", guest_read_form },
        { "refused", read_refused },
};
static const JsonFields fields = { ELEMENTS(members), members };

static int require(const JsonValue *object, const char *key, JsonValue *ret) {
        return json_value_member(object, key, ret);
}

static int check_memory(const JsonValue *top, const Guest *guest) {
        const GuestMemory *memory = &guest->memory;
        JsonValue object, member;
        int r;

        r = require(top, "memory", &object);
        if (r >= 0)
                r = require(&object, "ram", &member);
        if (r < 0)
                return r;
        if (memory->ram == 0)
                return json_value_fail(&member, "expected more than 0");
        member.key = "max";
        if (memory->max > 0 && memory->max < memory->ram)
                return json_value_fail(&member, "expected at least as much as ram");
        member.key = "slots";
        if (memory->slots > 0 && memory->max == 0)
                return json_value_fail(&member, "expected max beside it");
        member.key = "below4gMax";
        if (memory->below_4g_max > UINT64_C(4) << 30)
                return json_value_fail(&member, "expected at most 4 GiB");
        return 0;
}

/* What hangs together: a document that contradicts itself describes no guest. */
static int check_whole(const JsonValue *top, Guest *guest) {
        JsonValue member;
        int r;

        r = require(top, "schema", &member);
        if (r >= 0)
                r = require(top, "machine", &member);
        if (r >= 0)
                r = check_memory(top, guest);
        if (r < 0)
                return r;
        if (!json_object_get(top->json, "vmm") && guest->machine == MACHINE_CLOUD_HYPERVISOR)
                guest->vmm = VMM_CLOUD_HYPERVISOR;
        if ((guest->vmm == VMM_CLOUD_HYPERVISOR) != (guest->machine == MACHINE_CLOUD_HYPERVISOR))
                return json_value_fail(
                                &member, "expected a machine of the VMM \"%s\"", vmm_to_string(guest->vmm));
        r = guest_check_segments(top, guest);
        if (r < 0)
                return r;
        if (guest->firmware.paging_level > 0 && guest->firmware.paging_level < 4)
                return json_value_fail(top, "firmware.pagingLevel: expected 4 or 5");
        r = noted(top, guest_note_machine(guest));
        if (r < 0)
                return r;
        if (json_object_get(top->json, "accelerator"))
                return 0;
        guest->kvm = true;
        return noted(top, guest_assume(guest, "accelerator", "kvm, as nothing else is said"));
}

int guest_json_read(const json_t *document, Guest *ret, JsonError *reterr) {
        JsonReader reader = { .error = reterr };
        const JsonValue top = { .json = document, .reader = &reader };
        Guest guest = {};
        int r;

        r = json_read_given(&top, &fields, &guest);
        if (r >= 0)
                r = check_whole(&top, &guest);
        if (r < 0) {
                guest_done(&guest);
                return r;
        }
        *ret = guest;
        return 0;
}

int guest_json_parse(const char *text, size_t n, Guest *ret, JsonError *reterr) {
        json_t *document;
        int r;

        if (n > GUEST_JSON_MAX) {
                *reterr = (JsonError){ .text = "expected at most 1 MiB" };
                return -EINVAL;
        }
        r = json_text_parse(text, n, &document, reterr);
        if (r < 0)
                return r;
        r = guest_json_read(document, ret, reterr);
        json_decref(document);
        return r;
}
