/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Characters that a reader does not see as such: controls, format characters, those that turn the direction of text, line
 * separators, and what a terminal shows as nothing. Unicode 15, General_Category Cc, Cf, Zl and Zp (newline and tab are no
 * matter of this), and Default_Ignorable_Code_Point. */

#include <stdbool.h>
#include <stdint.h>

bool unseen(uint32_t code);
