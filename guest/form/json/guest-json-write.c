/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/json/guest-json.h"

#include <jansson.h>

#include "guest/form/json/guest-json-ch.h"
#include "guest/form/json/guest-json-port.h"
#include "guest/guest.h"
#include "guest/machine.h"
#include "profile/document/json-fact.h"
#include "profile/document/json-faults.h"

/* Members that say no more than the struct's zero are left out, so that a document holds what was said. */

static bool put_number(json_t *object, const char *key, uint64_t number) {
        return number == 0 || json_put(object, key, json_integer((json_int_t) number));
}

/* Of that member 0 is a value of its own. */
static bool put_hole(json_t *object, const Guest *guest) {
        return guest->no_hole64 ? json_put(object, "pciHole64Size", json_integer(0))
                                : put_number(object, "pciHole64Size", guest->pci_hole64_size);
}

static bool put_text(json_t *object, const char *key, const char *text) {
        return !*text || json_put(object, key, json_string(text));
}

static bool put_tristate(json_t *object, const char *key, Tristate state) {
        return state == TRISTATE_UNKNOWN || json_put(object, key, json_boolean(state == TRISTATE_YES));
}

static bool put_flag(json_t *object, const char *key, bool flag) {
        return !flag || json_put(object, key, json_true());
}

static bool put_version(json_t *object, const char *key, const GuestVersion *version) {
        char text[40];

        if (!guest_version_known(version))
                return true;
        guest_version_to_text(version, text, sizeof(text));
        return json_put(object, key, json_string(text));
}

/* An object without members says nothing either. */
static bool put_object(json_t *object, const char *key, json_t *value) {
        if (!value || json_object_size(value) > 0)
                return json_put(object, key, value);
        json_decref(value);
        return true;
}

static json_t *cpu_json(const GuestCpu *cpu) {
        json_t *json = json_object();
        bool ok = put_text(json, "model", cpu->model);

        if (cpu->vendor != CPU_VENDOR_UNKNOWN)
                ok = ok && json_put(json, "vendor", json_string(cpu_vendor_to_string(cpu->vendor)));
        else if (cpu->vendor_is_host)
                ok = ok && json_put(json, "vendor", json_string("host"));
        if (cpu->width_mode == WIDTH_EXPLICIT)
                ok = ok && put_number(json, "physBits", cpu->phys_bits);
        else if (cpu->width_mode == WIDTH_HOST)
                ok = ok && json_put(json, "physBits", json_string("host"));
        ok = ok && put_number(json, "hostPhysBitsLimit", cpu->limit) &&
                        put_number(json, "guestPhysBits", cpu->guest_phys_bits) &&
                        put_flag(json, "pastLibvirt", cpu->past_libvirt) &&
                        put_tristate(json, "longMode", cpu->long_mode) &&
                        put_tristate(json, "la57", cpu->la57) &&
                        put_tristate(json, "pdpe1gb", cpu->pdpe1gb) && put_tristate(json, "pae", cpu->pae) &&
                        put_tristate(json, "pse36", cpu->pse36);
        return json_finish(json, ok);
}

static json_t *cxl_element(const void *data, size_t i) {
        return json_integer((json_int_t) ((const GuestMemory *) data)->cxl[i]);
}

static json_t *module_element(const void *data, size_t i) {
        const GuestModule *module = &((const GuestMemory *) data)->modules[i];
        json_t *json = json_object();
        bool ok = json_put(json, "kind", json_string(memory_to_string(module->kind))) &&
                        json_put(json, "size", json_integer((json_int_t) module->size)) &&
                        put_number(json, "align", module->align) && put_number(json, "block", module->block);

        return json_finish(json, ok);
}

