/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Operations of hawd-archive. */

/* Reads entries from descriptor in (capture-header.h) and writes them as .tar.zst to descriptor out,
 * without owner and time: the same tree gives the same bytes. Returns 0 or -errno; -EIO: reason printed
 * to descriptor why. */
int archive_pack(int in, int out, int why);

/* Reads the archive from descriptor in and writes its entries to descriptor out (capture-header.h). The
 * receiver decides what an entry may be. Returns 0 or -errno; -EBADMSG: reason printed to descriptor why. */
int archive_unpack(int in, int out, int why);

/* Decompresses descriptor in to descriptor out, up to the end. Returns 0 or -errno; -EBADMSG: reason printed
 * to descriptor why. */
int archive_stream(int in, int out, int why);
