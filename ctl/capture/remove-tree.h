/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Removes a directory with all in it, following no link. What cannot be removed stays. */
void remove_tree(const char *path);
