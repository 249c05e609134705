/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What Xen says to dom0. Callers first find that this is dom0: elsewhere nothing is opened. */

#include "probe/decode/pci/pci-address.h"
#include "probe/decode/xen/xen-answers.h"
#include "probe/root/root.h"
#include "probe/root/xen-call.h"

#define XEN_DEVICE "dev/xen/privcmd"
#define ROOT_XEN_LOG_MAX (64 * 1024)

/* Live: hypercalls through /dev/xen/privcmd, which need root; for reserved device memory the devices are asked for one
 * by one. Tree: hawd/xen. A private tree comes first. */
Reason root_xen(Root *root, const PciAddress *devices, size_t n, XenAnswers *ret, FaultList *faults);

/* Only the lines of Xen's log that matter (xen-log.h). Live: its ring, up to its current end. Tree: hawd/xen-log. */
Reason root_xen_log(Root *root, Buffer *ret);

/* Between the two of them: opens the device of a live host. */
Reason root_xen_open(Root *root, XenCall *ret);
