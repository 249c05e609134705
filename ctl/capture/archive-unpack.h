/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Unpacks the archive on descriptor fd below a directory. 0, or -1 once the entry and the rule it breaks are on standard
 * error; what was unpacked until then is the caller's to remove. */
int archive_unpack(int fd, int directory);
