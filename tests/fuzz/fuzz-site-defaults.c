/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdint.h>

#include "guest-again.h"
#include "guest/form/json/site-defaults.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Guest guest = { .firmware = { .path = "/srv/firmware/OVMF.fd" } };
        GuestInstalled installed = {};
        JsonError error = {};
        SiteDefaults site = {};
        int r = site_defaults_parse((const char *) data, size, &site, &error);

        if (r < 0) {
                guest_again_expect(r == -EINVAL);
                guest_again_error(error.text, sizeof(error.text));
                return 0;
        }
        guest_again_expect(site.n_images <= SITE_IMAGES_MAX);
        guest_again_expect(site_defaults_apply(&site, &guest, &installed) == 0);
        guest_again_expect(guest_defaults(&guest, &installed) == 0);
        guest_done(&guest);
        return 0;
}
