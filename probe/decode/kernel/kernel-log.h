/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel's log, of which one message matters: how far a virtio-iommu's devices reach stands in no file
 * (drivers/iommu/virtio-iommu.c, viommu_probe()). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/reason.h"

/* A record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): "6,1234,5678,-;text", then lines of properties. True for
 * "virtio_iommu NAME: input address: N bits", said by the kernel itself and not by a program that wrote to its log; its
 * text without the newline. */
bool kernel_log_record_matters(Bytes record, Bytes *ret_text);

/* N of the last such line of `device`, "virtio0", among lines of text: 1 to 64. ABSENT: there is none; MALFORMED: its
 * number is none. */
Reason kernel_log_input_bits(Bytes text, const char *device, uint64_t *ret);