static json_t *memory_json(const GuestMemory *memory) {
        json_t *json = json_object();
        bool ok = json_put(json, "ram", json_integer((json_int_t) memory->ram)) &&
                        put_number(json, "max", memory->max) && put_number(json, "slots", memory->slots) &&
                        put_number(json, "plugged", memory->plugged) &&
                        put_number(json, "below4gMax", memory->below_4g_max) &&
                        put_number(json, "lockedLimit", memory->locked_limit) &&
                        put_number(json, "sgxEpc", memory->sgx_epc) &&
                        put_flag(json, "numaMem", memory->numa_mem);

        if (memory->numa)
                ok = ok && json_put(json, "numa", json_integer((json_int_t) memory->numa_size));
        if (memory->n_modules > 0)
                ok = ok && json_put(json, "modules", json_list(memory->n_modules, module_element, memory));
        if (memory->cxl_on || memory->n_cxl > 0)
                ok = ok && json_put(json, "cxlWindows", json_list(memory->n_cxl, cxl_element, memory));
        return json_finish(json, ok);
}

static json_t *firmware_json(const GuestFirmware *firmware) {
        json_t *json = json_object();
        bool ok = firmware->kind == FIRMWARE_UNKNOWN ||
                        json_put(json, "kind", json_string(firmware_to_string(firmware->kind)));

        ok = ok && put_version(json, "version", &firmware->version) &&
                        put_text(json, "path", firmware->path) &&
                        put_number(json, "pciMmio64Mb", firmware->mmio64_mib) &&
                        put_text(json, "unreadOption", firmware->unread) &&
                        put_number(json, "unreadValue", firmware->unread_value) &&
                        put_number(json, "pagingLevel", firmware->paging_level) &&
                        put_tristate(json, "seabiosPci64", firmware->seabios_pci64) &&
                        put_tristate(json, "fiveLevelPaging", firmware->five_level) &&
                        put_tristate(json, "pciMmio64Exact", firmware->mmio64_exact) &&
                        put_tristate(json, "smm", firmware->smm) &&
                        put_flag(json, "ignoresPhysBits", firmware->ignores_phys_bits);
        return json_finish(json, ok);
}

static json_t *viommu_json(const GuestViommu *viommu) {
        json_t *json = json_object();
        bool ok = viommu->kind == VIOMMU_NONE ||
                        json_put(json, "kind", json_string(viommu_to_string(viommu->kind)));

        ok = ok && put_number(json, "awBits", viommu->aw_bits) &&
                        put_flag(json, "pastLibvirt", viommu->past_libvirt) &&
                        put_tristate(json, "dmaTranslation", viommu->dma_translation);
        return json_finish(json, ok);
}

static json_t *system_json(const GuestSystem *system) {
        json_t *json = json_object();
        bool ok = system->family == SYSTEM_UNKNOWN ||
                        json_put(json, "family", json_string(system_family_to_string(system->family)));

        ok = ok && put_tristate(json, "is64bit", system->is_64bit) &&
                        put_tristate(json, "oldLinux", system->old_linux) &&
                        put_text(json, "source", system->source);
        return json_finish(json, ok);
}

static json_t *bar_element(const void *data, size_t i) {
        const GuestBar *bar = &((const GuestDevice *) data)->bars[i];
        json_t *json = json_object();
        bool ok = json_put(json, "index", json_integer(bar->index)) &&
                        json_put(json, "size", json_integer((json_int_t) bar->size)) &&
                        put_flag(json, "is64bit", bar->is_64bit) &&
                        put_flag(json, "prefetchable", bar->prefetchable) && put_flag(json, "ram", bar->ram);

        return json_finish(json, ok);
}

static json_t *device_element(const void *data, size_t i) {
        const GuestDevice *device = &((const Guest *) data)->devices[i];
        json_t *json = json_object();
        bool ok = put_text(json, "name", device->name) &&
                        json_put(json, "assigned", json_boolean(device->assigned)) &&
                        put_flag(json, "iommufd", device->iommufd) &&
                        put_number(json, "pciSegment", device->segment) &&
                        put_tristate(json, "behindViommu", device->behind_viommu) &&
                        put_flag(json, "conventional", device->conventional) &&
                        put_flag(json, "ownPort", device->own_port) &&
                        put_object(json, "port", guest_port_json(&device->port));

        if (device->has_address)
                ok = ok && json_put(json, "address", json_pci_address(&device->address));
        if (*device->uuid)
                ok = ok && json_put(json, "mediated", json_string(device->uuid));
        if (device->n_bars > 0)
                ok = ok && json_put(json, "bars", json_list(device->n_bars, bar_element, device));
        return json_finish(json, ok);
}

