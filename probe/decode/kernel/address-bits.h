/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* VA_BITS of an arm64 kernel (arch/arm64/Kconfig, ARM64_VA_BITS): the SMMUv3's driver gives a first stage no more.
 * No file has it. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

/* True for the widths that the kernel can be built with: 36, 39, 42, 47, 48, 52. */
bool kernel_has_address_bits(uint64_t bits);

/* The least of them with pages of that size; 0: of an unknown one. */
uint8_t kernel_address_bits_at_least(uint64_t page_size);

/* Processes have VA_BITS, but 48 of 52 until they ask for more, or 47 of 52 with pages of 16 KiB
 * (arch/arm64/include/asm/memory.h, VA_BITS_MIN). True if `top` is such an address of 47 bits. */
bool kernel_address_bits_hidden(uint64_t page_size, uint64_t top);

/* By an address in the upper half of those of a process. 48 of 52 bits are not told apart. If hidden, VmallocTotal
 * of `meminfo` (/proc/meminfo) tells 52 on a CPU that has as many (LPA2); else 47, which may be 52 of which the CPU
 * has 47: never too wide. 0: not a width of a kernel. */
uint8_t kernel_address_bits(uint64_t page_size, uint64_t top, Bytes meminfo);
