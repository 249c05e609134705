/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What tells which firmware a guest starts, and what is handed to it through fw_cfg. */

#include "guest/guest.h"

/* Notes the image's path, and its kind by the name; a name that says nothing leaves the kind unknown. */
void guest_firmware_set_path(GuestFirmware *firmware, const char *path);

/* A fw_cfg file: 1 when it is none that moves a window, 0 when taken, or when it is called nearly as one that a firmware
 * reads and noted as unread, -EINVAL when its text is not what the firmware reads. text NULL: it comes from a file, and
 * which it is is all that is known. */
int guest_firmware_set_option(Guest *guest, const char *name, const char *text);

/* What was meant by a fw_cfg file that no firmware reads, and which firmware reads that; NULL: nothing of that kind. */
const char *guest_firmware_right_name(const char *name, FirmwareKind *ret_kind);

/* Does it keep its variables in System Management Mode? What nobody said is told by the names that such images have. */
Tristate guest_firmware_smm(const GuestFirmware *firmware);
