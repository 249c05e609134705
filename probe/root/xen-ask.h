/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The questions to Xen, and its answers out of the memory of a call. Xen is believed as little as a file: what does not
 * fit is left out, and what it refuses has a reason. */

#include "probe/decode/pci/pci-address.h"
#include "probe/decode/xen/xen-answers.h"
#include "probe/root/root.h"
#include "probe/root/xen-call.h"

/* The answers must be zeroed. */
void xen_ask(XenCall *call, const PciAddress *devices, size_t n, XenAnswers *ret);

/* The version of sysctl that Xen accepts, by physinfo, whose answer the argument then has; 0: none, with its reason. */
uint32_t xen_ask_sysctl_version(XenCall *call, Reason *ret);

/* The lines of Xen's ring that matter, in at most max bytes. On failure the buffer may have some. */
Reason xen_ask_log(XenCall *call, size_t max, Buffer *ret);
