/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <controller type='pci'>. */

#include <limits.h>
#include <string.h>

#include "guest/form/libvirt/element.h"
#include "guest/form/qemu/qemu.h"

bool vm_domain_is_express(const Vm *vm) {
        return vm->guest->machine == MACHINE_Q35 || vm->guest->machine == MACHINE_VIRT;
}

/* Without an address, an upstream switch port goes behind the first unused port; downstream ports go behind
 * the first switch. */
static void find_place(VmDomain *domain, const char *model, VmPort *port) {
        const Vm *vm = domain->vm;

        if (strcmp(model, "pcie-switch-downstream-port") == 0)
                memcpy(port->bus, domain->switch_bus, sizeof(port->bus));
        if (strcmp(model, "pcie-switch-upstream-port") != 0)
                return;
        if (!*domain->switch_bus)
                memcpy(domain->switch_bus, port->id, sizeof(port->id));
        for (size_t i = 0; !*port->bus && i < vm->qemu->n_ports; i++) {
                bool unused = vm->qemu->ports[i].single;

                for (size_t j = 0; unused && j < vm->qemu->n_ports; j++)
                        unused = strcmp(vm->qemu->ports[j].bus, vm->qemu->ports[i].id) != 0;
                if (unused)
                        memcpy(port->bus, vm->qemu->ports[i].id, sizeof(port->bus));
        }
}

/* In KiB. */
static int read_reserve(Vm *vm, const xmlNode *node, GuestPort *port) {
        char text[VM_ATTRIBUTE_MAX];
        uint64_t kib;
        int r;

        if (!vm_element_attribute(vm_element_child(node, "target"), "memReserve", text))
                return 0;
        vm_element_line(vm, node);
        r = vm_number(vm, "memReserve", text, UINT64_C(1) << 22, &kib);
        return r < 0 ? r : vm_port_reserve_low(vm, "<controller>", "memReserve", kib << 10, port);
}

/* Without <busNr>, libvirt takes 254, and two less than the lowest of the others. */
static int read_expander(Vm *vm, const xmlNode *node, VmPort *port) {
        const xmlNode *given = vm_element_child(vm_element_child(node, "target"), "busNr");
        char text[VM_ATTRIBUTE_MAX];
        uint64_t number = 254;
        int r = 0;

        for (size_t i = 0; i < vm->qemu->n_ports; i++)
                if (vm->qemu->ports[i].first_bus > 2 && vm->qemu->ports[i].first_bus <= number)
                        number = vm->qemu->ports[i].first_bus - 2U;
        vm->guest->virt.expanders = true;
        if (given) {
                vm_element_text(given, text);
                vm_element_line(vm, given);
                r = vm_number(vm, "<busNr>", text, UINT8_MAX, &number);
        }
        port->first_bus = r < 0 ? 0 : (uint8_t) number;
        return r;
}

static int add_controller(VmDomain *domain, const xmlNode *node, unsigned long index) {
        static const struct {
                const char *model;
                bool single, hotplug, conventional;
        } models[] = {
                { "pcie-root-port", true, true, false },
                { "pcie-switch-downstream-port", true, true, false },
                { "pcie-to-pci-bridge", false, true, true },
                { "pci-bridge", false, true, true },
                { "pcie-switch-upstream-port", false, false, false },
                { "dmi-to-pci-bridge", false, false, false },
                { "pcie-expander-bus", false, false, false },
                { "pci-expander-bus", false, false, false },
        };
        unsigned long bus = vm_element_number(vm_element_child(node, "address"), "bus");
        char model[VM_ATTRIBUTE_MAX], hotplug[VM_ATTRIBUTE_MAX];
        VmPort port = {};
        size_t i = 0;
        int r;

        vm_element_attribute(node, "model", model);
        while (i < ELEMENTS(models) && strcmp(model, models[i].model) != 0)
                i++;
        if (i == ELEMENTS(models))
                return 0;
        vm_element_attribute(vm_element_child(node, "target"), "hotplug", hotplug);
        vm_element_bus(index, port.id);
        if (bus != ULONG_MAX && bus > 0)
                vm_element_bus(bus, port.bus);
        else if (bus == ULONG_MAX)
                find_place(domain, model, &port);
        port.single = models[i].single;
        port.hotplug = models[i].hotplug;
        port.port.conventional = models[i].conventional;
        port.port.fixed = strcmp(hotplug, "off") == 0;
        r = read_reserve(domain->vm, node, &port.port);
        if (r >= 0 && domain->vm->qemu->arm64 && strcmp(model, "pcie-expander-bus") == 0)
                r = read_expander(domain->vm, node, &port);
        if (r < 0)
                return r;
        domain->buses[index] = true;
        return vm_port_add(domain->vm, &port);
}

/* libvirt adds controllers up to the highest bus that an address names. */
static int add_missing(VmDomain *domain, const xmlNode *devices) {
        const bool express = vm_domain_is_express(domain->vm);
        unsigned long last = 0;
        int r = 0;

        for (const xmlNode *node = devices->children; node; node = node->next) {
                unsigned long bus = vm_element_number(vm_element_child(node, "address"), "bus");

                if (node->type == XML_ELEMENT_NODE && bus < VM_DOMAIN_BUSES && bus > last &&
                                vm_element_on_pci(node))
                        last = bus;
        }
        for (unsigned long i = 1; r >= 0 && i <= last; i++) {
                VmPort port = { .single = express, .hotplug = true, .port.conventional = !express };

                if (domain->buses[i])
                        continue;
                vm_element_bus(i, port.id);
                domain->buses[i] = true;
                r = vm_port_add(domain->vm, &port);
        }
        return r;
}

/* Without an index, libvirt uses the lowest free one. The root has 0. */
static unsigned long free_index(const VmDomain *domain, const xmlNode *node) {
        char model[VM_ATTRIBUTE_MAX];
        unsigned long index = 1;

        vm_element_attribute(node, "model", model);
        if (strcmp(model, "pcie-root") == 0 || strcmp(model, "pci-root") == 0)
                return 0;
        while (index < VM_DOMAIN_BUSES && domain->buses[index])
                index++;
        return index;
}

static int add_controllers(VmDomain *domain, const xmlNode *devices, bool indexed) {
        const xmlNode *node = vm_element_child(devices, "controller");
        char type[VM_ATTRIBUTE_MAX];
        int r = 0;

        for (; r >= 0 && node; node = vm_element_next(node)) {
                unsigned long index = vm_element_number(node, "index");

                vm_element_attribute(node, "type", type);
                if (strcmp(type, "pci") != 0 || (index != ULONG_MAX) != indexed)
                        continue;
                if (!indexed)
                        index = free_index(domain, node);
                if (index < VM_DOMAIN_BUSES && !domain->buses[index])
                        r = add_controller(domain, node, index);
        }
        return r;
}

/* Controllers may come before or after their devices. */
int vm_domain_ports(VmDomain *domain, const xmlNode *devices) {
        int r = add_controllers(domain, devices, true);

        if (r >= 0)
                r = add_controllers(domain, devices, false);
        return r < 0 ? r : add_missing(domain, devices);
}
