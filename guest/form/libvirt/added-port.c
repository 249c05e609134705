/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The ports that libvirt adds on PCI Express: one for each device without an address that needs one, and a spare
 * if the domain names none. */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/libvirt/element.h"
#include "guest/form/qemu/qemu.h"

/* Devices that libvirt puts behind a port, by model. NULL: any model; "": no model. */
static const struct {
        const char *name, *model;
        bool conventional; /* behind a bridge that all of them share */
} behind[] = {
        { "hostdev", NULL, false },
        { "interface", "virtio", false },
        { "interface", "e1000e", false },
        { "interface", "igb", false },
        { "interface", "", true },
        { "interface", "e1000", true },
        { "interface", "rtl8139", true },
        { "interface", "ne2k_pci", true },
        { "interface", "pcnet", true },
        { "controller", "qemu-xhci", false },
        { "controller", "nec-xhci", false },
        { "controller", "virtio-scsi", false },
        { "controller", "virtio-serial", false },
        { "rng", "virtio", false },
        { "vsock", "virtio", false },
        { "filesystem", NULL, false },
        { "memballoon", "virtio", false },
        { "memory", "virtio-mem", false },
        { "memory", "virtio-pmem", false },
        { "sound", "ac97", true },
        { "sound", "es1370", true },
        { "sound", "ich6", true },
        { "watchdog", "i6300esb", true },
        { "serial", "pci-serial", true },
        { "shmem", NULL, true },
};

typedef struct Ports {
        VmDomain *domain;
        unsigned n_given;             /* PCI Express ports for single devices */
        unsigned n_used;              /* ports used by a device's address */
        unsigned n_wanting, n_listed; /* devices without an address; those with known BARs */
        bool usb, balloon, serial, serial_wanted, conventional, has_bridge, graphics, video;
} Ports;

static void read_model(const xmlNode *node, char ret[VM_ATTRIBUTE_MAX]) {
        char type[VM_ATTRIBUTE_MAX];

        if (strcmp((const char *) node->name, "interface") == 0 ||
                        strcmp((const char *) node->name, "video") == 0) {
                vm_element_attribute(vm_element_child(node, "model"), "type", ret);
                return;
        }
        if (strcmp((const char *) node->name, "serial") == 0) {
                vm_element_attribute(vm_element_child(node, "target"), "type", ret);
                return;
        }
        vm_element_attribute(node, "model", ret);
        vm_element_attribute(node, "type", type);
        if (strcmp((const char *) node->name, "controller") != 0)
                return;
        if ((strcmp(type, "virtio-serial") == 0 && !vm_ends_with(ret, "-transitional")) ||
                        (strcmp(type, "usb") == 0 && !*ret))
                snprintf(ret, VM_ATTRIBUTE_MAX, "%s", *type == 'u' ? "qemu-xhci" : type);
}

static bool has_type(const xmlNode *node, const char *type) {
        char text[VM_ATTRIBUTE_MAX];

        return vm_element_attribute(node, "type", text) && strcmp(text, type) == 0;
}

static bool is_bus(const xmlNode *node, const char *child, const char *bus) {
        char text[VM_ATTRIBUTE_MAX];

        return vm_element_attribute(child ? vm_element_child(node, child) : node, "bus", text) &&
                        strcmp(text, bus) == 0;
}

/* Recognised by their bus, without a table. */
static bool is_virtio(const xmlNode *node) {
        const char *name = (const char *) node->name;

        return (strcmp(name, "disk") == 0 && is_bus(node, "target", "virtio")) ||
                        (strcmp(name, "input") == 0 && is_bus(node, NULL, "virtio")) ||
                        (strcmp(name, "interface") == 0 && has_type(node, "hostdev"));
}

static void note_defaults(Ports *ports, const xmlNode *node) {
        const char *name = (const char *) node->name;

        ports->usb = ports->usb || (strcmp(name, "controller") == 0 && has_type(node, "usb"));
        ports->balloon = ports->balloon || strcmp(name, "memballoon") == 0;
        ports->serial = ports->serial ||
                        (strcmp(name, "controller") == 0 && has_type(node, "virtio-serial"));
        ports->graphics = ports->graphics || strcmp(name, "graphics") == 0;
        ports->video = ports->video || strcmp(name, "video") == 0;
        if (strcmp(name, "channel") == 0 || strcmp(name, "console") == 0)
                ports->serial_wanted =
                                ports->serial_wanted || has_type(vm_element_child(node, "target"), "virtio");
}

/* virtio models that are conventional PCI or PCI Express. */
static bool is_transitional(Ports *ports, const char *model) {
        if (vm_ends_with(model, "-non-transitional"))
                ports->n_wanting++;
        else if (vm_ends_with(model, "-transitional"))
                ports->conventional = true;
        else
                return false;
        return true;
}

