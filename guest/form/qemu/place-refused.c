/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rejections of a device's slot and numbers. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "guest/form/qemu/place.h"

/* QEMU reports the first only. Limits the list. */
#define REFUSALS_MAX 16

int vm_place_refuse(PlaceMachine *machine, const VmPlace *place, const char *format, ...) {
        char what[96], text[160];
        va_list ap;
        int r;

        if (machine->n_refused >= REFUSALS_MAX)
                return 0;
        machine->n_refused++;
        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        snprintf(what, sizeof(what), "-device %s%s%.40s", place->driver, *place->id ? " " : "", place->id);
        machine->vm->line = place->line;
        r = vm_refuse(machine->vm, what, text);
        machine->vm->line = 0;
        return r < 0 ? r : 1;
}

/* The user's name for it. */
static const char *name_of(const VmPlace *place) {
        return *place->id ? place->id : place->driver;
}

/* ── numbers ───────────────────────────────────────────────────────────────────────────────────────────── */

/* 1: rejected. */
static int check_range(
                PlaceMachine *machine, const VmPlace *place, const char *key, int64_t number, int64_t max) {
        if (number <= max)
                return 0;
        return vm_place_refuse(
                        machine, place, "%s is %" PRId64 "; the maximum is %" PRId64, key, number, max);
}

static int check_chassis(PlaceMachine *machine, const VmPlace *place, size_t index) {
        if (place->chassis < 0 || place->slot < 0)
                return 0;
        for (size_t i = 0; i < index; i++) {
                const VmPlace *other = machine->places[i];

                if (other->kind & PLACE_CHASSIS && other->chassis == place->chassis &&
                                other->slot == place->slot)
                        return vm_place_refuse(machine, place,
                                        "chassis %" PRId64 " and slot %" PRId64
                                        " are used by %.40s: set a different chassis= for each port",
                                        place->chassis, place->slot, name_of(other));
        }
        return 0;
}

static int check_expander(PlaceMachine *machine, const VmPlace *place, const PlaceBus *bus, size_t index) {
        const bool pc = machine->vm->guest->machine == MACHINE_PC;

        if (bus && bus != machine->buses)
                return vm_place_refuse(machine, place, "an expander requires the machine's own bus: bus=%s",
                                machine->buses->name);
        if (bus && !(place->kind & PLACE_NUMBER) == pc)
                return vm_place_refuse(machine, place, "the expander for this machine is %s",
                                pc ? "pxb" : "pxb-pcie");
        if (place->chassis == 0 && machine->bridged)
                return vm_place_refuse(machine, place,
                                "bus_nr 0 is used by the machine's own buses: expected 1 to %d", UINT8_MAX);
        for (size_t i = 0; place->chassis >= 0 && i < index; i++) {
                const VmPlace *other = machine->places[i];

                if (other->kind & PLACE_EXPANDER && other->chassis == place->chassis)
                        return vm_place_refuse(machine, place, "bus_nr %" PRId64 " is used by %.40s",
                                        place->chassis, name_of(other));
        }
        return 0;
}

static const char *number_key(const VmPlace *place) {
        if (place->kind & PLACE_EXPANDER)
                return "bus_nr";
        return place->kind & PLACE_CHASSIS ? "chassis" : "chassis_nr";
}

int vm_place_check_range(PlaceMachine *machine, const VmPlace *place) {
        int r = 0, wrong;

        if (place->kind & (PLACE_CHASSIS | PLACE_NUMBER | PLACE_EXPANDER))
                r = check_range(machine, place, number_key(place), place->chassis, UINT8_MAX);
        if (r == 0 && place->kind & PLACE_CHASSIS)
                r = check_range(machine, place, "slot", place->slot, UINT16_MAX);
        if (r < 0 || place->function != PLACE_WRONG)
                return r;
        wrong = vm_place_refuse(machine, place, "addr=: the highest slot is 1f, the highest function 7");
        return wrong < 0 ? wrong : 1;
}

int vm_place_check_numbers(PlaceMachine *machine, const VmPlace *place, const PlaceBus *bus, size_t index) {
        int r = 0;

        if (place->kind & PLACE_CHASSIS)
                return check_chassis(machine, place, index);
        if (place->kind & PLACE_EXPANDER)
                r = check_expander(machine, place, bus, index);
        if (r == 0 && place->kind & PLACE_NUMBER && place->chassis == 0)
                r = vm_place_refuse(machine, place, "%s= is missing or 0: expected 1 to %d",
                                number_key(place), UINT8_MAX);
        return r;
}

static const char *bus_name(const PlaceBus *bus) {
        return *bus->name ? bus->name : "the expander";
}

/* ── slots ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Without addr=, the place depends on devices that may not be listed. */
static bool is_certain(const PlaceMachine *machine, const VmPlace *place) {
        return machine->complete || place->function >= 0;
}

static int choose_slot(PlaceMachine *machine, PlaceBus *bus, const VmPlace *place) {
        int function = 0;

        while (function < FUNCTIONS && bus->used[function])
                function += SLOT_FUNCTIONS;
        if (function == FUNCTIONS)
                return vm_place_refuse(machine, place,
                                "no slot is free on %s: use ports or bridges, or put several devices into "
                                "the functions of one slot",
                                bus_name(bus));
        for (int i = 1; i < SLOT_FUNCTIONS; i++)
                if (bus->used[function + i] && machine->complete && place->multifunction == TRISTATE_NO)
                        return vm_place_refuse(machine, place,
                                        "QEMU puts it into slot 0x%x, whose function %d is %.40s: set addr= "
                                        "or multifunction=on",
                                        (unsigned) function / SLOT_FUNCTIONS, i,
                                        name_of(bus->used[function + i]));
        bus->used[function] = place;
        return 0;
}

static int take_slot(PlaceMachine *machine, PlaceBus *bus, const VmPlace *place) {
        const int function = place->function, number = function % SLOT_FUNCTIONS, first = function - number;
        const VmPlace *other = bus->used[function], *head = bus->used[first];
        const unsigned slot = (unsigned) first / SLOT_FUNCTIONS;

        if (other)
                return vm_place_refuse(machine, place,
                                "slot 0x%x, function %d of %s is in use by %.40s%s: set a different addr=",
                                slot, number, bus_name(bus), name_of(other),
                                other->function >= 0 ? "" : ", which has no addr=");
        if (number > 0 && head && head->multifunction == TRISTATE_NO && is_certain(machine, head))
                return vm_place_refuse(machine, place,
                                "function 0 of slot 0x%x on %s, %.40s, is a single function: add "
                                "multifunction=on to it",
                                slot, bus_name(bus), name_of(head));
        for (int i = 1; number == 0 && place->multifunction == TRISTATE_NO && i < SLOT_FUNCTIONS; i++)
                if (bus->used[first + i])
                        return vm_place_refuse(machine, place,
                                        "function %d of its slot 0x%x on %s is %.40s: add multifunction=on",
                                        i, slot, bus_name(bus), name_of(bus->used[first + i]));
        bus->used[function] = place;
        return 0;
}

int vm_place_check_slot(PlaceMachine *machine, PlaceBus *bus, const VmPlace *place) {
        if (bus->expander && !(place->kind & PLACE_BRIDGE))
                return vm_place_refuse(machine, place,
                                *place->bus ? "the expander %.40s accepts only ports and bridges"
                                            : "without bus= it is on %.40s, an expander, which accepts only "
                                              "ports and bridges",
                                name_of(bus->expander));
        if (place->function == PLACE_ANY)
                return choose_slot(machine, bus, place);
        return place->function >= 0 ? take_slot(machine, bus, place) : 0;
}
