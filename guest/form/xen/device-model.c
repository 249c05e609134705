/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* device_model_args= and device_model_args_hvm=: options of QEMU, which libxl adds to its own. Their devices
 * count, with the meaning that the form of QEMU's options gives them. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/qemu/cmdline.h"
#include "guest/form/qemu/qemu.h"
#include "guest/form/xen/xl.h"
#include "probe/cleanup.h"

/* ── words ─────────────────────────────────────────────────────────────────────────────────────────────── */

static int collect(Xl *xl, const char *name, VmWords *words) {
        const XlValue *list;
        const char *text;
        int r = xl_list(xl, name, &list);

        for (size_t i = 0; list && r >= 0 && (text = xl_item(xl, list, i)); i++)
                r = vm_words_add(words, text, xl->vm.line);
        return r;
}

/* ── devices ───────────────────────────────────────────────────────────────────────────────────────────── */

/* The value of "-device", or NULL. */
static const char *device_option(const VmWords *words, size_t i) {
        const char *name = vm_option_name(words->items[i].text);

        return name && strcmp(name, "device") == 0 && i + 1 < words->n ? words->items[i + 1].text : NULL;
}

static int move_device(Vm *vm, const GuestDevice *from) {
        GuestDevice *device;
        int r = guest_add_device(vm->guest, &device);

        if (r < 0)
                return vm_bounded(vm, r);
        *device = *from;
        device->conventional = true;
        return 0;
}

/* Large BARs come from the reader of QEMU's options, in their order; it leaves out small ones. */
static int add_device(Vm *vm, const char *text, const Guest *read, size_t *next) {
        _cleanup_(key_values_done) KeyValues values = {};
        const char *driver, *id;
        int r = key_values_parse(text, "driver", &values);

        if (r < 0)
                return r == -EINVAL
                                ? vm_fail(vm, "-device: expected DRIVER,PROPERTY=VALUE,..., not '%.100s'",
                                                  text)
                                : r;
        driver = key_values_get(&values, "driver");
        id = key_values_get(&values, "id");
        if (!driver)
                return vm_fail(vm, "-device: expected DRIVER,PROPERTY=VALUE,...");
        if (strncmp(driver, "vfio-", strlen("vfio-")) == 0)
                return vm_refuse(vm, "device_model_args",
                                "a host that Xen runs has no VFIO: pci= assigns devices");
        if (*next == read->n_devices || strcmp(read->devices[*next].name, id && *id ? id : driver) != 0)
                return xl_emulated_add(vm, id && *id ? id : driver, driver);
        r = move_device(vm, &read->devices[(*next)++]);
        if (r >= 0)
                xl_emulated_complete(&vm->guest->devices[vm->guest->n_devices - 1], driver);
        return r;
}

static int add_devices(Vm *vm, const VmWords *words, const Guest *read) {
        size_t next = 0;
        int r = 0;

        for (size_t i = 0; i < words->n && r >= 0; i++) {
                const char *text = device_option(words, i);

                vm->line = words->items[i].line;
                if (text)
                        r = add_device(vm, text, read, &next);
        }
        return r;
}

/* ── the rest ──────────────────────────────────────────────────────────────────────────────────────────── */

static int note_options(Vm *vm, const VmWords *words) {
        static const char *const moving[] = { "machine", "M", "m", "global", "set", "readconfig", "numa" };

        for (size_t i = 0; i < words->n; i++) {
                const char *name = vm_option_name(words->items[i].text);
                char what[96];
                int r;

                if (!name || !VM_ONE_OF(name, moving))
                        continue;
                vm->line = words->items[i].line;
                snprintf(what, sizeof(what), "device_model_args -%.60s", name);
                r = vm_ignore(vm, what, "changes the device model behind libxl: hawd does not follow it");
                if (r < 0)
                        return r;
        }
        return 0;
}

static int copy_notes(Vm *vm, const Guest *read) {
        int r = 0;

        for (size_t i = 0; i < read->n_ignored && r >= 0; i++)
                r = guest_note_add(&vm->guest->ignored, &vm->guest->n_ignored, &read->ignored[i]);
        for (size_t i = 0; i < read->n_refused && r >= 0; i++)
                r = guest_note_add(&vm->guest->refused, &vm->guest->n_refused, &read->refused[i]);
        if (r >= 0 && read->n_ports > 0)
                r = guest_ignore(vm->guest, "device_model_args -device",
                                "a bridge: hvmloader places no BAR behind it");
        return vm_bounded(vm, r);
}

int xl_device_model_words(Vm *vm, const VmWords *words) {
        Guest read = { .machine = MACHINE_PC };
        VmQemu qemu = {};
        Vm inner = { .guest = &read, .error = vm->error, .qemu = &qemu };
        int r = vm_options(&inner, words->items, words->n);

        if (r >= 0)
                r = add_devices(vm, words, &read);
        if (r >= 0)
                r = note_options(vm, words);
        if (r >= 0)
                r = copy_notes(vm, &read);
        vm_qemu_done(&qemu);
        guest_done(&read);
        return r;
}

int xl_device_model(Xl *xl) {
        _cleanup_(vm_words_done) VmWords words = {};
        int r = collect(xl, "device_model_args", &words);

        if (r >= 0)
                r = collect(xl, "device_model_args_hvm", &words);
        return r < 0 || words.n == 0 ? r : xl_device_model_words(&xl->vm, &words);
}
