/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/qemu.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/size.h"
#include "probe/cleanup.h"
#include "probe/grow.h"

/* Limit on nested buses; QEMU has 256. */
#define DEPTH_MAX 256

/* Firmware's default for each hot-plug bridge: 2 MiB. */
#define RESERVE_USUAL (UINT64_C(2) << 20)

static VmPort *find_port(const Vm *vm, const char *id) {
        for (size_t i = 0; id && *id && i < vm->qemu->n_ports; i++)
                if (strcmp(vm->qemu->ports[i].id, id) == 0)
                        return &vm->qemu->ports[i];
        return NULL;
}

int vm_port_add(Vm *vm, const VmPort *port) {
        VmPort *grown;

        if (vm->qemu->n_ports >= VM_PORTS_MAX)
                return vm_fail(vm, "expected at most %d ports", VM_PORTS_MAX);
        grown = grow(vm->qemu->ports, vm->qemu->n_ports, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        vm->qemu->ports = grown;
        vm->qemu->ports[vm->qemu->n_ports++] = *port;
        return 0;
}

static const char *name_of(const KeyValues *values) {
        const char *id = key_values_get(values, "id"), *driver = key_values_get(values, "driver");

        return id && *id ? id : driver;
}

/* All ones means not set. */
static int read_reserve(Vm *vm, const KeyValues *values, const char *key, uint64_t *ret) {
        const char *text = key_values_get(values, key);

        *ret = 0;
        if (!text || strcmp(text, "18446744073709551615") == 0 || strcmp(text, "-1") == 0)
                return 0;
        return vm_size(vm, key, text, 1, ret);
}

int vm_port_reserve_low(Vm *vm, const char *name, const char *what, uint64_t size, GuestPort *port) {
        uint64_t power = RESERVE_USUAL;

        if (size <= RESERVE_USUAL)
                return 0;
        /* QEMU rejects this. */
        if (size >> 32)
                return vm_fail(vm, "%.40s: %s: expected less than 4 GiB", name, what);
        while (power < size)
                power <<= 1;
        port->reserve32 += power;
        return 0;
}

static int read_reserves(Vm *vm, const KeyValues *values, GuestPort *port) {
        static const char *const below[] = { "pref32-reserve", "mem-reserve" };
        int r;

        r = read_reserve(vm, values, "pref64-reserve", &port->reserve);
        if (r >= 0 && port->reserve > GUEST_BAR_MAX)
                return vm_fail(vm, "%s: pref64-reserve is larger than 1 PiB", name_of(values));
        for (size_t i = 0; r >= 0 && i < ELEMENTS(below); i++) {
                uint64_t size;

                r = read_reserve(vm, values, below[i], &size);
                if (r >= 0)
                        r = vm_port_reserve_low(vm, name_of(values), below[i], size, port);
        }
        return r;
}

static int read_switch(Vm *vm, const KeyValues *values, const char *key, bool *ret) {
        const char *text = key_values_get(values, key);

        return text ? vm_boolean(vm, key, text, ret) : 0;
}

/* Driver name prefixes, and how firmware sees them. */
static const struct {
        const char *driver;
        bool single, hotplug, conventional;
} kinds[] = {
        { "pcie-root-port", true, true, false },
        { "ioh3420", true, true, false },
        { "xio3130-downstream", true, true, false },
        { "pcie-pci-bridge", false, true, true },
        { "pci-bridge", false, true, true },
        { "x3130-upstream", false, false, false },
        { "i82801b11-bridge", false, false, false },
        { "pxb", false, false, false },
};

/* Machine types of virt before 6.0 have no expanders: a rule says so. */
static int read_expander(Vm *vm, const KeyValues *values, VmPort *ret) {
        const char *text = key_values_get(values, "bus_nr");
        uint64_t number = 0;
        int r;

        if (!vm->qemu->arm64 || strcmp(key_values_get(values, "driver"), "pxb-pcie") != 0)
                return 0;
        vm->guest->virt.expanders = true;
        r = text ? vm_number(vm, "bus_nr", text, UINT8_MAX, &number) : 0;
        ret->first_bus = (uint8_t) number;
        return r;
}

/* The buses of an expander count from its own, one for each port. */
static void count_expander_buses(Vm *vm) {
        GuestVirt *virt = &vm->guest->virt;
        const VmQemu *qemu = vm->qemu;

        for (size_t i = 0; i < qemu->n_ports; i++) {
                uint32_t last = qemu->ports[i].first_bus;

                for (size_t k = 0; k < qemu->n_ports && last > 0; k++)
                        last += *qemu->ports[i].id && strcmp(qemu->ports[k].bus, qemu->ports[i].id) == 0;
                if (last > virt->last_bus)
                        virt->last_bus = last;
        }
}

int vm_port_device(Vm *vm, const KeyValues *values) {
        const char *driver = key_values_get(values, "driver"), *id = key_values_get(values, "id"),
                   *bus = key_values_get(values, "bus");
        bool slot = true, native = true, controller = true;
        VmPort port = {};
        size_t i = 0;
        int r;

        while (i < ELEMENTS(kinds) && strncmp(driver, kinds[i].driver, strlen(kinds[i].driver)) != 0)
                i++;
        if (i == ELEMENTS(kinds))
                return 0;
        if ((id && strlen(id) >= VM_NAME_MAX) || (bus && strlen(bus) >= VM_NAME_MAX))
                return vm_ignore(vm, name_of(values), "the device behind a port with a name that long");
        snprintf(port.id, sizeof(port.id), "%s", id ? id : "");
        snprintf(port.bus, sizeof(port.bus), "%s", bus ? bus : "");
        r = read_reserves(vm, values, &port.port);
        if (r >= 0)
                r = read_switch(vm, values, "hotplug", &slot);
        if (r >= 0)
                r = read_switch(vm, values, "x-native-hotplug", &native);
        if (r >= 0)
                r = read_switch(vm, values, "shpc", &controller);
        if (r >= 0)
                r = read_expander(vm, values, &port);
        if (r < 0)
                return r;
        port.single = kinds[i].single;
        port.port.conventional = kinds[i].conventional;
        port.hotplug = kinds[i].hotplug && (controller || !kinds[i].conventional);
        port.port.fixed = !kinds[i].conventional && (!slot || !native);
        return vm_port_add(vm, &port);
}

void vm_port_take(Vm *vm, const char *bus, GuestDevice *device) {
        VmPort *port = find_port(vm, bus);

        if (!port || !port->single)
                return;
        device->own_port = true;
        device->port = port->port;
        /* Functions of one device share the first one's window. */
        device->port.shared = port->taken;
        port->taken = true;
}

/* Marks ports above. Their windows are as large as what is behind them. */
static void mark_above(const Vm *vm, const VmPort *port) {
        for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
                VmPort *above = find_port(vm, port->bus);

                if (!above || above->above)
                        return;
                above->above = true;
                port = above;
        }
}

int vm_ports_finish(Vm *vm) {
        int r = 0;

        count_expander_buses(vm);
        for (size_t i = 0; i < vm->qemu->n_ports; i++)
                if (vm->qemu->ports[i].hotplug || vm->qemu->ports[i].taken)
                        mark_above(vm, &vm->qemu->ports[i]);
        for (size_t i = 0; r >= 0 && i < vm->qemu->n_ports; i++)
                if (vm->qemu->ports[i].hotplug && !vm->qemu->ports[i].taken && !vm->qemu->ports[i].above)
                        r = guest_add_ports(vm->guest, &vm->qemu->ports[i].port, 1);
        return vm_bounded(vm, r);
}
