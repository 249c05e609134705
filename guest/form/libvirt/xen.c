/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Domains of Xen, as libvirt hands them to libxl (src/libxl/libxl_conf.c): it sets no mmio_hole and no rdm, and
 * ignores settings that only QEMU has. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/form/libvirt/element.h"
#include "guest/form/xen/xl.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define XEN_NAMESPACE "http://libvirt.org/schemas/domain/xen/1.0"

/* ── <os>, <features> ──────────────────────────────────────────────────────────────────────────────────── */

static int read_firmware(Vm *vm, const xmlNode *os) {
        GuestFirmware *firmware = &vm->guest->firmware;
        const xmlNode *loader = vm_element_child(os, "loader");
        char path[VM_ATTRIBUTE_MAX], type[VM_ATTRIBUTE_MAX], automatic[VM_ATTRIBUTE_MAX];

        if (vm->guest->machine != MACHINE_XEN_HVM) {
                firmware->kind = FIRMWARE_NONE;
                return 0;
        }
        vm_element_attribute(os, "firmware", automatic);
        vm_element_attribute(loader, "type", type);
        vm_element_text(loader, path);
        if (strcmp(type, "pflash") == 0 || strcmp(automatic, "efi") == 0) {
                if (*path)
                        guest_firmware_set_path(firmware, path);
                firmware->kind = FIRMWARE_OVMF;
                return 0;
        }
        if (!*path || vm_ends_with(path, "hvmloader"))
                return 0;
        vm_element_line(vm, loader);
        return vm_ignore(
                        vm, "<loader>", "%.80s: not Xen's hvmloader; hawd does not know what it does", path);
}

static int read_os(VmDomain *domain, const xmlNode *os) {
        static const struct {
                const char *type;
                MachineKind machine;
        } types[] = { { "hvm", MACHINE_XEN_HVM }, { "xenpvh", MACHINE_XEN_PVH }, { "xen", MACHINE_XEN_PV },
                { "linux", MACHINE_XEN_PV } };
        const xmlNode *type = vm_element_child(os, "type");
        char text[VM_ATTRIBUTE_MAX];

        vm_element_line(domain->vm, os);
        vm_element_text(type, text);
        for (size_t i = 0; i < ELEMENTS(types); i++)
                if (strcmp(text, types[i].type) == 0) {
                        domain->vm->guest->machine = types[i].machine;
                        return read_firmware(domain->vm, os);
                }
        return vm_fail(domain->vm, "<os><type>: expected hvm, xenpvh or xen, not '%.40s'", text);
}

static Tristate state_of(const xmlNode *node) {
        char text[VM_ATTRIBUTE_MAX];

        if (!node)
                return TRISTATE_UNKNOWN;
        return tristate(!vm_element_attribute(node, "state", text) || strcmp(text, "on") == 0);
}

/* Of libxl's words for passthrough=, libvirt has two. */
static int read_features(VmDomain *domain, const xmlNode *features) {
        GuestXen *xen = &domain->vm->guest->xen;
        const xmlNode *passthrough = vm_element_child(vm_element_child(features, "xen"), "passthrough");
        char mode[VM_ATTRIBUTE_MAX];

        xen->hap = state_of(vm_element_child(features, "hap"));
        xen->passthrough = state_of(passthrough);
        if (xen->passthrough != TRISTATE_YES || !vm_element_attribute(passthrough, "mode", mode))
                return 0;
        if (strcmp(mode, "sync_pt") != 0 && strcmp(mode, "share_pt") != 0)
                return vm_fail(domain->vm, "<passthrough mode>: expected sync_pt or share_pt, not '%.40s'",
                                mode);
        (void) xl_passthrough(xen, mode);
        return 0;
}

/* ── <memory> ──────────────────────────────────────────────────────────────────────────────────────────── */

/* libvirt gives Xen whole MiB (libxlMakeDomBuildInfo()). */
static uint64_t whole(uint64_t bytes) {
        const uint64_t mib = UINT64_C(1) << 20;

        return (bytes + mib - 1) / mib * mib;
}

