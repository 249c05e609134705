/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where each -device is plugged in (bus, slot, chassis), and what QEMU rejects. Unknown devices (a script's
 * variable, an unlisted driver, libvirt's own devices) take no slot here. Conflicts between known devices
 * are still certain: QEMU assigns the first free slot, so more devices never free one. */

#include "guest/form/qemu/qemu.h"

#define VM_PLACES_MAX 1024

/* The low eight bits are the PCI function number: slot << 3 | function. */
#define PLACE_ANY (-1)     /* QEMU chooses */
#define PLACE_UNKNOWN (-2) /* not known; also for numbers */
#define PLACE_WRONG (-3)   /* beyond the last slot or function */

typedef enum VmPlaceKind {
        PLACE_PCI = 1 << 0,      /* is on a PCI bus */
        PLACE_BRIDGE = 1 << 1,   /* has a bus behind it, named by its id */
        PLACE_CHASSIS = 1 << 2,  /* is a port with a unique chassis and slot number */
        PLACE_NUMBER = 1 << 3,   /* has a chassis number */
        PLACE_UPSTREAM = 1 << 4, /* is the upstream port of a switch */
        PLACE_EXPANDER = 1 << 5, /* is an additional host bridge */
} VmPlaceKind;

struct VmPlace {
        char driver[40]; /* or the name of the machine's device */
        char id[VM_NAME_MAX];
        char bus[VM_NAME_MAX]; /* "": QEMU chooses */
        unsigned line;
        VmPlaceKind kind; /* 0: not listed */
        int function;
        Tristate multifunction;
        int64_t chassis,
                        slot; /* chassis: the chassis_nr of bridges without a slot, or bus_nr of expanders */
        bool json;            /* created after those not in JSON */
        bool hidden;          /* created on the guest's request: half of a failover pair */
};

/* The kind of a driver in QEMU's programs; 0: not PCI, or not known. */
VmPlaceKind vm_place_kind(const char *driver);

/* The machine's own devices, by slot. */
size_t vm_place_fixed(const Vm *vm, VmPlace *ret, size_t max);

/* Adds a -device, in command line order. */
int vm_place_device(Vm *vm, const KeyValues *values);

/* Note changes to the machine's own devices by other options, machine properties and -global. */
void vm_place_option(Vm *vm, const char *name, const char *text);
void vm_place_machine(Vm *vm, const char *key, const char *value);
void vm_place_global(Vm *vm, const char *driver, const char *property);

/* Checks all places. */
int vm_places_finish(Vm *vm);

/* ── the buses while devices are plugged in, and what QEMU rejects ─────────────────────────────────────── */

#define FUNCTIONS 256
#define SLOT_FUNCTIONS 8

typedef struct PlaceBus {
        const char *name;
        const VmPlace *expander; /* expander that owns it; accepts bridges only. NULL: none */
        bool below;              /* behind an expander */
        const VmPlace *used[FUNCTIONS];
} PlaceBus;

typedef struct PlaceMachine {
        Vm *vm;
        const VmPlace **places; /* owned; in creation order */
        size_t n;
        PlaceBus *buses; /* owned; the first is the root bus */
        size_t n_buses;
        size_t usual;                     /* bus for devices without bus= */
        bool nameless_pci, nameless_pcie; /* a bridge has no id: QEMU chooses its bus's name */
        bool bridged;  /* a bridge is below the machine's bus: bus numbers are 0 at first */
        bool complete; /* all devices are listed */
        unsigned n_refused;
} PlaceMachine;

/* Checks of a place: 0 if valid, 1 if rejected by QEMU, -EINVAL or -ENOMEM. */
int vm_place_refuse(PlaceMachine *machine, const VmPlace *place, const char *format, ...)
                __attribute__((format(printf, 3, 4)));

/* Takes the slot on that bus. */
int vm_place_check_slot(PlaceMachine *machine, PlaceBus *bus, const VmPlace *place);

/* Checks slot and numbers against their maximum. */
int vm_place_check_range(PlaceMachine *machine, const VmPlace *place);

/* Checks chassis, slot and bus numbers against earlier devices. The bus may be NULL. */
int vm_place_check_numbers(PlaceMachine *machine, const VmPlace *place, const PlaceBus *bus, size_t index);
