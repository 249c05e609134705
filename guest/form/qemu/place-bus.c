/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The buses of a machine, filled in the order in which QEMU makes devices: what it refuses on the way. What is refused
 * takes no place, but the bus behind it is there, so that one mistake is told once. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/qemu/place.h"
#include "probe/cleanup.h"
#include "probe/grow.h"

static int add_bus(PlaceMachine *machine, const char *name, const VmPlace *expander, PlaceBus **ret) {
        PlaceBus *grown = grow(machine->buses, machine->n_buses, sizeof(*grown));

        if (!grown)
                return -ENOMEM;
        machine->buses = grown;
        *ret = &grown[machine->n_buses++];
        **ret = (PlaceBus){ .name = name, .expander = expander };
        return 0;
}

/* ── buses ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* "pci.1", "pcie.1": what QEMU names buses by itself. */
static bool is_pci(const char *name) {
        return strncmp(name, "pci.", 4) == 0;
}

static bool is_pcie(const char *name) {
        return strncmp(name, "pcie.", 5) == 0;
}

/* That may be the bus of a bridge without an id. */
static bool is_nameless(const PlaceMachine *machine, const char *name) {
        return (machine->nameless_pci && is_pci(name)) || (machine->nameless_pcie && is_pcie(name));
}

/* May that name a bus which is not listed: libvirt's, another file's, a path, one of a device that is no bridge? */
static bool may_be_there(const PlaceMachine *machine, const VmPlace *place, size_t index) {
        const char *name = place->bus;

        if (machine->vm->qemu->domain || machine->vm->qemu->places.more)
                return true;
        if (is_nameless(machine, name))
                return true;
        for (const char *c = name; *c; c++)
                if (!isalnum((unsigned char) *c) && !strchr("-._", *c))
                        return true;
        if (strchr(name, '.') && !is_pci(name) && !is_pcie(name))
                return true;
        for (size_t i = 0; i < index; i++)
                if (machine->places[i]->kind == 0 && strcmp(machine->places[i]->id, name) == 0)
                        return true;
        return false;
}

/* 0 with NULL: not known. 1: refused. */
static int find_bus(PlaceMachine *machine, const VmPlace *place, size_t index, PlaceBus **ret) {
        const bool hidden = machine->vm->qemu->domain || machine->vm->qemu->places.more;

        *ret = NULL;
        if (!*place->bus) {
                /* Bridges go on an expander, where one may be. */
                if (!hidden || !(place->kind & PLACE_BRIDGE))
                        *ret = &machine->buses[machine->usual];
                return 0;
        }
        /* Of two buses of one name the first is found: which that is differs. */
        for (size_t i = 0; i < machine->n_buses; i++)
                if (strcmp(machine->buses[i].name, place->bus) == 0) {
                        if (*ret || (machine->usual > 0 && is_nameless(machine, place->bus))) {
                                *ret = NULL;
                                return 0;
                        }
                        *ret = &machine->buses[i];
                }
        if (*ret || may_be_there(machine, place, index))
                return 0;
        for (size_t i = index + 1; i < machine->n; i++)
                if (strcmp(machine->places[i]->id, place->bus) == 0)
                        return vm_place_refuse(machine, place,
                                        "bus=%.40s is defined later: move that -device before it",
                                        place->bus);
        return vm_place_refuse(machine, place, "bus %.40s not found; the bus of the machine is %s",
                        place->bus, machine->buses->name);
}

static void note_bridge(PlaceMachine *machine, const VmPlace *place, const PlaceBus *parent) {
        if (!*place->id && place->kind & (PLACE_CHASSIS | PLACE_UPSTREAM))
                machine->nameless_pcie = true;
        else if (!*place->id && place->kind & (PLACE_BRIDGE | PLACE_NUMBER))
                machine->nameless_pci = true;
        if (place->kind & PLACE_BRIDGE && parent && !parent->below)
                machine->bridged = true;
}

