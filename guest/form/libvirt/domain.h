/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A libvirt domain (`virsh dumpxml`) of any x86 machine under QEMU. */

#include "guest/form/words/vm.h"

/* libvirt's own limit for clients (REMOTE_STRING_MAX). */
#define VM_DOMAIN_MAX ((size_t) 4 << 20)
#define VM_DOMAIN_TOO_LARGE "larger than 4 MiB, the maximum for a libvirt domain"
#define VM_DOMAIN_PARTS_MAX 100000 /* elements, attributes and namespaces */

/* Fills *ret; the caller empties it with guest_done(). Defaults are not filled in. Document types, and thus
 * entities, are rejected; nothing is fetched. 0, -EINVAL with *reterr filled, -ENOMEM. */
int vm_xml_read(const char *text, size_t n, Guest *ret, VmError *reterr);
