/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads the archive on descriptor in, and writes its entries to descriptor out (capture-header.h). What an entry may be is
 * for the receiver to decide. 0; -errno, -EBADMSG with the reason printed to descriptor why. */
int archive_unpack(int in, int out, int why);