/* <memory> is maxmem=, <currentMemory> is memory=. */
static int read_memory(VmDomain *domain, const xmlNode *root) {
        const xmlNode *node = vm_element_child(root, "memory"),
                      *current = vm_element_child(root, "currentMemory");
        GuestMemory *memory = &domain->vm->guest->memory;
        uint64_t max = 0, target = 0;
        int r;

        vm_element_line(domain->vm, root);
        if (!node)
                return vm_fail(domain->vm, "<memory>: missing");
        r = vm_element_size(domain->vm, node, &max);
        if (r >= 0 && current)
                r = vm_element_size(domain->vm, current, &target);
        if (r >= 0 && max == 0)
                r = vm_fail(domain->vm, "<memory>: expected more than 0");
        if (r < 0)
                return r;
        max = whole(max);
        target = whole(target);
        memory->ram = target > 0 && target < max ? target : max;
        memory->max = max > memory->ram ? max : 0;
        return 0;
}

/* ── <devices> ─────────────────────────────────────────────────────────────────────────────────────────── */

/* Without one there is none, but for graphics libvirt adds its default (virDomainDefAddImplicitVideo()). Which card the words
 * are: libxlMakeVideo(). */
static int read_video(VmDomain *domain, const xmlNode *devices) {
        static const struct {
                const char *type, *word;
        } types[] = { { "vga", "stdvga" }, { "xen", "stdvga" }, { "cirrus", "cirrus" }, { "qxl", "qxl" } };
        const xmlNode *video = vm_element_child(devices, "video"), *model = vm_element_child(video, "model");
        GuestXen *xen = &domain->vm->guest->xen;
        char type[VM_ATTRIBUTE_MAX], vram[VM_ATTRIBUTE_MAX];
        uint64_t size;

        snprintf(xen->vga, sizeof(xen->vga), "none");
        vm_element_attribute(model, "type", type);
        if (!*type && (video || vm_element_child(devices, "graphics")))
                snprintf(type, sizeof(type), "cirrus");
        for (size_t i = 0; i < ELEMENTS(types); i++)
                if (strcmp(type, types[i].type) == 0)
                        snprintf(xen->vga, sizeof(xen->vga), "%s", types[i].word);
        xen->no_vga = strcmp(xen->vga, "none") == 0;
        vm_element_line(domain->vm, video ? video : devices);
        if (video && xen->no_vga && strcmp(type, "none") != 0)
                return vm_ignore(domain->vm, "<video>", "type='%.40s' is not supported by libvirt with Xen",
                                type);
        if (!vm_element_attribute(model, "vram", vram))
                return 0;
        if (!text_u64(bytes_of(vram), 10, &size) || size > UINT64_C(1) << 32)
                return vm_fail(domain->vm, "<video><model vram>: expected a number of KiB, not '%.40s'",
                                vram);
        xen->video_memory = size << 10;
        return 0;
}

static int add_interface(VmDomain *domain, const xmlNode *node, size_t i) {
        char model[VM_ATTRIBUTE_MAX], type[VM_ATTRIBUTE_MAX];

        vm_element_line(domain->vm, node);
        vm_element_attribute(node, "type", type);
        if (strcmp(type, "hostdev") == 0)
                return vm_domain_interface(domain, node);
        vm_element_attribute(vm_element_child(node, "model"), "type", model);
        if (strcmp(model, "netfront") == 0)
                return 0;
        return xl_network_add(domain->vm, i, *model ? model : "rtl8139");
}

static bool has_scsi_disk(const xmlNode *devices) {
        for (const xmlNode *node = vm_element_child(devices, "disk"); node; node = vm_element_next(node)) {
                char name[VM_ATTRIBUTE_MAX], device[VM_ATTRIBUTE_MAX];

                vm_element_attribute(vm_element_child(node, "target"), "dev", name);
                vm_element_attribute(node, "device", device);
                if (strcmp(device, "cdrom") != 0 && xl_disk_is_scsi(name))
                        return true;
        }
        return false;
}

static int add_sound(VmDomain *domain, const xmlNode *devices) {
        for (const xmlNode *node = vm_element_child(devices, "sound"); node; node = vm_element_next(node)) {
                char model[VM_ATTRIBUTE_MAX];

                vm_element_attribute(node, "model", model);
                if (strcmp(model, "ich6") == 0)
                        return xl_emulated_add(domain->vm, "intel-hda", "intel-hda");
        }
        return 0;
}

/* Assigned by libxl, with its default for rdm_policy=. */
static int add_assigned(VmDomain *domain, const xmlNode *devices) {
        const size_t before = domain->vm->guest->n_devices;
        int r = 0;

        for (const xmlNode *node = vm_element_child(devices, "hostdev"); node && r >= 0;
                        node = vm_element_next(node))
                r = vm_domain_hostdev(domain, node);
        for (size_t i = before; i < domain->vm->guest->n_devices; i++)
                domain->vm->guest->devices[i].own_port = false;
        return r;
}

