/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A CPU model of Proxmox VE: qemu-server's x86-64-v2-AES, which itself cannot be a reported model, with a width. */

#define PROXMOX_MODEL_REPORTED "qemu64"
#define PROXMOX_MODEL_FLAGS "+aes;+popcnt;+pni;+sse4.1;+sse4.2;+ssse3"
/* In addition, above this width: without 1 GiB pages, OVMF uses 40 address bits at most. */
#define PROXMOX_MODEL_SMALL_BITS 40
#define PROXMOX_MODEL_LARGE_FLAGS ";+pdpe1gb"
