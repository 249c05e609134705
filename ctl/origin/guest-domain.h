/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A libvirt domain, read by hawd-domain. */

#include "guest/form/words/vm.h"

/* As vm_xml_read(), in a process of its own that hands hawd's JSON back. Also -errno with *reterr filled when that process
 * cannot be had. */
int guest_domain_read(const char *text, size_t n, Guest *ret, VmError *reterr);