static json_t *note_element(const void *data, size_t i) {
        const GuestNote *note = &((const GuestNote *) data)[i];
        json_t *json = json_object();
        bool ok = json_put(json, "what", json_string(note->what)) &&
                        json_put(json, "text", json_string(note->text));

        return json_finish(json, ok);
}

static bool put_notes(json_t *object, const char *key, const GuestNote *notes, size_t n) {
        return n == 0 || json_put(object, key, json_list(n, note_element, notes));
}

static json_t *form_json(const GuestForm *form) {
        json_t *json = json_object();
        bool ok = json_put(json, "manager", json_string(manager_to_string(form->manager))) &&
                        put_number(json, "id", form->id);

        if (form->elements)
                ok = ok && json_put(json, "elements", json_incref(form->elements));
        if (form->options)
                ok = ok && json_put(json, "options", json_incref(form->options));
        return json_finish(json, ok);
}

static bool put_parts(json_t *json, const Guest *guest) {
        bool ok = put_object(json, "cpu", cpu_json(&guest->cpu)) &&
                        json_put(json, "memory", memory_json(&guest->memory)) && put_hole(json, guest) &&
                        put_object(json, "firmware", firmware_json(&guest->firmware)) &&
                        put_object(json, "viommu", viommu_json(&guest->viommu)) &&
                        put_object(json, "system", system_json(&guest->system));

        if (guest->n_devices > 0)
                ok = ok && json_put(json, "devices", json_list(guest->n_devices, device_element, guest));
        if (guest->n_ports > 0)
                ok = ok && json_put(json, "ports", guest_ports_json(guest));
        ok = ok && put_notes(json, "assumed", guest->assumed, guest->n_assumed) &&
                        put_notes(json, "ignored", guest->ignored, guest->n_ignored) &&
                        put_notes(json, "refused", guest->refused, guest->n_refused);
        if (guest->form.manager != MANAGER_NONE)
                ok = ok && json_put(json, "form", form_json(&guest->form));
        return ok;
}

json_t *guest_json_write(const Guest *guest) {
        json_t *json = json_object();
        char machine[64];
        bool ok;

        machine_to_name(guest->machine, &guest->machine_version, guest->machine_own, machine,
                        sizeof(machine));
        ok = json_put(json, "schema", json_string("hawd-guest/1")) && put_text(json, "name", guest->name) &&
                        json_put(json, "vmm", json_string(vmm_to_string(guest->vmm))) &&
                        put_version(json, "vmmVersion", &guest->vmm_version) &&
                        put_text(json, "vmmBuild", guest->vmm_build) &&
                        put_text(json, "vmmPath", guest->vmm_path) &&
                        json_put(json, "machine", json_string(machine)) &&
                        json_put(json, "accelerator", json_string(guest->kvm ? "kvm" : "tcg"));
        ok = ok && put_tristate(json, "smm", guest->smm) && put_tristate(json, "pcie", guest->pcie);
        if (guest->confidential != CONFIDENTIAL_NONE)
                ok = ok &&
                                json_put(json, "confidential",
                                                json_string(confidential_to_string(guest->confidential)));
        ok = ok && put_number(json, "reducedPhysBits", guest->reduced_phys_bits) &&
                        put_number(json, "cBit", guest->c_bit) &&
                        put_number(json, "maxPhysBits", guest->cloud_hypervisor_max_bits) &&
                        put_tristate(json, "p2pFatal", guest->p2p_fatal) &&
                        guest_put_segments(json, guest) && put_parts(json, guest);
        return json_finish(json, ok);
}
