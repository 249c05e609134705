/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where each -device is plugged in: its bus, slot and chassis, and what QEMU refuses of that. What is not known (a variable
 * of a script, a driver that is not listed, libvirt's own devices) takes no place here. A place that is taken among the
 * devices that are known is taken in the whole machine too: QEMU gives the first free slot, so that more devices never
 * leave one free. */

#include "guest/form/qemu/qemu.h"

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

/* ── the buses while its devices are plugged in, and what is refused on the way ────────────────────────── */

#define FUNCTIONS 256
#define SLOT_FUNCTIONS 8

typedef struct PlaceBus {
        const char *name;
        const VmPlace *expander; /* whose it is, and only bridges go there; NULL: of neither */
        bool below;              /* behind an expander */
        const VmPlace *used[FUNCTIONS];
} PlaceBus;

typedef struct PlaceMachine {
        Vm *vm;
        const VmPlace **places; /* owned; in the order in which they are made */
        size_t n;
        PlaceBus *buses; /* owned; the first is the machine's */
        size_t n_buses;
        size_t usual;                     /* where devices without a bus go */
        bool nameless_pci, nameless_pcie; /* a bridge has no id: its bus has a name of QEMU's choice */
        bool bridged; /* a bridge is on the machine's bus, or behind one there: buses have number 0 at first */
        bool complete; /* no device is there but those that are listed */
        unsigned n_refused;
} PlaceMachine;

/* One by one: 0 when nothing is wrong, 1 when it is refused, -EINVAL or -ENOMEM. */
int vm_place_refuse(PlaceMachine *machine, const VmPlace *place, const char *format, ...)
                __attribute__((format(printf, 3, 4)));

/* Takes the place on that bus. */
int vm_place_check_slot(PlaceMachine *machine, PlaceBus *bus, const VmPlace *place);

/* What is said of it against what there is at all. */
int vm_place_check_range(PlaceMachine *machine, const VmPlace *place);

/* Chassis, slot and bus numbers against those of the devices before it; the bus may be NULL. */
int vm_place_check_numbers(PlaceMachine *machine, const VmPlace *place, const PlaceBus *bus, size_t index);
