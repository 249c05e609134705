/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Pieces of a message: a cursor that moves over the text. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

#define KERNEL_LOG_BITS_MAX 64

/* Takes the word off the front. False and unchanged if the text does not start with it. */
bool line_take(Bytes *text, const char *word);

/* Takes all before `end`, or the whole text. */
Bytes line_take_up_to(Bytes *text, char end);

/* Takes "DRIVER NAME: " and returns NAME, which is not empty. */
bool line_take_device(Bytes *text, const char *driver, Bytes *ret_name);

/* Takes what the kernel wrote for a tab: the escape of /dev/kmsg, or the character itself. */
bool line_take_tab(Bytes *text);

/* Takes the digits on the front, and returns them. False if there are none. */
bool line_take_digits(Bytes *text, Bytes *ret);

/* True if the digits are a width, 1 to 64. */
bool line_bits(Bytes digits, uint64_t *ret);

/* Whether the line has the form of one of the messages. Numbers in it may be invalid: a reader says so. */
bool line_is_smmu(Bytes line);
bool line_is_kvm(Bytes line);
