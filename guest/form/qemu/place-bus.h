/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The buses of a machine while its devices are plugged in (place-bus.c), and what is refused on the way. */

#include "guest/form/qemu/place.h"

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
