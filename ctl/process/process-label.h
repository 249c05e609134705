/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The security label of a process (AppArmor, SELinux, Smack). */

#define PROCESS_LABEL_MAX 512

/* Reads from its directory in /proc; "": no module has labels. -errno if not readable, -E2BIG if too
 * long. */
int process_label_read(int process, char ret[PROCESS_LABEL_MAX]);

/* Takes that label for good, unless already set or unconfined. Needs no privilege that a confined process
 * may lack. -errno. */
int process_label_take(const char *label);

/* The request to write: "changeprofile NAME" for AppArmor's "NAME (enforce)", else the label itself. */
void process_label_request(const char *label, char ret[PROCESS_LABEL_MAX + 16]);
