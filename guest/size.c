/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/size.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

static const char letters[] = "bkmgtpe";

/* A letter's scale, as a power of `base`; 0 if unknown. */
static uint64_t letter_scale(char letter, uint64_t base) {
        const char *found = letter ? strchr(letters, letter | 0x20) : NULL;
        uint64_t scale = 1;

        if (!found)
                return 0;
        for (const char *c = letters; c < found; c++)
                scale *= base;
        return scale;
}

static int scaled(uint64_t number, uint64_t scale, uint64_t *ret) {
        if (number > GUEST_SIZE_MAX / scale)
                return -ERANGE;
        *ret = number * scale;
        return 0;
}

/* A number above 64 bits is still a number. */
static int whole_number(const char *text, size_t n, uint64_t *ret) {
        if (n == 0 || strspn(text, "0123456789") < n)
                return -EINVAL;
        return text_u64((Bytes){ .data = (const uint8_t *) text, .n = n }, 10, ret) ? 0 : -ERANGE;
}

int guest_size_from_text(const char *text, uint64_t *ret) {
        size_t n = strspn(text, "0123456789");
        const char *unit = text + n;
        uint64_t number, scale;
        int r;

        r = whole_number(text, n, &number);
        if (r < 0)
                return r;
        if (!*unit || strcmp(unit, "B") == 0)
                return scaled(number, 1, ret);
        if (strlen(unit) != 3 || strcmp(unit + 1, "iB") != 0 || !strchr("KMGTP", *unit))
                return -EINVAL;
        scale = letter_scale(*unit, 1024);
        return scaled(number, scale, ret);
}

int guest_size_from_libvirt(const char *number, const char *unit, const char *default_unit, uint64_t *ret) {
        uint64_t value, scale;
        int r;

        if (!unit)
                unit = default_unit;
        r = whole_number(number, strlen(number), &value);
        if (r < 0)
                return r;
        if (strcasecmp(unit, "b") == 0 || strcasecmp(unit, "bytes") == 0 || !*unit)
                return scaled(value, 1, ret);
        if (unit[1] == 0 || strcasecmp(unit + 1, "iB") == 0)
                scale = letter_scale(*unit, 1024);
        else
                scale = strcasecmp(unit + 1, "B") == 0 ? letter_scale(*unit, 1000) : 0;
        if (scale <= 1)
                return -EINVAL;
        return scaled(value, scale, ret);
}

static int hexadecimal(const char *text, uint64_t scale, uint64_t *ret) {
        uint64_t number;

        if (!text_u64((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, 16, &number))
                return -EINVAL;
        return scaled(number, scale, ret);
}

/* The fraction, in bytes: three digits of a terabyte matter, the tenth does not. */
static uint64_t fraction_bytes(const char *digits, size_t n, uint64_t scale) {
        uint64_t number = 0, divisor = 1;

        for (size_t i = 0; i < n && i < 9; i++) {
                number = number * 10 + (uint64_t) (digits[i] - '0');
                divisor *= 10;
        }
        return (uint64_t) ((unsigned __int128) number * scale / divisor);
}

int guest_size_from_qemu(const char *text, uint64_t default_scale, uint64_t *ret) {
        size_t n = strspn(text, "0123456789"), n_fraction = 0;
        const char *fraction = text + n, *end = fraction;
        uint64_t number, scale = default_scale, size;
        int r;

        if (strncasecmp(text, "0x", 2) == 0)
                return hexadecimal(text, default_scale, ret);
        if (*fraction == '.') {
                n_fraction = strspn(++fraction, "0123456789");
                end = fraction + n_fraction;
        }
        if (*end) {
                scale = letter_scale(*end, 1024);
                if (scale == 0 || end[1])
                        return -EINVAL;
        }
        r = whole_number(text, n, &number);
        if (r >= 0)
                r = scaled(number, scale, &size);
        if (r < 0)
                return r;
        *ret = size + fraction_bytes(fraction, n_fraction, scale);
        return 0;
}

char *size_text(uint64_t bytes, char ret[SIZE_TEXT_MAX]) {
        static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
        unsigned unit = 0;
        double value = (double) bytes;

        while (value >= 1024 && unit + 1 < ELEMENTS(units)) {
                value /= 1024;
                unit++;
        }
        snprintf(ret, SIZE_TEXT_MAX, value == (double) (uint64_t) value ? "%.0f %s" : "%.1f %s", value,
                        units[unit]);
        return ret;
}
