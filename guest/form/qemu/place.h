/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where each -device is plugged in: its bus, slot and chassis, and what QEMU refuses of that. What is not known (a variable
 * of a script, a driver that is not listed, libvirt's own devices) takes no place here. A place that is taken among the
 * devices that are known is taken in the whole machine too: QEMU gives the first free slot, so that more devices never
 * leave one free. */

#include "guest/form/qemu/vm.h"

#define VM_PLACES_MAX 1024

/* The first eight bits are a function as PCI numbers it: slot << 3 | function. */
#define PLACE_ANY (-1)     /* QEMU chooses */
#define PLACE_UNKNOWN (-2) /* not known, of numbers too */
#define PLACE_WRONG (-3)   /* beyond the last slot or function */

typedef enum VmPlaceKind {
        PLACE_PCI = 1 << 0,      /* it is on a PCI bus, */
        PLACE_BRIDGE = 1 << 1,   /* has one behind it that has its id as name, */
        PLACE_CHASSIS = 1 << 2,  /* is a port, which has a chassis and a slot number, which no other has, */
        PLACE_NUMBER = 1 << 3,   /* a chassis number, */
        PLACE_UPSTREAM = 1 << 4, /* is the upper side of a switch, */
        PLACE_EXPANDER = 1 << 5, /* or a host bridge of its own. */
} VmPlaceKind;

struct VmPlace {
        char driver[40]; /* or, of the machine's own, what it is */
        char id[VM_NAME_MAX];
        char bus[VM_NAME_MAX]; /* "": QEMU chooses */
        unsigned line;
        VmPlaceKind kind; /* 0: none that is listed */
        int function;
        Tristate multifunction;
        int64_t chassis,
                        slot; /* of a bridge without a slot the first is its chassis_nr, of an expander its bus_nr */
        bool json;            /* made after those that are not */
        bool hidden;          /* made when the guest asks for it: the other half of a failover pair */
};

/* What QEMU's x86 programs know a driver as; 0 is none of PCI, or not known. */
VmPlaceKind vm_place_kind(const char *driver);

/* What the machine has by itself, from the first slot on. */
size_t vm_place_fixed(const Vm *vm, VmPlace *ret, size_t max);

/* -device, in the order in which they stand. */
int vm_place_device(Vm *vm, const KeyValues *values);

/* Other options, properties of the machine, and -global: what they change of the machine's own devices. */
void vm_place_option(Vm *vm, const char *name, const char *text);
void vm_place_machine(Vm *vm, const char *key, const char *value);
void vm_place_global(Vm *vm, const char *driver, const char *property);

/* Once all of them are there. */
int vm_places_finish(Vm *vm);