/* In libxl's order, as xl_emulated(). */
static int add_emulated(VmDomain *domain, const xmlNode *devices) {
        size_t i = 0;
        int r = read_video(domain, devices);

        if (r >= 0 && has_scsi_disk(devices))
                r = xl_emulated_add(domain->vm, "lsi53c895a", "lsi53c895a");
        if (r >= 0)
                r = add_sound(domain, devices);
        for (const xmlNode *node = vm_element_child(devices, "interface"); node && r >= 0;
                        node = vm_element_next(node))
                r = add_interface(domain, node, i++);
        return r;
}

/* ── <xen:commandline> ─────────────────────────────────────────────────────────────────────────────────── */

static bool is_xen(const xmlNode *node, const char *name) {
        return node->type == XML_ELEMENT_NODE && node->ns &&
                        strcmp((const char *) node->ns->href, XEN_NAMESPACE) == 0 &&
                        strcmp((const char *) node->name, name) == 0;
}

static int collect(const xmlNode *root, VmWords *words, xmlChar **texts, size_t max) {
        size_t n = 0;

        for (const xmlNode *list = root->children; list; list = list->next)
                for (const xmlNode *node = is_xen(list, "commandline") ? list->children : NULL; node;
                                node = node->next) {
                        long line = xmlGetLineNo((xmlNode *) node);
                        int r;

                        if (!is_xen(node, "arg") || n == max)
                                continue;
                        texts[n] = xmlGetNoNsProp(node, (const xmlChar *) "value");
                        if (!texts[n])
                                continue;
                        r = vm_words_add(words, (const char *) texts[n++], line > 0 ? (unsigned) line : 0);
                        if (r < 0)
                                return r;
                }
        return 0;
}

#define ARGUMENTS_MAX 1024

static int add_arguments(VmDomain *domain, const xmlNode *root) {
        _cleanup_(vm_words_done) VmWords words = {};
        xmlChar **texts = calloc(ARGUMENTS_MAX, sizeof(*texts));
        int r = texts ? collect(root, &words, texts, ARGUMENTS_MAX) : -ENOMEM;

        if (r >= 0 && words.n > 0)
                r = xl_device_model_words(domain->vm, &words);
        for (size_t i = 0; texts && i < ARGUMENTS_MAX; i++)
                xmlFree(texts[i]);
        free(texts);
        return r;
}

/* ── the whole ─────────────────────────────────────────────────────────────────────────────────────────── */

static void read_name(VmDomain *domain, const xmlNode *root) {
        char name[VM_ATTRIBUTE_MAX];
        Guest *guest = domain->vm->guest;

        vm_element_text(vm_element_child(root, "name"), name);
        text_printable(bytes_of(name), guest->name, sizeof(guest->name));
        guest_system_from_text(&guest->system, "the name", name);
}

/* Those at the start may be fewer, in `current`. */
static int read_vcpus(VmDomain *domain, const xmlNode *vcpu) {
        char text[VM_ATTRIBUTE_MAX];
        uint64_t n;

        vm_element_text(vcpu, text);
        return text_u64(bytes_of(text), 10, &n) ? xl_vcpus(domain->vm, "<vcpu>", n) : 0;
}

int vm_domain_xen(VmDomain *domain, const xmlNode *root) {
        const xmlNode *os = vm_element_child(root, "os"), *devices = vm_element_child(root, "devices");
        Guest *guest = domain->vm->guest;
        int r;

        guest->vmm = VMM_XEN;
        guest->kvm = true;
        if (!os)
                return vm_fail(domain->vm, "<os>: missing");
        r = read_os(domain, os);
        if (r >= 0)
                r = read_memory(domain, root);
        if (r < 0)
                return r;
        read_name(domain, root);
        r = read_vcpus(domain, vm_element_child(root, "vcpu"));
        if (r >= 0)
                r = read_features(domain, vm_element_child(root, "features"));
        if (r >= 0 && devices)
                r = add_assigned(domain, devices);
        if (r >= 0 && guest->machine == MACHINE_XEN_HVM && devices)
                r = add_emulated(domain, devices);
        if (r >= 0 && guest->machine == MACHINE_XEN_HVM)
                r = add_arguments(domain, root);
        if (r >= 0)
                r = vm_domain_form(domain->vm, root);
        domain->vm->line = 0;
        return r;
}
