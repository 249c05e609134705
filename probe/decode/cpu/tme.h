/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Intel memory encryption: IA32_TME_CAPABILITY (0x981), IA32_TME_ACTIVATE (0x982) and
 * IA32_MKTME_KEYID_PARTITIONING (0x87) (Intel TME/MKTME specification; kernel: arch/x86/kernel/cpu/intel.c
 * detect_tme_early(), arch/x86/include/asm/msr-index.h). They exist where CPUID 7.0 ECX[13] is set. */

#include <stdbool.h>
#include <stdint.h>

typedef struct TmeCapability {
        bool aes_xts_128, aes_xts_128_integrity, aes_xts_256; /* [0], [1], [2] */
        bool bypass;                                          /* [31] */
        uint8_t max_keyid_bits;                               /* [35:32] */
        uint16_t max_keys;                                    /* [50:36] */
} TmeCapability;

typedef struct TmeActivate {
        bool locked, enabled;   /* [0], [1]; the rest counts only when both are set */
        uint8_t policy;         /* [7:4] */
        bool bypass;            /* [31] */
        uint8_t keyid_bits;     /* [35:32], KeyID bits in use, the TDX ones among them */
        uint8_t tdx_keyid_bits; /* [39:36], of those how many are for TDX */
        uint16_t crypto_algs;   /* [63:48] */
} TmeActivate;

typedef struct TmePartitioning {
        uint32_t mktme_keyids; /* [31:0], KeyIDs for MKTME */
        uint32_t tdx_keyids;   /* [63:32], private KeyIDs for TDX */
} TmePartitioning;

void tme_capability_decode(uint64_t value, TmeCapability *ret);
void tme_activate_decode(uint64_t value, TmeActivate *ret);
void tme_partitioning_decode(uint64_t value, TmePartitioning *ret);

/* How many bits the kernel subtracts from the physical width: the KeyID bits, only when locked and enabled. The
 * TDX share is inside that figure. */
unsigned tme_bits_taken(const TmeActivate *tme);
