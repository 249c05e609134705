/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Sizes as each form of a guest writes them. 0, -EINVAL if not a size, -ERANGE beyond GUEST_SIZE_MAX. */

#include <stddef.h>
#include <stdint.h>

/* x86's maximum. */
#define GUEST_SIZE_MAX (UINT64_C(1) << 52)
/* The sum over all devices does not overflow. */
#define GUEST_BAR_MAX (UINT64_C(1) << 50)

/* "4096", "64GiB": a whole number and B, KiB, MiB, GiB, TiB or PiB; no unit: bytes. */
int guest_size_from_text(const char *text, uint64_t *ret);

/* libvirt: a whole number and its unit ("KiB", "k", "KB" for 1000, "b", "bytes"); NULL: default_unit. */
int guest_size_from_libvirt(const char *number, const char *unit, const char *default_unit, uint64_t *ret);

/* QEMU: "4G", "1.5g", "0x1000", "512" in default_scale; binary units, one letter. */
int guest_size_from_qemu(const char *text, uint64_t default_scale, uint64_t *ret);

/* "16 GiB", "1.5 TiB". */
#define SIZE_TEXT_MAX 24
char *size_text(uint64_t bytes, char ret[SIZE_TEXT_MAX]);
