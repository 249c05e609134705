/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guest-again.h"
#include "guest/form/xen/xl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A value written back to text is the same value. */
static void write_again(const XlConfig *config) {
        for (size_t i = 0; i < config->n; i++) {
                char line[64] = "a=", *text = xl_value_text(&config->settings[i].value), *again, *whole;
                XlConfig second = {};
                VmError error = {};
                size_t n = text ? strlen(text) : 0;

                guest_again_expect(text);
                whole = malloc(sizeof(line) + n);
                guest_again_expect(whole);
                memcpy(whole, line, 2);
                memcpy(whole + 2, text, n + 1);
                if (xl_config_parse(whole, n + 2, &second, &error) >= 0) {
                        guest_again_expect(second.n == 1);
                        again = xl_value_text(&second.settings[0].value);
                        guest_again_expect(again && strcmp(text, again) == 0);
                        free(again);
                } else
                        guest_again_expect(n + 2 > XL_TEXT_MAX);
                xl_config_done(&second);
                free(whole);
                free(text);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        XlConfig config = {};
        VmError error = {};
        Guest guest;
        int r = xl_config_parse((const char *) data, size, &config, &error);

        if (r >= 0)
                write_again(&config);
        else {
                guest_again_expect(r == -EINVAL);
                guest_again_error(error.text, sizeof(error.text));
        }
        xl_config_done(&config);
        r = xl_read((const char *) data, size, &guest, &error);
        if (r >= 0)
                guest_again(&guest);
        else {
                guest_again_expect(r == -EINVAL);
                guest_again_error(error.text, sizeof(error.text));
        }
        return 0;
}
