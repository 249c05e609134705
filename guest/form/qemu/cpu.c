/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/qemu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

int vm_cpu_model(Vm *vm, const char *model) {
        GuestCpu *cpu = &vm->guest->cpu;

        /* A later -cpu replaces an earlier one. */
        *cpu = (GuestCpu){};
        if (!*model || strlen(model) >= sizeof(cpu->model))
                return vm_fail(vm, "-cpu: expected a model name, not '%s'", model);
        text_printable(bytes_of(model), cpu->model, sizeof(cpu->model));
        if (vm->qemu->arm64)
                return 0;
        if (strcmp(model, "host") == 0 || strcmp(model, "max") == 0)
                cpu->width_mode = WIDTH_HOST;
        return 0;
}

static int set_phys_bits(Vm *vm, GuestCpu *cpu, const char *value) {
        uint64_t bits;
        int r;

        r = vm_number(vm, "phys-bits", value, 52, &bits);
        if (r < 0)
                return r;
        if (bits > 0 && bits < 32)
                return vm_fail(vm, "phys-bits: expected 32 to 52, not %s", value);
        cpu->phys_bits = (uint8_t) bits;
        if (cpu->width_mode != WIDTH_HOST)
                cpu->width_mode = bits > 0 ? WIDTH_EXPLICIT : WIDTH_DEFAULT;
        return 0;
}

static int set_host_phys_bits(Vm *vm, GuestCpu *cpu, const char *value) {
        bool on;
        int r;

        r = vm_boolean(vm, "host-phys-bits", value, &on);
        if (r < 0)
                return r;
        cpu->width_mode = on ? WIDTH_HOST : cpu->phys_bits > 0 ? WIDTH_EXPLICIT : WIDTH_DEFAULT;
        return 0;
}

static int set_bits(Vm *vm, const char *name, const char *value, uint64_t max, uint8_t *ret) {
        uint64_t bits;
        int r;

        r = vm_number(vm, name, value, max, &bits);
        if (r >= 0)
                *ret = (uint8_t) bits;
        return r;
}

static int set_guest_phys_bits(Vm *vm, GuestCpu *cpu, const char *value) {
        int r;

        /* QEMU: all ones is automatic. */
        if (strcmp(value, "-1") == 0 || strcmp(value, "4294967295") == 0)
                return 0;
        r = set_bits(vm, "guest-phys-bits", value, 52, &cpu->guest_phys_bits);
        /* The struct: 0 is automatic. */
        if (r >= 0 && cpu->guest_phys_bits == 0)
                return vm_ignore(vm, "guest-phys-bits",
                                "0: hawd does not support a guest without this value");
        return r;
}

static int set_limit(Vm *vm, GuestCpu *cpu, const char *value) {
        return set_bits(vm, "host-phys-bits-limit", value, 255, &cpu->limit);
}

static int set_vendor(Vm *vm, GuestCpu *cpu, const char *value) {
        cpu->vendor = cpu_vendor_from_name(bytes_of(value));
        return 0;
}

static int set_feature(Vm *vm, const char *name, const char *value, Tristate *ret) {
        bool on;
        int r;

        r = vm_boolean(vm, name, value, &on);
        if (r >= 0)
                *ret = tristate(on);
        return r;
}

int vm_cpu_property(Vm *vm, const char *name, const char *value) {
        static const struct {
                const char *name;
                int (*set)(Vm *vm, GuestCpu *cpu, const char *value);
        } properties[] = {
                { "phys-bits", set_phys_bits },
                { "host-phys-bits", set_host_phys_bits },
                { "host-phys-bits-limit", set_limit },
                { "guest-phys-bits", set_guest_phys_bits },
                { "vendor", set_vendor },
        };
        GuestCpu *cpu = &vm->guest->cpu;
        const struct {
                const char *name;
                Tristate *state;
        } features[] = {
                { "lm", &cpu->long_mode },
                { "i64", &cpu->long_mode },
                { "la57", &cpu->la57 },
                { "pdpe1gb", &cpu->pdpe1gb },
                { "pae", &cpu->pae },
                { "pse36", &cpu->pse36 },
        };
        char dashed[64];

        snprintf(dashed, sizeof(dashed), "%s", name);
        for (char *c = dashed; *c; c++)
                if (*c == '_')
                        *c = '-';
        if (vm->qemu->arm64)
                return vm_virt_cpu_property(vm, dashed, value);
        for (size_t i = 0; i < ELEMENTS(properties); i++)
                if (strcmp(dashed, properties[i].name) == 0)
                        return properties[i].set(vm, cpu, value);
        /* Hyper-V features indicate a Windows guest. */
        if (strncmp(dashed, "hv-", 3) == 0 && strcmp(value, "off") != 0)
                guest_system_set(&vm->guest->system, SYSTEM_WINDOWS, TRISTATE_UNKNOWN, dashed);
        for (size_t i = 0; i < ELEMENTS(features); i++)
                if (strcmp(dashed, features[i].name) == 0)
                        return set_feature(vm, dashed, value, features[i].state);
        return 0;
}

/* QEMU applies "+" and "-" properties after all others, "-" last. */
static int set_signed(Vm *vm, const KeyValues *values, char sign) {
        for (size_t i = 1; i < values->n; i++)
                if (values->items[i].key[0] == sign) {
                        int r = vm_cpu_property(vm, values->items[i].key + 1, sign == '+' ? "on" : "off");

                        if (r < 0)
                                return r;
                }
        return 0;
}

int vm_cpu(Vm *vm, const char *text) {
        _cleanup_(key_values_done) KeyValues values = {};
        int r;

        r = key_values_parse(text, "model", &values);
        if (r == -EINVAL || (r >= 0 && (values.n == 0 || strcmp(values.items[0].key, "model") != 0)))
                return vm_fail(vm, "-cpu: expected MODEL,PROPERTY=VALUE,..., not '%s'", text);
        if (r < 0)
                return r;
        r = vm_cpu_model(vm, values.items[0].value);
        vm->guest->cpu.past_libvirt = vm->qemu->domain;
        for (size_t i = 1; r >= 0 && i < values.n; i++)
                if (!strchr("+-", values.items[i].key[0]))
                        r = vm_cpu_property(vm, values.items[i].key, values.items[i].value);
        if (r >= 0)
                r = set_signed(vm, &values, '+');
        if (r >= 0)
                r = set_signed(vm, &values, '-');
        return r;
}
