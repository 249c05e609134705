/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A libvirt domain: what `virsh dumpxml` prints of any x86 machine under QEMU. */

#include "guest/form/qemu/vm.h"

/* Fills *ret, to be emptied with guest_done(); no default is filled in. A document type, and with it every entity, is refused;
 * nothing is fetched from anywhere. 0, -EINVAL with *reterr filled, -ENOMEM. */
int vm_xml_read(const char *text, size_t n, Guest *ret, VmError *reterr);
