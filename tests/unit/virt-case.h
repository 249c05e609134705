/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Guests of QEMU's virt machine, and an arm64 host for them. */

#include "guest/guest.h"
#include "profile/profile.h"

#define K UINT64_C(1024)
#define M (K * K)
#define G (K * M)
#define T (K * G)

/* ipa: KVM's limit; 0: unknown. */
void virt_host(Profile *profile, uint8_t ipa);
/* Of QEMU 10.0 with firmware. */
void virt_guest(Guest *guest, GuestDevice *devices, bool kvm, uint64_t ram, uint64_t max, uint32_t slots);
/* Behind a port of its own, or on the root bus with a small BAR, as virtio-net. */
void virt_add(Guest *guest, const char *name, uint64_t bar);
