/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest-again.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/json/guest-json.h"
#include "guest/remedy/remedy.h"
#include "guest/size.h"
#include "guest/vmm/defaults.h"
#include "guest/vmm/vmm.h"
#include "probe/decode/text.h"

void guest_again_expect_at(bool holds, const char *what, const char *file, int line) {
        if (holds)
                return;
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
        abort();
}

void guest_again_error(const char *text, size_t size) {
        guest_again_expect(*text && strnlen(text, size) < size);
        guest_again_expect(text_is_printable((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }));
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

/* Every change, in every form: printable, and as long as memory lasts. */
static void check_forms(const Guest *guest) {
        Change all[2] = { { CHANGE_LARGE_PAGES, 0 } };

        for (ChangeKind kind = 0; kind < _CHANGE_KIND_MAX; kind++) {
                const uint64_t values[] = { 0, 1, 39, UINT64_C(7) << 16 | 1, UINT64_C(1) << 30 };

                for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
                        Guest changed = *guest;
                        ChangeForms forms;

                        all[1] = (Change){ kind, values[i] };
                        if (!change_apply(&all[1], &changed))
                                continue;
                        guest_again_expect(change_forms(guest, all, 2, &forms) == 0);
                        for (const char *c = forms.libvirt; *c; c++)
                                guest_again_expect((*c >= ' ' && *c <= '~') || *c == '\n');
                        for (const char *c = forms.option; *c; c++)
                                guest_again_expect((*c >= ' ' && *c <= '~') || *c == '\n');
                        for (const char *c = forms.proxmox; *c; c++)
                                guest_again_expect(*c >= ' ' && *c <= '~');
                        change_forms_done(&forms);
                }
        }
}

void guest_again(Guest *guest) {
        const GuestInstalled installed = { .qemu = { 9, 0, 0 } };
        Guest again;
        JsonError error = {};
        json_t *one, *two;
        int r;

        check_bounds(guest);
        check_forms(guest);
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
