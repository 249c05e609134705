/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Programs in other languages than the shell's, which start QEMU too. */

#include "guest/form/text/copy.h"
#include "guest/form/words/vm.h"

/* 0, or -EINVAL with *reterr filled. */
int text_kind_refuse(TextCopy *copy, VmError *reterr);
