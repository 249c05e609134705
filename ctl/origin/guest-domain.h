/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a libvirt domain. */

#include "guest/form/words/vm.h"

/* Like vm_xml_read(), in a separate process that returns hawd's JSON. Also returns -errno with *reterr
 * filled if that process fails. */
int guest_domain_read(const char *text, size_t n, Guest *ret, VmError *reterr);
