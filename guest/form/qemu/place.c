/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

#define DIGITS "0123456789abcdefABCDEF"

/* Reads "1f" or "0x1f" as QEMU does and advances *text past it. */
static bool take_hexadecimal(const char **text, unsigned long *ret) {
        const char *start = *text;
        size_t n;

        if (start[0] == '0' && (start[1] == 'x' || start[1] == 'X'))
                start += 2;
        n = strspn(start, DIGITS);
        if (n == 0)
                return false;
        *ret = strtoul(start, NULL, 16);
        *text = start + n;
        return true;
}

/* SLOT or SLOT.FUNCTION */
static int read_function(const VmPlace *place, const char *text) {
        unsigned long slot, function = 0;

        /* In JSON a number is slot and function combined. Here it looks like a string. */
        if (place->json && !strpbrk(text, "xX."))
                return PLACE_UNKNOWN;
        if (!take_hexadecimal(&text, &slot))
                return PLACE_UNKNOWN;
        if (*text == '.') {
                text++;
                if (!take_hexadecimal(&text, &function))
                        return PLACE_UNKNOWN;
        }
        if (*text)
                return PLACE_UNKNOWN;
        return slot > 31 || function > 7 ? PLACE_WRONG : (int) (slot << 3 | function);
}

/* As in QEMU: decimal, octal with 0, hexadecimal with 0x. */
static int64_t read_number(const KeyValues *values, const char *key) {
        const char *text = key_values_get(values, key);
        unsigned long long number;
        char *end;

        if (!text)
                return 0;
        if (*text < '0' || *text > '9')
                return PLACE_UNKNOWN;
        errno = 0;
        number = strtoull(text, &end, 0);
        return *end || errno != 0 || number > UINT32_MAX ? PLACE_UNKNOWN : (int64_t) number;
}

static Tristate read_switch(const char *text) {
        static const char *const on[] = { "on", "yes", "true", "y" },
                                 *const off[] = { "off", "no", "false", "n" };

        if (!text)
                return TRISTATE_NO;
        for (size_t i = 0; i < ELEMENTS(on); i++) {
                if (strcmp(text, on[i]) == 0)
                        return TRISTATE_YES;
                if (strcmp(text, off[i]) == 0)
                        return TRISTATE_NO;
        }
        return TRISTATE_UNKNOWN;
}

/* These replace the default VGA (vl.c, default_list). */
static bool is_display(const char *driver) {
        static const char *const names[] = { "VGA", "ati-vga", "cirrus-vga", "isa-cirrus-vga", "isa-vga",
                "qxl-vga", "vhost-user-vga", "virtio-vga", "virtio-vga-gl", "vmware-svga" };

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcmp(driver, names[i]) == 0)
                        return true;
        return false;
}

static void read_numbers(VmPlace *place, const KeyValues *values) {
        if (place->kind & PLACE_CHASSIS) {
                place->chassis = read_number(values, "chassis");
                place->slot = read_number(values, "slot");
        } else
                place->chassis = read_number(values, place->kind & PLACE_EXPANDER ? "bus_nr" : "chassis_nr");
}

int vm_place_device(Vm *vm, const KeyValues *values) {
        const char *driver = key_values_get(values, "driver"), *id = key_values_get(values, "id");
        const char *bus = key_values_get(values, "bus"), *addr = key_values_get(values, "addr");
        VmPlaces *places = &vm->qemu->places;
        VmPlace place = { .line = vm->line, .json = values->json }, *grown;

        if (!driver)
                return 0;
        if (strlen(driver) >= sizeof(place.driver) || (id && strlen(id) >= sizeof(place.id)) ||
                        (bus && strlen(bus) >= sizeof(place.bus)) || places->n >= VM_PLACES_MAX) {
                places->more = true;
                return 0;
        }
        snprintf(place.driver, sizeof(place.driver), "%s", driver);
        snprintf(place.id, sizeof(place.id), "%s", id ? id : "");
        snprintf(place.bus, sizeof(place.bus), "%s", bus ? bus : "");
        place.kind = vm_place_kind(driver);
        place.function = addr ? read_function(&place, addr) : PLACE_ANY;
        place.multifunction = read_switch(key_values_get(values, "multifunction"));
        place.hidden = key_values_get(values, "failover_pair_id") != NULL;
        /* SR-IOV functions (PF, VF) are placed differently. */
        if (key_values_get(values, "sriov-pf"))
                place.function = PLACE_UNKNOWN;
        read_numbers(&place, values);
        /* A variable may be. */
        places->vga |= is_display(driver) || strchr(driver, '$') != NULL;
        grown = grow(places->items, places->n, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        places->items = grown;
        grown[places->n++] = place;
        return 0;
}

void vm_place_option(Vm *vm, const char *name, const char *text) {
        static const char *const making[] = { "nic", "net", "sd", "soundhw", "usbdevice", "vga", "virtfs",
                "watchdog" };
        VmPlaces *places = &vm->qemu->places;

        for (size_t i = 0; i < ELEMENTS(making); i++)
                places->other |= strcmp(name, making[i]) == 0 && strcmp(text, "none") != 0;
        places->no_defaults |= strcmp(name, "nodefaults") == 0;
        places->vga |= strcmp(name, "vga") == 0;
        places->nic |= strcmp(name, "nic") == 0 || strcmp(name, "net") == 0 || strcmp(name, "netdev") == 0;
        places->usb |= strcmp(name, "usb") == 0;
        places->no_acpi |= strcmp(name, "no-acpi") == 0;
}

void vm_place_machine(Vm *vm, const char *key, const char *value) {
        VmPlaces *places = &vm->qemu->places;
        const Tristate on = read_switch(value);

        if (strcmp(key, "usb") == 0)
                places->usb = on == TRISTATE_YES;
        else if (strcmp(key, "acpi") == 0)
                places->no_acpi = on != TRISTATE_YES;
        else if (strcmp(key, "sata") == 0)
                places->no_sata = on != TRISTATE_YES;
        else if (strcmp(key, "smbus") == 0)
                places->no_smbus = on != TRISTATE_YES;
}

void vm_place_global(Vm *vm, const char *driver, const char *property) {
        static const char *const names[] = { "addr", "bus_nr", "chassis", "chassis_nr", "failover_pair_id",
                "multifunction", "slot" };

        vm->qemu->places.vga |= is_display(driver);
        for (size_t i = 0; i < ELEMENTS(names); i++)
                vm->qemu->places.globals |= strcmp(property, names[i]) == 0;
}
