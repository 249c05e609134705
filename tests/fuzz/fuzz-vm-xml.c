/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdint.h>

#include "guest-again.h"
#include "guest/form/libvirt/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        VmError error;
        Guest guest;
        int r = vm_xml_read((const char *) data, size, &guest, &error);

        if (r < 0) {
                guest_again_expect(r == -EINVAL);
                guest_again_error(error.text, sizeof(error.text));
                return 0;
        }
        guest_again(&guest);
        return 0;
}