/* On x86 libvirt puts the first one on the root bus. */
static bool is_video_behind(const xmlNode *node, const char *model) {
        return strcmp((const char *) node->name, "video") == 0 &&
                        (strcmp(model, "virtio") == 0 || strcmp(model, "bochs") == 0);
}

static void look_at(Ports *ports, const xmlNode *node) {
        char model[VM_ATTRIBUTE_MAX];
        size_t i = 0;

        note_defaults(ports, node);
        if (vm_element_child(node, "address") && vm_element_on_pci(node))
                return;
        read_model(node, model);
        if (is_transitional(ports, model))
                return;
        if (strcmp((const char *) node->name, "hostdev") == 0 && !has_type(node, "pci") &&
                        !has_type(node, "mdev") && !has_type(node, "scsi_host"))
                return;
        if (ports->domain->vm->qemu->arm64 && is_video_behind(node, model)) {
                ports->n_wanting++;
                return;
        }
        if (is_virtio(node)) {
                ports->n_wanting++;
                ports->n_listed += strcmp((const char *) node->name, "interface") == 0;
                return;
        }
        while (i < ELEMENTS(behind) &&
                        (strcmp((const char *) node->name, behind[i].name) != 0 ||
                                        (behind[i].model && strcmp(model, behind[i].model) != 0)))
                i++;
        if (i == ELEMENTS(behind))
                return;
        if (behind[i].conventional)
                ports->conventional = true;
        else
                ports->n_wanting++;
        ports->n_listed += (has_type(node, "pci") || has_type(node, "mdev")) &&
                        strcmp(behind[i].name, "hostdev") == 0;
}

static void count_given(Ports *ports, const xmlNode *devices) {
        const Vm *vm = ports->domain->vm;
        bool used[VM_DOMAIN_BUSES] = {};

        for (const xmlNode *node = devices->children; node; node = node->next) {
                unsigned long bus = vm_element_number(vm_element_child(node, "address"), "bus");

                if (node->type == XML_ELEMENT_NODE && bus < VM_DOMAIN_BUSES && vm_element_on_pci(node))
                        used[bus] = true;
        }
        for (size_t i = 0; i < vm->qemu->n_ports; i++) {
                unsigned long bus = strtoul(vm->qemu->ports[i].id + strlen("pci."), NULL, 10);

                ports->has_bridge = ports->has_bridge || vm->qemu->ports[i].port.conventional;
                if (!vm->qemu->ports[i].single)
                        continue;
                ports->n_given++;
                ports->n_used += bus < VM_DOMAIN_BUSES && used[bus];
                if (bus < VM_DOMAIN_BUSES && used[bus])
                        vm->qemu->ports[i].busy = true;
        }
}

/* libvirt puts devices with known BARs into the domain's ports. */
static void take_given(Vm *vm, unsigned n) {
        for (size_t i = 0; n > 0 && i < vm->qemu->n_ports; i++) {
                if (!vm->qemu->ports[i].single || vm->qemu->ports[i].busy || vm->qemu->ports[i].taken)
                        continue;
                vm->qemu->ports[i].taken = true;
                n--;
        }
}

int vm_domain_added_ports(VmDomain *domain, const xmlNode *devices) {
        Vm *vm = domain->vm;
        Ports ports = { .domain = domain };
        unsigned free_ports, added;
        int r = 0;

        if (!vm_domain_is_express(vm))
                return 0;
        for (const xmlNode *node = devices->children; node; node = node->next)
                if (node->type == XML_ELEMENT_NODE)
                        look_at(&ports, node);
        count_given(&ports, devices);
        /* On arm64 libvirt adds neither a USB controller nor a balloon, but a virtio-gpu. */
        if (vm->qemu->arm64)
                ports.n_wanting += ports.graphics && !ports.video;
        else
                ports.n_wanting += !ports.usb + !ports.balloon;
        ports.n_wanting += ports.serial_wanted && !ports.serial;
        if (ports.conventional && !ports.has_bridge)
                ports.n_wanting++;
        free_ports = ports.n_given - ports.n_used;
        added = ports.n_wanting > free_ports ? ports.n_wanting - free_ports : 0;
        if (ports.n_given == 0 && ports.n_wanting > 0)
                added++;
        /* An added bridge takes the last of the added ports. */
        if (ports.conventional && !ports.has_bridge) {
                r = guest_add_ports(vm->guest, &(const GuestPort){ .conventional = true }, 1);
                ports.n_listed++;
        }
        if (ports.n_listed > added)
                take_given(vm, ports.n_listed - added);
        else if (r >= 0 && added > ports.n_listed)
                r = guest_add_ports(vm->guest, &(const GuestPort){}, added - ports.n_listed);
        return vm_bounded(vm, r);
}
