/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The two things that hawd-archive does. */

/* Reads entries from descriptor in (capture-header.h), and writes them as .tar.zst to descriptor out: no owner and no
 * time, so that the same tree gives the same bytes. 0; -errno, -EIO with the reason printed to descriptor why. */
int archive_pack(int in, int out, int why);

/* Reads the archive on descriptor in, and writes its entries to descriptor out (capture-header.h). What an entry may be is
 * for the receiver to decide. 0; -errno, -EBADMSG with the reason printed to descriptor why. */
int archive_unpack(int in, int out, int why);
