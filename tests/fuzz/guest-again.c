/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest-again.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/guest/guest-defaults.h"
#include "profile/guest/guest-json.h"
#include "profile/guest/guest-size.h"

void guest_again_expect(bool holds) {
        if (!holds)
                abort();
}

void guest_again_error(const char *text, size_t size) {
        guest_again_expect(*text && strnlen(text, size) < size);
        for (; *text; text++)
                guest_again_expect(*text >= ' ' && *text <= '~');
}

static void check_bounds(const Guest *guest) {
        const GuestMemory *memory = &guest->memory;

        guest_again_expect(
                        memory->ram > 0 && memory->ram <= GUEST_SIZE_MAX && memory->max <= GUEST_SIZE_MAX);
        guest_again_expect(memory->max == 0 || memory->max >= memory->ram);
        guest_again_expect(memory->n_cxl <= GUEST_CXL_MAX && guest->n_devices <= GUEST_DEVICES_MAX);
        guest_again_expect(guest->cpu.width_mode != WIDTH_EXPLICIT ||
                        (guest->cpu.phys_bits >= 32 && guest->cpu.phys_bits <= 52));
        for (size_t i = 0; i < guest->n_devices; i++) {
                const GuestDevice *device = &guest->devices[i];

                guest_again_expect(device->n_bars <= GUEST_BARS_MAX &&
                                (!device->has_address || device->assigned));
                for (size_t j = 0; j < device->n_bars; j++)
                        guest_again_expect(device->bars[j].size >= 16 &&
                                        device->bars[j].size <= GUEST_BAR_MAX &&
                                        (device->bars[j].size & (device->bars[j].size - 1)) == 0);
        }
}

void guest_again(Guest *guest) {
        const GuestInstalled installed = { .qemu = { 9, 0, 0 } };
        Guest again;
        JsonError error = {};
        json_t *one, *two;
        int r;

        check_bounds(guest);
        r = guest_defaults(guest, &installed);
        guest_again_expect(r == 0 || r == -E2BIG);
        one = guest_json_write(guest);
        guest_again_expect(one != NULL);
        r = guest_json_read(one, &again, &error);
        if (r < 0)
                guest_again_error(error.text, sizeof(error.text));
        guest_again_expect(r == 0);
        check_bounds(&again);
        two = guest_json_write(&again);
        guest_again_expect(json_equal(one, two));
        json_decref(one);
        json_decref(two);
        guest_done(&again);
        guest_done(guest);
}
