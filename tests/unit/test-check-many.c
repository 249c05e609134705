/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The service answers Check for any user, and does nothing else meanwhile. A guest of 1,024 assigned devices that the host does
 * not have, with neither QEMU's version nor the firmware's, is checked 100 times with 1,024 findings each. Eight times the
 * devices may take eight times as long and a little; comparing each finding with each takes 64 times. */

#include "tests/unit/unit.h"

#include <stdio.h>
#include <time.h>

#include "guest/answer/answer.h"

#define FEW 128
#define MANY 1024
#define RATIO_MAX 24
#define ROUNDS 3

static double seconds(void) {
        struct timespec now;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void make_guest(size_t n, Guest *ret) {
        *ret = (Guest){ .machine = MACHINE_Q35, .kvm = true, .vmm_guessed = true };
        strcpy(ret->cpu.model, "host");
        ret->cpu.vendor_is_host = true;
        ret->cpu.width_mode = WIDTH_HOST;
        ret->memory.ram = UINT64_C(4) << 30;
        ret->firmware = (GuestFirmware){
                .kind = FIRMWARE_OVMF, .version = { 202411, 0, 0 }, .version_guessed = true
        };
        for (size_t i = 0; i < n; i++) {
                GuestDevice *device;

                assert_true(guest_add_device(ret, &device) >= 0);
                device->assigned = device->has_address = true;
                device->address = (PciAddress){
                        .domain = 0xffff, .bus = (uint8_t) (i >> 8), .device = i >> 3 & 31, .function = i & 7
                };
                snprintf(device->name, sizeof(device->name), "d%zu", i);
        }
}

/* The least of some rounds: what else runs here only adds to it. */
static double measure(size_t n) {
        const Profile profile = {};
        double least = 1e9;

        for (unsigned i = 0; i < ROUNDS; i++) {
                _cleanup_(guest_done) Guest guest = {};
                _cleanup_(check_done) Check check = {};
                double taken;

                make_guest(n, &guest);
                taken = seconds();
                assert_true(check_guest(&guest, &profile, &check) >= 0);
                taken = seconds() - taken;
                assert_true(check.n + check.n_alternatives > 0);
                least = taken < least ? taken : least;
        }
        return least;
}

static void test_many_devices(void **state) {
        const double few = measure(FEW), many = measure(MANY);

        print_message("%d devices: %.1f ms, %d devices: %.1f ms\n", FEW, 1e3 * few, MANY, 1e3 * many);
        assert_true(many < few * RATIO_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_many_devices),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
