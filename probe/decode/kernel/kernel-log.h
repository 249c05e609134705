/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel's log. hawd needs one message: no file has the address width of a virtio-iommu
 * (drivers/iommu/virtio-iommu.c, viommu_probe()). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/reason.h"

/* A record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): "6,1234,5678,-;text", then property lines.
 * True for "virtio_iommu NAME: input address: N bits" from the kernel itself, not from a program that writes
 * to the log. Returns its text without newline. */
bool kernel_log_record_matters(Bytes record, Bytes *ret_text);

/* N, 1 to 64, of the last such line of `device` ("virtio0") in the text. ABSENT: no such line; MALFORMED:
 * invalid number. */
Reason kernel_log_input_bits(Bytes text, const char *device, uint64_t *ret);
