/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/tme.h"

#include "probe/decode/bytes.h"

void tme_capability_decode(uint64_t value, TmeCapability *ret) {
        *ret = (TmeCapability){
                .aes_xts_128 = bit(value, 0),
                .aes_xts_128_integrity = bit(value, 1),
                .aes_xts_256 = bit(value, 2),
                .bypass = bit(value, 31),
                .max_keyid_bits = (uint8_t) bits(value, 35, 32),
                .max_keys = (uint16_t) bits(value, 50, 36),
        };
}

void tme_activate_decode(uint64_t value, TmeActivate *ret) {
        *ret = (TmeActivate){
                .locked = bit(value, 0),
                .enabled = bit(value, 1),
                .policy = (uint8_t) bits(value, 7, 4),
                .bypass = bit(value, 31),
                .keyid_bits = (uint8_t) bits(value, 35, 32),
                .tdx_keyid_bits = (uint8_t) bits(value, 39, 36),
                .crypto_algs = (uint16_t) bits(value, 63, 48),
        };
}

void tme_partitioning_decode(uint64_t value, TmePartitioning *ret) {
        *ret = (TmePartitioning){
                .mktme_keyids = (uint32_t) bits(value, 31, 0),
                .tdx_keyids = (uint32_t) bits(value, 63, 32),
        };
}

unsigned tme_bits_taken(const TmeActivate *tme) {
        return tme->locked && tme->enabled ? tme->keyid_bits : 0;
}