/* What is behind it. */
static int make_bus(PlaceMachine *machine, const VmPlace *place, const PlaceBus *parent) {
        const bool below = place->kind & PLACE_EXPANDER || (parent && parent->below);
        PlaceBus *bus;
        int r;

        if (!(place->kind & (PLACE_BRIDGE | PLACE_EXPANDER)))
                return 0;
        note_bridge(machine, place, parent);
        /* The older expander has a bridge on its bus, whose bus has the name. */
        if (place->kind & PLACE_EXPANDER) {
                const bool bridge = place->kind & PLACE_NUMBER;

                r = add_bus(machine, bridge ? "" : place->id, place, &bus);
                if (r < 0)
                        return r;
                bus->below = true;
                machine->usual = machine->n_buses - 1;
                if (!bridge)
                        return 0;
                bus->used[0] = place;
        }
        r = add_bus(machine, place->id, NULL, &bus);
        if (r >= 0)
                bus->below = below;
        return r;
}

/* QEMU looks at these first. */
static int check_ids(PlaceMachine *machine) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < machine->n; i++)
                for (size_t j = 0; r >= 0 && *machine->places[i]->id && j < i; j++)
                        if (!strchr(machine->places[i]->id, '$') &&
                                        strcmp(machine->places[i]->id, machine->places[j]->id) == 0)
                                r = vm_place_refuse(machine, machine->places[i], "two devices have this id");
        return r;
}

static int plug(PlaceMachine *machine, const VmPlace *place, size_t index) {
        PlaceBus *bus = NULL;
        int r;

        if (place->kind == 0 || place->hidden)
                return 0;
        r = find_bus(machine, place, index, &bus);
        if (r == 0)
                r = vm_place_check_range(machine, place);
        if (r == 0 && bus)
                r = vm_place_check_slot(machine, bus, place);
        if (r == 0)
                r = vm_place_check_numbers(machine, place, bus, index);
        return r < 0 ? r : make_bus(machine, place, bus);
}

/* ── the machine ───────────────────────────────────────────────────────────────────────────────────────── */

/* What -global sets for those that do not say it. Which these are is not kept: of all it is not known. */
static void forget(VmPlace *place) {
        place->function = PLACE_UNKNOWN;
        place->multifunction = TRISTATE_UNKNOWN;
        place->chassis = place->slot = PLACE_UNKNOWN;
}

/* JSON is made last. */
static void order(PlaceMachine *machine, VmPlaces *places) {
        machine->complete = !places->other && !places->more && !machine->vm->qemu->domain &&
                        machine->vm->guest->n_ignored == 0;
        for (unsigned json = 0; json < 2; json++)
                for (size_t i = 0; i < places->n; i++) {
                        VmPlace *place = &places->items[i];

                        if (place->json != (json == 1))
                                continue;
                        if (places->globals)
                                forget(place);
                        if (place->kind == 0 || place->hidden)
                                machine->complete = false;
                        machine->places[machine->n++] = place;
                }
}

static int fill(PlaceMachine *machine, const VmPlace *fixed, size_t n) {
        PlaceBus *root;
        int r = add_bus(machine, machine->vm->guest->machine == MACHINE_PC ? "pci.0" : "pcie.0", NULL,
                        &root);

        for (size_t i = 0; r >= 0 && i < n; i++)
                r = vm_place_check_slot(machine, root, &fixed[i]);
        for (size_t i = 0; r >= 0 && i < machine->n; i++)
                r = plug(machine, machine->places[i], i);
        return r;
}

/* A microvm without PCI has no bus for any of them. Of an assigned device the machine's own finding tells. */
static int check_microvm(PlaceMachine *machine) {
        const Guest *guest = machine->vm->guest;

        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].assigned)
                        return 0;
        for (size_t i = 0; i < machine->n; i++)
                if (machine->places[i]->kind & PLACE_PCI)
                        return vm_place_refuse(machine, machine->places[i],
                                        "a microvm has no PCI bus: add pcie=on to -machine");
        return 0;
}

int vm_places_finish(Vm *vm) {
        PlaceMachine machine = { .vm = vm };
        VmPlace fixed[16];
        size_t n = vm_place_fixed(vm, fixed, ELEMENTS(fixed));
        int r;

        if (vm->qemu->places.n == 0)
                return 0;
        machine.places = calloc(vm->qemu->places.n, sizeof(machine.places[0]));
        if (!machine.places)
                return -ENOMEM;
        order(&machine, &vm->qemu->places);
        r = check_ids(&machine);
        if (r >= 0 && vm->guest->machine == MACHINE_MICROVM && vm->guest->pcie == TRISTATE_NO)
                r = check_microvm(&machine);
        else if (r >= 0)
                r = fill(&machine, fixed, n);
        free(machine.places);
        free(machine.buses);
        return r < 0 ? r : 0;
}
