/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/command.h"

#include "guest/form/cloud-hypervisor/ch.h"
#include "guest/form/qemu/cmdline.h"
#include "guest/form/words/program.h"

int vm_command_read(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr) {
        size_t program = vm_program_find(words->items, words->n);

        *reterr = (VmError){};
        if (program < words->n && qemu_program(words->items[program].text) == QEMU_PROGRAM_CLOUD_HYPERVISOR)
                return ch_cmdline_read(words, program + 1, ret, reterr);
        return vm_cmdline_read(words, files, ret, reterr);
}
