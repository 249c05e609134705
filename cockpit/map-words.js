/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses and sizes as `hawctl map` shows them. Addresses are BigInt: they have 64 bits. */

const _ = window.cockpit.gettext;
const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const MIB = 1n << 20n, GIB = 1n << 30n, TIB = 1n << 40n;

export const LANES = { host: _("host memory"), dma: _("device DMA"), guest: _("guest") };
export const SHORT_LANES = { host: _("host"), dma: _("DMA"), guest: _("guest") };

export function hex(address) {
    return "0x" + address.toString(16);
}

/* "508 GiB", "1.9 GiB": at least two digits, and all of the integer part. */
export function sizeText(bytes) {
    let unit = 0;
    while (unit < 6 && bytes >> BigInt(10 * (unit + 1)))
        unit++;
    const one = 1n << BigInt(10 * unit);
    const tenths = (10n * bytes + one / 2n) / one;
    if (tenths < 100n && tenths % 10n)
        return `${tenths / 10n}.${tenths % 10n} ${UNITS[unit]}`;
    const whole = (bytes + one / 2n) / one;
    return whole === 1024n && unit < 6 ? `1 ${UNITS[unit + 1]}` : `${whole} ${UNITS[unit]}`;
}

/* Round ones in their unit, others as they are. */
export function addressText(address) {
    if (address === 0n)
        return "0";
    if (address === MIB)
        return "1 MiB";
    if (address % GIB)
        return hex(address);
    if (address % TIB)
        return address / GIB < 10000n ? `${address / GIB} GiB` : hex(address);
    return address / TIB < 10000n && address / TIB % 1024n ? `${address / TIB} TiB` : sizeText(address);
}

const DIGITS = 100000n;

/* Where there is little room: in the largest unit that has no remainder, "4078 MiB", or "~56.1 TiB". */
export function shortAddressText(address) {
    for (let unit = 6; unit >= 0 && address > 0n; unit--) {
        const one = 1n << BigInt(10 * unit);
        if (address % one === 0n && address / one < DIGITS)
            return `${address / one} ${UNITS[unit]}`;
    }
    return address === 0n ? "0" : "~" + sizeText(address);
}

/* "2^46 = 64 TiB" */
export function limitText(bits) {
    const unit = Math.min(Math.floor(bits / 10), 6);
    return `2^${bits} = ${2 ** (bits - 10 * unit)} ${UNITS[unit]}`;
}

/* Empty where a size would say nothing. */
export function bandSize(band) {
    if (band.kind === "beyond" || band.end < MIB)
        return "";
    return sizeText(band.bytes || 1n << 64n);
}
