/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fleet/settings.h"

/* Prints the settings with their notes, and why others are not offered. all: of every program; else of libvirt and QEMU
 * without their variants. */
void settings_text(const Settings *settings, bool all);
