/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/command.h"

#include <errno.h>

#include "guest/form/cloud-hypervisor/ch.h"
#include "guest/form/qemu/cmdline.h"
#include "guest/form/words/program.h"
#include "guest/form/xen/xl.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"

/* VMMs other than QEMU. */
static const struct {
        int (*read_words)(const VmWords *words, size_t first, Guest *ret, VmError *reterr);
        bool (*is_json)(const struct json_t *document);
        int (*read_json)(const struct json_t *document, Guest *ret, VmError *reterr);
} readers[_VMM_MAX] = {
        [VMM_CLOUD_HYPERVISOR] = { ch_cmdline_read, ch_json_is, ch_json_read },
        [VMM_XEN] = { NULL, xl_json_is, xl_json_read }, /* xl.cfg is a text: form/text/ */
};

int vm_command_read(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr) {
        size_t program = vm_program_find(words->items, words->n);
        const char *path = program < words->n ? words->items[program].text : "";
        VmmKind vmm;

        *reterr = (VmError){};
        if (qemu_program(path) == QEMU_PROGRAM_OTHER && vmm_of_program(qemu_program_name(path), &vmm) &&
                        readers[vmm].read_words)
                return readers[vmm].read_words(words, program + 1, ret, reterr);
        return vm_cmdline_read(words, files, ret, reterr);
}

int vm_config_json_read(const struct json_t *document, Guest *ret, VmError *reterr) {
        /* The last first: libxl's JSON has members with the names of Cloud Hypervisor's. */
        for (size_t i = ELEMENTS(readers); i > 0; i--)
                if (readers[i - 1].is_json && readers[i - 1].is_json(document))
                        return readers[i - 1].read_json(document, ret, reterr);
        return -ENOENT;
}
