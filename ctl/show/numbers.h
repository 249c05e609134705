/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Formats numbers. Each function writes to ret[size] and returns it. */

#include <stddef.h>
#include <stdint.h>

#define NUMBER_TEXT_MAX 24

/* 2^bits bytes: "512 GiB", "64 TiB", "16 EiB". */
char *number_reach(uint64_t bits, char *ret, size_t size);

/* A size: "256 MiB"; "1.5 GiB" if not a whole number; "300 bytes". */
char *number_bytes(uint64_t bytes, char *ret, size_t size);

/* "0xfee00000" */
char *number_address(uint64_t address, char *ret, size_t size);

/* "4,096" */
char *number_count(uint64_t count, char *ret, size_t size);
