/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long a check takes once the profile is there: "bench-check TREE". The guests have the first 1, 16 and 256 functions of
 * the tree, once as they should be and once with more memory than addresses, for which every remedy is tried. The goal of 2 ms is
 * for guests of up to 16 devices. Ends with 1 when it is missed. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guest/answer/answer.h"
#include "probe/cleanup.h"
#include "probe/root/root.h"
#include "profile/derive/derive.h"

#define ROUNDS 51
#define GOAL_USEC 2000

static double microseconds(void) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return 1e6 * (double) now.tv_sec + (double) now.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b) {
        const double *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static int make_guest(const Profile *profile, size_t n, uint64_t max, Guest *ret) {
        *ret = (Guest){ .machine = MACHINE_Q35,
                .machine_version = { 9, 0, 0 },
                .vmm_version = { 9, 0, 0 },
                .kvm = true };
        strcpy(ret->cpu.model, "host");
        ret->cpu.vendor_is_host = true;
        ret->cpu.width_mode = WIDTH_HOST;
        ret->memory = (GuestMemory){ .ram = UINT64_C(64) << 30, .max = max, .slots = 1 };
        ret->firmware = (GuestFirmware){ .kind = FIRMWARE_OVMF, .version = { 202311, 0, 0 } };
        for (size_t i = 0; i < profile->n_devices && ret->n_devices < n; i++) {
                GuestDevice *device;

                if (profile->devices[i].header_type != 0)
                        continue;
                if (guest_add_device(ret, &device) < 0)
                        return -1;
                device->assigned = device->has_address = true;
                device->address = profile->devices[i].address;
                pci_address_format(&device->address, device->name, sizeof(device->name));
        }
        return 0;
}

/* The median; negative on failure. */
static double measure(const Profile *profile, size_t n, uint64_t max) {
        double taken[ROUNDS];

        for (size_t i = 0; i < ROUNDS; i++) {
                _cleanup_(guest_done) Guest guest = {};
                _cleanup_(check_done) Check check = {};

                if (make_guest(profile, n, max, &guest) < 0)
                        return -1;
                taken[i] = microseconds();
                if (check_guest(&guest, profile, &check) < 0)
                        return -1;
                taken[i] = microseconds() - taken[i];
        }
        qsort(taken, ROUNDS, sizeof(*taken), by_value);
        return taken[ROUNDS / 2];
}

int main(int argc, char **argv) {
        static const size_t sizes[] = { 1, 16, 256 };
        _cleanup_(root_freep) Root *root = NULL;
        _cleanup_(profile_done) Profile profile = {};
        int status = EXIT_SUCCESS;

        if (argc != 2 || root_open(argv[1], &root) < 0 || profile_probe(root, &profile) < 0) {
                fprintf(stderr, "bench-check: expected a tree\n");
                return EXIT_FAILURE;
        }
        for (size_t i = 0; i < ELEMENTS(sizes); i++) {
                double plain = measure(&profile, sizes[i], 0);
                double dearest = measure(&profile, sizes[i], UINT64_C(1) << 47);

                if (plain < 0 || dearest < 0)
                        return EXIT_FAILURE;
                printf("check of a guest with %zu of %zu devices: %.0f microseconds, with every remedy tried %.0f\n",
                                sizes[i], profile.n_devices, plain, dearest);
                if (sizes[i] <= 16 && (plain > GOAL_USEC || dearest > GOAL_USEC))
                        status = EXIT_FAILURE;
        }
        return status;
}
