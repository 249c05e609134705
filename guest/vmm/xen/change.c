/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Remedies in the words of xl.cfg(5) and of libvirt's domains. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/vmm/xen/xen.h"
#include "guest/xml-element.h"
#include "probe/cleanup.h"

/* ── the guest ─────────────────────────────────────────────────────────────────────────────────────────── */

static bool set_model(Guest *guest) {
        const bool changes = guest->xen.traditional || guest->firmware.kind == FIRMWARE_ROMBIOS;

        guest->xen.traditional = false;
        if (guest->firmware.kind == FIRMWARE_ROMBIOS)
                guest->firmware.kind = FIRMWARE_SEABIOS;
        return changes;
}

static bool set_hole(Guest *guest, uint64_t bytes) {
        const bool changes = guest->xen.mmio_hole != bytes;

        guest->xen.mmio_hole = bytes;
        return changes && guest->machine == MACHINE_XEN_HVM && bytes >= XEN_HOLE_MIN &&
                        bytes <= XEN_HOLE_MAX;
}

bool xen_in_relaxed(uint64_t devices, size_t device) {
        return device < 64 ? devices >> device & 1 : devices == UINT64_MAX;
}

bool xen_change(const Change *change, Guest *guest) {
        GuestXen *xen = &guest->xen;

        switch (change->kind) {
        case CHANGE_RAM:
        case CHANGE_MAX_MEMORY:
                return change_memory(change, guest);
        case CHANGE_HOLE32:
                return set_hole(guest, change->value);
        case CHANGE_RDM_BOUNDARY:
                xen->rdm_mem_boundary = change->value;
                return change->value >= MIB;
        case CHANGE_RDM_RELAXED:
        case CHANGE_RDM_SHARED:
                xen->relaxed = change->value;
                return change->value != 0;
        case CHANGE_HAP:
                xen->hap = tristate(change->value);
                return true;
        case CHANGE_PASSTHROUGH:
                xen->passthrough = TRISTATE_YES;
                xen->shared_tables = TRISTATE_UNKNOWN;
                return true;
        case CHANGE_VIDEO_MEMORY:
                xen->video_memory = change->value;
                return change->value > 0;
        case CHANGE_DEVICE_MODEL:
                return set_model(guest);
        default:
                return false;
        }
}

/* ── xl.cfg ────────────────────────────────────────────────────────────────────────────────────────────── */

static void put_mebibytes(ChangeRun *run, const char *name, uint64_t bytes) {
        change_option_put(run, name, "%" PRIu64, bytes >> 20);
}

#define POLICY "rdm_policy"

/* One entry of the list, with the new policy at the end; "[,]KEY=VALUE" of the old one is left out. */
static void put_entry(FILE *file, const char *entry, size_t n) {
        const char *end = entry + n;
        bool first = true;

        fputc('"', file);
        while (entry < end) {
                const char *comma = memchr(entry, ',', (size_t) (end - entry));
                const size_t part = (size_t) ((comma ? comma : end) - entry);

                if (strncmp(entry, POLICY "=", strlen(POLICY "=")) != 0) {
                        fprintf(file, "%s%.*s", first ? "" : ",", (int) part, entry);
                        first = false;
                }
                entry += part + 1;
        }
        fputs("," POLICY "=relaxed\"", file);
}

/* After guest.devices[i]; n_devices: none. */
static size_t next_assigned(const Guest *guest, size_t i) {
        while (i < guest->n_devices && !guest->devices[i].assigned)
                i++;
        return i;
}

static size_t count_entries(const char *list) {
        size_t n = 0;

        for (const char *c = list; (c = strpbrk(c, "\"'")) && (c = strchr(c + 1, *c)); c++)
                n++;
        return n;
}

static size_t count_assigned(const Guest *guest) {
        size_t n = 0;

        for (size_t i = next_assigned(guest, 0); i < guest->n_devices; i = next_assigned(guest, i + 1))
                n++;
        return n;
}

/* Each quoted entry of the guest's own list, which has the assigned devices in their order. One entry may be several
 * devices (".*"): then all entries are relaxed. False: there is none. */
static bool put_own_list(FILE *file, const char *list, const Guest *guest) {
        const bool all = count_entries(list) != count_assigned(guest);
        size_t n = 0, device = next_assigned(guest, 0);

        for (const char *c = list; (c = strpbrk(c, "\"'"));) {
                const char *end = strchr(c + 1, *c);

                if (!end)
                        break;
                fputs(n++ > 0 ? ", " : "", file);
                if (all || (device < guest->n_devices && xen_in_relaxed(guest->xen.relaxed, device)))
                        put_entry(file, c + 1, (size_t) (end - c - 1));
                else
                        fprintf(file, "\"%.*s\"", (int) (end - c - 1), c + 1);
                device = next_assigned(guest, device + 1);
                c = end + 1;
        }
        return n > 0;
}

