/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Allocations of what is linked statically, and of jansson, of which one can be made to fail. */

#include <stdbool.h>
#include <stddef.h>

/* The nth from now on fails, and no other; 0: none does. They are counted anew. */
void short_memory_start(unsigned long nth);
/* None fails any more. How many there were. */
unsigned long short_memory_stop(void);
