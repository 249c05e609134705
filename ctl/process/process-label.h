/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The label by which a security module (AppArmor, SELinux, Smack) confines a process. */

#define PROCESS_LABEL_MAX 512

/* By its directory in /proc; "": no module has labels here. -errno when it cannot be read, -E2BIG beyond the bound. */
int process_label_read(int process, char ret[PROCESS_LABEL_MAX]);

/* This process takes that label, for good, unless it has it or the label confines nothing. Asks for no privilege that a
 * confined process may lack. -errno. */
int process_label_take(const char *label);

/* What is written to take it: "changeprofile NAME" of AppArmor's "NAME (enforce)", else the label itself. */
void process_label_request(const char *label, char ret[PROCESS_LABEL_MAX + 16]);