static void put_devices(FILE *file, const Guest *guest) {
        char address[PCI_ADDRESS_TEXT_MAX];
        bool first = true;

        for (size_t i = 0; i < guest->n_devices; i++) {
                const GuestDevice *device = &guest->devices[i];
                const XenRdmPolicy policy =
                                xen_in_relaxed(guest->xen.relaxed, i) ? XEN_RDM_RELAXED : device->rdm_policy;

                if (!device->assigned || !device->has_address)
                        continue;
                pci_address_format(&device->address, address, sizeof(address));
                fprintf(file, "%s\"%s", first ? "" : ", ", address);
                if (policy != XEN_RDM_DEFAULT)
                        fprintf(file, "," POLICY "=%s", xen_rdm_policy_to_string(policy));
                fputc('"', file);
                first = false;
        }
}

static void set_relaxed(ChangeRun *run) {
        const char *own = change_option_value(change_option_find(run, "pci", NULL));
        _cleanup_free_ char *text = NULL;
        size_t n;
        FILE *file = open_memstream(&text, &n);

        if (!file) {
                run->error = -ENOMEM;
                return;
        }
        fputc('[', file);
        /* A quote within a quoted entry is not followed. */
        if (strchr(own, '\\') || !put_own_list(file, own, &run->now))
                put_devices(file, &run->now);
        fputc(']', file);
        if (fclose(file) != 0)
                run->error = -ENOMEM;
        else
                change_option_put(run, "pci", "%s", text);
}

static void set_memory(ChangeRun *run) {
        const GuestMemory *now = &run->now.memory, *before = &run->before.memory;

        if (now->ram != before->ram)
                put_mebibytes(run, "memory", now->ram);
        if (before->max || change_option_find(run, "maxmem", NULL))
                put_mebibytes(run, "maxmem", xen_static_max(&run->now));
}

void xen_option(ChangeRun *run, const Change *change) {
        switch (change->kind) {
        case CHANGE_RAM:
        case CHANGE_MAX_MEMORY:
                set_memory(run);
                break;
        case CHANGE_HOLE32:
                put_mebibytes(run, "mmio_hole", change->value);
                break;
        case CHANGE_RDM_BOUNDARY:
                put_mebibytes(run, "rdm_mem_boundary", change->value);
                break;
        case CHANGE_RDM_RELAXED:
        case CHANGE_RDM_SHARED:
                set_relaxed(run);
                break;
        case CHANGE_HAP:
                change_option_put(run, "hap", "%u", change->value ? 1U : 0U);
                break;
        case CHANGE_PASSTHROUGH:
                change_option_put(run, "passthrough", "\"enabled\"");
                break;
        case CHANGE_VIDEO_MEMORY:
                put_mebibytes(run, "videoram", change->value);
                break;
        case CHANGE_DEVICE_MODEL:
                change_option_put(run, "device_model_version", "\"qemu-xen\"");
                change_option_put(run, "bios", "\"%s\"", firmware_to_string(run->now.firmware.kind));
                break;
        default:
                break;
        }
}

/* ── libvirt ───────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *open_element(ChangeRun *run, const char *name) {
        json_t *element = NULL;

        for (size_t i = 0; i < json_array_size(run->changed_elements); i++)
                if (strcmp(xml_element_name(json_array_get(run->changed_elements, i)), name) == 0)
                        return json_array_get(run->changed_elements, i);
        element = xml_element_new(name);
        if (json_array_append_new(run->changed_elements, element) < 0) {
                run->error = -ENOMEM;
                return NULL;
        }
        return element;
}

static void set_size(ChangeRun *run, const char *name, uint64_t bytes) {
        json_t *element = open_element(run, name);

        xml_element_set(element, "unit", "KiB");
        xml_element_set_text(element, "%" PRIu64, bytes >> 10);
}

/* The element alone: its parent has others. */
static json_t *open_within(ChangeRun *run, const char *name, const char *parent) {
        if (run->before.form.manager == MANAGER_LIBVIRT)
                change_note(run, "<%s> belongs in %s", name, parent);
        return open_element(run, name);
}

static void set_state(ChangeRun *run, const char *name, const char *parent, bool on) {
        xml_element_set(open_within(run, name, parent), "state", "%s", on ? "on" : "off");
}

static void set_video_memory(ChangeRun *run, uint64_t bytes) {
        const char *vga = xen_vga(&run->now);
        json_t *element = open_within(run, "model", "<video>");

        xml_element_set(element, "type", "%s", strcmp(vga, "stdvga") == 0 ? "vga" : vga);
        xml_element_set(element, "vram", "%" PRIu64, bytes >> 10);
}

void xen_element(ChangeRun *run, const Change *change) {
        switch (change->kind) {
        case CHANGE_HAP:
                set_state(run, "hap", "<features>", change->value);
                break;
        case CHANGE_PASSTHROUGH:
                set_state(run, "passthrough", "<features><xen>", true);
                break;
        case CHANGE_VIDEO_MEMORY:
                set_video_memory(run, change->value);
                break;
        case CHANGE_RAM:
        case CHANGE_MAX_MEMORY:
                set_size(run, "memory", xen_static_max(&run->now));
                set_size(run, "currentMemory", run->now.memory.ram);
                break;
        default:
                run->no_libvirt = true;
                if (run->before.form.manager == MANAGER_LIBVIRT)
                        change_note(run, "libvirt has no setting for this; xl.cfg has");
        }
}
