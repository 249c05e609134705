/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Xen's hypercalls of x86-64, by offsets (xen/include/public/{xen,version,sysctl,memory,physdev}.h). A sysctl has an
 * interface version, and Xen refuses any other with EACCES, so an unknown version gives no answer instead of a wrong one.
 * The parts used here are the same in all of them, except physinfo, which grew in the middle:
 *    0x13  Xen 4.14, 4.15
 *    0x14  Xen 4.16
 *    0x15  Xen 4.17 to 4.20
 *    0x16  Xen 4.21, 4.22                                                                                          */

#include <stdint.h>

#define XEN_CALL_MEMORY_OP 12
#define XEN_CALL_VERSION 17
#define XEN_CALL_SYSCTL 35

/* xen_version: the argument is an array of characters. */
#define XEN_VERSION_NUMBER 0 /* returns major and minor: bits 31:16 and 15:0 */
#define XEN_VERSION_EXTRA 1
#define XEN_VERSION_EXTRA_SIZE 16
#define XEN_VERSION_CAPABILITIES 3
#define XEN_VERSION_COMMAND_LINE 9
#define XEN_VERSION_TEXT_SIZE 1024

/* sysctl: a head, and then what the command defines. */
#define XEN_SYSCTL_VERSION_FIRST 0x13u
#define XEN_SYSCTL_VERSION_LAST 0x16u
#define XEN_SYSCTL_SIZE 136
#define XEN_SYSCTL_COMMAND 0 /* uint32 */
#define XEN_SYSCTL_VERSION 4 /* uint32 */
#define XEN_SYSCTL_BODY 8

#define XEN_SYSCTL_READ_CONSOLE 1
#define XEN_CONSOLE_CLEAR 8 /* uint8 */
#define XEN_CONSOLE_INCREMENTAL 9
#define XEN_CONSOLE_INDEX 12  /* uint32 */
#define XEN_CONSOLE_BUFFER 16 /* address */
#define XEN_CONSOLE_COUNT 24  /* uint32 */

#define XEN_SYSCTL_PHYSINFO 3
#define XEN_PHYSINFO_CAPABILITIES 36 /* uint32 */
/* Of versions before 0x15, and with arch_capabilities and its padding since. */
#define XEN_PHYSINFO_GREW 0x15u
#define XEN_PHYSINFO_GROWTH 8
#define XEN_PHYSINFO_TOTAL_PAGES 40 /* uint64 */
#define XEN_PHYSINFO_MAX_MFN 72     /* uint64 */

#define XEN_SYSCTL_GET_CPU_POLICY 29
#define XEN_POLICY_INDEX 8     /* uint32 */
#define XEN_POLICY_N_LEAVES 12 /* uint32 */
#define XEN_POLICY_N_MSRS 16
#define XEN_POLICY_RESERVED 20
#define XEN_POLICY_LEAVES 24 /* address */
#define XEN_POLICY_MSRS 32
#define XEN_LEAF_SIZE 24 /* leaf, subleaf, EAX, EBX, ECX, EDX */
#define XEN_LEAF_NO_SUBLEAF UINT32_MAX

/* memory_op */
#define XEN_MEMORY_RESERVED_MAP 27
#define XEN_RESERVED_FLAGS 0     /* uint32 */
#define XEN_RESERVED_FLAG_ALL 1u /* whichever device they are for */
#define XEN_RESERVED_N_ENTRIES 4 /* uint32 */
#define XEN_RESERVED_BUFFER 8    /* address */
#define XEN_RESERVED_SEGMENT 16  /* uint16 */
#define XEN_RESERVED_BUS 18      /* uint8 */
#define XEN_RESERVED_DEVFN 19    /* uint8 */
#define XEN_RESERVED_SIZE 24
#define XEN_RESERVED_ENTRY_SIZE 16 /* first page number, pages */
