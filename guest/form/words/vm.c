/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/words/vm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guest/size.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

__attribute__((format(printf, 3, 0))) static int set_error(
                VmError *error, unsigned line, const char *format, va_list ap) {
        char text[sizeof(error->text)];

        vsnprintf(text, sizeof(text), format, ap);
        *error = (VmError){ .line = line };
        text_shown(text, error->text, sizeof(error->text));
        return -EINVAL;
}

int vm_host_architecture(const VmFiles *files, GuestArchitecture *ret) {
        *ret = ARCHITECTURE_X86;
        return files && files->architecture ? files->architecture(files->host, ret) : 0;
}

int vm_error(VmError *error, unsigned line, const char *format, ...) {
        va_list ap;
        int r;

        va_start(ap, format);
        r = set_error(error, line, format, ap);
        va_end(ap);
        return r;
}

int vm_fail(Vm *vm, const char *format, ...) {
        va_list ap;
        int r;

        va_start(ap, format);
        r = set_error(vm->error, vm->line, format, ap);
        va_end(ap);
        return r;
}

int vm_bounded(Vm *vm, int r) {
        return r == -E2BIG ? vm_fail(vm, "expected at most %d devices and %d things that are not understood",
                                             GUEST_DEVICES_MAX, GUEST_NOTES_MAX)
                           : r;
}

int vm_ignore(Vm *vm, const char *what, const char *format, ...) {
        char text[160];
        va_list ap;
        int r;

        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        if (vm->line > 0)
                r = guest_ignore(vm->guest, what, "line %u: %s", vm->line, text);
        else
                r = guest_ignore(vm->guest, what, "%s", text);
        return vm_bounded(vm, r);
}

int vm_refuse(Vm *vm, const char *what, const char *text) {
        if (vm->line > 0)
                return vm_bounded(vm, guest_refuse(vm->guest, what, "line %u: %s", vm->line, text));
        return vm_bounded(vm, guest_refuse(vm->guest, what, "%s", text));
}

int vm_size(Vm *vm, const char *option, const char *text, uint64_t default_scale, uint64_t *ret) {
        int r = guest_size_from_qemu(text, default_scale, ret);

        if (r == -ERANGE)
                return vm_fail(vm, "%s: %s is larger than 4 PiB, the maximum on %s", option, text,
                                vm->guest->architecture == ARCHITECTURE_ARM64 ? "arm64" : "x86");
        return r < 0 ? vm_fail(vm, "%s: expected a size such as 4G, not '%s'", option, text) : 0;
}

int vm_number(Vm *vm, const char *option, const char *text, uint64_t max, uint64_t *ret) {
        Bytes bytes = bytes_of(text);
        bool hexadecimal = text_starts(bytes, "0x") || text_starts(bytes, "0X");

        if (!text_u64(bytes, hexadecimal ? 16 : 10, ret) || *ret > max)
                return vm_fail(vm, "%s: expected a number from 0 to %" PRIu64 ", not '%s'", option, max,
                                text);
        return 0;
}

int vm_boolean(Vm *vm, const char *option, const char *text, bool *ret) {
        static const char *const words[] = { "on", "yes", "true", "y", "off", "no", "false", "n" };

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strcmp(text, words[i]) == 0) {
                        *ret = i < ELEMENTS(words) / 2;
                        return 0;
                }
        return vm_fail(vm, "%s: expected on or off, not '%s'", option, text);
}

int vm_unknown_refuse(Vm *vm, const VmWords *words, const char *option, const char *text) {
        static const char *const why[_VM_UNKNOWN_MAX] = {
                [VM_UNKNOWN_UNSET] = "is not set in this text",
                [VM_UNKNOWN_ARGUMENT] = "is an argument of the script",
                [VM_UNKNOWN_ARGUMENTS] = "are the script's arguments",
                [VM_UNKNOWN_OUTPUT] = "is the output of a command",
                [VM_UNKNOWN_INPUT] = "is typed in or read from a file",
                [VM_UNKNOWN_CHANGED] = "has more than one value",
                [VM_UNKNOWN_OPERATION] = "is a shell expression that hawd does not support",
        };
        size_t number = vm_mark_first(text);
        const VmUnknown *unknown = number < words->n_unknowns ? &words->unknowns[number] : NULL;
        char where[32] = "";

        if (!unknown)
                return vm_fail(vm, "a variable has no literal value");
        if (unknown->line > 0 && unknown->line != vm->line)
                snprintf(where, sizeof(where), " (line %u)", unknown->line);
        return vm_fail(vm, "$%s %s%s, and %s%s needs it: replace it with its value", unknown->name,
                        why[unknown->kind], where, *option ? "-" : "",
                        *option ? option : "the command line");
}
