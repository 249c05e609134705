/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/command.h"

#include <errno.h>

#include "guest/form/cloud-hypervisor/ch.h"
#include "guest/form/qemu/cmdline.h"
#include "guest/form/words/program.h"
#include "probe/cleanup.h"

static const struct {
        QemuProgram program;
        int (*read_words)(const VmWords *words, size_t first, Guest *ret, VmError *reterr);
        bool (*is_json)(const struct json_t *document);
        int (*read_json)(const struct json_t *document, Guest *ret, VmError *reterr);
} others[] = {
        { QEMU_PROGRAM_CLOUD_HYPERVISOR, ch_cmdline_read, ch_json_is, ch_json_read },
};

int vm_command_read(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr) {
        size_t program = vm_program_find(words->items, words->n);

        *reterr = (VmError){};
        for (size_t i = 0; program < words->n && i < ELEMENTS(others); i++)
                if (qemu_program(words->items[program].text) == others[i].program)
                        return others[i].read_words(words, program + 1, ret, reterr);
        return vm_cmdline_read(words, files, ret, reterr);
}

int vm_config_json_read(const struct json_t *document, Guest *ret, VmError *reterr) {
        for (size_t i = 0; i < ELEMENTS(others); i++)
                if (others[i].is_json(document))
                        return others[i].read_json(document, ret, reterr);
        return -ENOENT;
}
