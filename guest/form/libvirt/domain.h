/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A libvirt domain: what `virsh dumpxml` prints of any x86 machine under QEMU. */

#include "guest/form/words/vm.h"

/* What libvirt itself takes from its clients (REMOTE_STRING_MAX), and more than it ever wrote. */
#define VM_DOMAIN_MAX ((size_t) 4 << 20)
#define VM_DOMAIN_TOO_LARGE "larger than 4 MiB, the maximum for a libvirt domain"
#define VM_DOMAIN_PARTS_MAX 100000 /* elements, attributes and name spaces */

/* Fills *ret, to be emptied with guest_done(); no default is filled in. A document type, and with it every entity, is refused;
 * nothing is fetched from anywhere. 0, -EINVAL with *reterr filled, -ENOMEM. */
int vm_xml_read(const char *text, size_t n, Guest *ret, VmError *reterr);
