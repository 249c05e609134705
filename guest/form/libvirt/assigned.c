/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Assigned host devices of a domain, and others that access its memory. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/libvirt/element.h"
#include "guest/form/qemu/qemu.h"
#include "probe/cleanup.h"

static int part(Vm *vm, const xmlNode *address, const char *name, uint64_t max, uint64_t *ret) {
        char text[VM_ATTRIBUTE_MAX];

        *ret = 0;
        return vm_element_attribute(address, name, text) ? vm_number(vm, name, text, max, ret) : 0;
}

/* libvirt gives each device without an address its own port, if the machine has ports. */
static void put_behind(Vm *vm, const xmlNode *node, GuestDevice *device) {
        char text[VM_ATTRIBUTE_MAX], bus[VM_NAME_MAX];

        if (!vm_element_attribute(vm_element_child(node, "address"), "bus", text)) {
                device->own_port = vm_domain_is_express(vm);
                return;
        }
        vm_element_bus(strtoul(text, NULL, 0), bus);
        vm_port_take(vm, bus, device);
}

/* The device's setting overrides the domain's. */
static bool has_iommufd(const xmlNode *node) {
        const xmlNode *driver = vm_element_child(node, "driver");
        char text[VM_ATTRIBUTE_MAX];

        vm_element_attribute(driver, "name", text);
        if (strcmp(text, "iommufd") == 0)
                return true;
        if (!vm_element_attribute(driver, "iommufd", text))
                vm_element_attribute(vm_element_child(node->parent->parent, "iommufd"), "enabled", text);
        return strcmp(text, "yes") == 0;
}

/* Reserved for the guest, not assigned. */
static bool is_unassigned(const xmlNode *node) {
        char type[VM_ATTRIBUTE_MAX];

        vm_element_attribute(vm_element_child(node, "address"), "type", type);
        return strcmp(type, "unassigned") == 0;
}

static int add_assigned(VmDomain *domain, const xmlNode *node) {
        Vm *vm = domain->vm;
        const xmlNode *address = vm_element_child(vm_element_child(node, "source"), "address");
        char id[VM_ATTRIBUTE_MAX], managed[VM_ATTRIBUTE_MAX];
        uint64_t segment, bus, slot, function;
        GuestDevice *device;
        PciAddress host;
        int r;

        if (!address)
                return vm_fail(vm, "<%.20s>: expected <source><address .../></source>",
                                (const char *) node->name);
        vm_element_line(vm, address);
        r = part(vm, address, "domain", UINT32_MAX, &segment);
        if (r >= 0)
                r = part(vm, address, "bus", 255, &bus);
        if (r >= 0)
                r = part(vm, address, "slot", 31, &slot);
        if (r >= 0)
                r = part(vm, address, "function", 7, &function);
        if (r < 0)
                return r;
        host = (PciAddress){ (uint32_t) segment, (uint8_t) bus, (uint8_t) slot, (uint8_t) function };
        vm_element_alias(node, id);
        if (!*id)
                pci_address_format(&host, id, sizeof(id));
        r = vm_assigned(vm, id, &host, has_iommufd(node), &device);
        if (r < 0)
                return r;
        vm_element_attribute(node, "managed", managed);
        device->seized = vm->guest->vmm == VMM_XEN && strcmp(managed, "yes") == 0;
        put_behind(vm, node, device);
        return 0;
}

static int add_mediated(Vm *vm, const xmlNode *node) {
        const xmlNode *address = vm_element_child(vm_element_child(node, "source"), "address");
        char id[VM_ATTRIBUTE_MAX], text[VM_ATTRIBUTE_MAX], model[VM_ATTRIBUTE_MAX], uuid[UUID_TEXT_MAX];
        GuestDevice *device;
        int r;

        vm_element_line(vm, node);
        vm_element_attribute(node, "model", model);
        if (strcmp(model, "vfio-pci") != 0)
                return vm_fail(vm, "<hostdev type='mdev'>: expected model='vfio-pci', not '%.40s'%s", model,
                                strcmp(model, "vfio-ap") == 0 || strcmp(model, "vfio-ccw") == 0
                                                ? ", which is for s390x"
                                                : "");
        vm_element_attribute(address, "uuid", text);
        if (!uuid_parse(bytes_of(text), uuid))
                return vm_fail(vm, "<hostdev type='mdev'>: expected <source><address uuid='...'/></source>");
        vm_element_alias(node, id);
        r = vm_mediated(vm, *id ? id : uuid, uuid, has_iommufd(node), &device);
        if (r >= 0)
                put_behind(vm, node, device);
        return r;
}

int vm_domain_hostdev(VmDomain *domain, const xmlNode *node) {
        char type[VM_ATTRIBUTE_MAX];

        vm_element_attribute(node, "type", type);
        if (is_unassigned(node))
                return 0;
        if (strcmp(type, "pci") == 0)
                return add_assigned(domain, node);
        if (strcmp(type, "mdev") == 0)
                return add_mediated(domain->vm, node);
        if (strcmp(type, "usb") == 0 || strcmp(type, "scsi") == 0 || strcmp(type, "scsi_host") == 0)
                return 0;
        return vm_ignore(domain->vm, "<hostdev>", "type='%.40s' is not understood", type);
}

int vm_domain_disk(VmDomain *domain, const xmlNode *node) {
        char type[VM_ATTRIBUTE_MAX];

        vm_element_attribute(node, "type", type);
        if (strcmp(type, "vhostvdpa") != 0)
                return 0;
        return vm_ignore(domain->vm, "<disk type='vhostvdpa'>",
                        "a device that accesses guest memory; hawd does not support it");
}

int vm_domain_interface(VmDomain *domain, const xmlNode *node) {
        char type[VM_ATTRIBUTE_MAX], teaming[VM_ATTRIBUTE_MAX];

        vm_element_attribute(node, "type", type);
        if (strcmp(type, "hostdev") == 0)
                return add_assigned(domain, node);
        /* Only the transient half is a host device, taken from its network. */
        vm_element_attribute(vm_element_child(node, "teaming"), "type", teaming);
        if (strcmp(teaming, "transient") == 0)
                return vm_ignore(domain->vm, "<interface>",
                                "an assigned device; its network selects the device of the host");
        if (strcmp(type, "vdpa") == 0)
                return vm_ignore(domain->vm, "<interface type='vdpa'>",
                                "a device that accesses guest memory; hawd does not support it");
        return 0;
}
