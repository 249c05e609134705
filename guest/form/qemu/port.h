/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ports and bridges: what is behind each, and for which of them firmware keeps a window free. */

#include "guest/form/qemu/vm.h"

#define VM_PORTS_MAX GUEST_DEVICES_MAX

struct VmPort {
        char id[VM_NAME_MAX];  /* of the bus behind it, too */
        char bus[VM_NAME_MAX]; /* that it is on; "" the machine's choice */
        GuestPort port;
        bool single; /* room for one device behind it, whose BARs are then its window: a port of PCI Express */
        bool hotplug; /* firmware looks at it: a slot, or a bridge's hot-plug controller */
        bool taken;   /* one of the guest's devices is behind it, */
        bool busy;    /* or one that a domain gives an address there, */
        bool above;   /* or another port */
};

/* What a port keeps free below 4 GiB, where that is more than every port has. */
int vm_port_reserve_low(Vm *vm, const char *name, const char *what, uint64_t size, GuestPort *port);

/* -device of a port or bridge. */
int vm_port_device(Vm *vm, const KeyValues *values);

/* A copy is kept. */
int vm_port_add(Vm *vm, const VmPort *port);

/* Puts a device behind a port of that name where there is one for single devices. */
void vm_port_take(Vm *vm, const char *bus, GuestDevice *device);

/* Those with nothing of the guest's devices behind them become the guest's own. */
int vm_ports_finish(Vm *vm);
