/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Processes as ps, pgrep and systemctl print them: columns, and then the words of each without any quotes. */

#include "guest/form/text/copy.h"
#include "guest/form/words/vm.h"

bool text_is_listing(const TextCopy *copy);

/* The words of the first QEMU. 0, -EINVAL with *reterr filled, -ENOMEM. */
int text_listing_words(const TextCopy *copy, VmWords *ret, VmError *reterr);
