/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "guest-again.h"
#include "guest/form/cloud-hypervisor/ch.h"
#include "profile/document/json-parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(int r, Guest *guest, const VmError *error) {
        if (r < 0) {
                guest_again_expect(r == -EINVAL);
                guest_again_error(error->text, sizeof(error->text));
                return;
        }
        guest_again_expect(guest->vmm == VMM_CLOUD_HYPERVISOR && guest->n_segments <= GUEST_SEGMENTS_MAX &&
                        guest->n_pmem <= GUEST_PMEM_MAX);
        for (size_t i = 0; i < guest->n_devices; i++)
                guest_again_expect(guest->devices[i].segment < (guest->n_segments ? guest->n_segments : 1));
        guest_again(guest);
}

/* The words of a process, and a document. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        VmError error = {};
        JsonError json_error;
        json_t *document;
        VmWords words;
        Guest guest;

        if (vm_words_from_process((const char *) data, size, &words) >= 0) {
                look_at(ch_cmdline_read(&words, 0, &guest, &error), &guest, &error);
                vm_words_done(&words);
        }
        if (json_text_parse((const char *) data, size, &document, &json_error) >= 0) {
                if (ch_json_is(document))
                        look_at(ch_json_read(document, &guest, &error), &guest, &error);
                json_decref(document);
        }
        return 0;
}
