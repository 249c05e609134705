/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "guest-again.h"
#include "guest/form/command.h"
#include "guest/form/text/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_words(VmWords *words) {
        VmError error = {};
        Guest guest;
        int r = vm_command_read(words, NULL, &guest, &error);

        vm_words_done(words);
        if (r < 0) {
                guest_again_expect(r == -EINVAL);
                guest_again_error(error.text, sizeof(error.text));
                return;
        }
        guest_again(&guest);
}

/* hawd-domain's, which has a target of its own. */
static int no_domain(const char *text, size_t n, Guest *ret, VmError *reterr) {
        return vm_error(reterr, 0, "a domain");
}

/* As a text in any of its forms, and as the kernel's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        VmError error = {};
        VmWords words;
        Guest guest;
        int r = vm_form_read((const char *) data, size, NULL, no_domain, &guest, &error);

        if (r >= 0)
                guest_again(&guest);
        else {
                guest_again_expect(r == -EINVAL);
                guest_again_error(error.text, sizeof(error.text));
        }
        if (vm_words_from_process((const char *) data, size, &words) >= 0)
                read_words(&words);
        return 0;
}
