/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/character.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"

int character_decode(const uint8_t *data, size_t n, uint32_t *ret) {
        uint8_t first = data[0], low = 0x80, high = 0xbf;
        int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;

        if (first < 0xc2 || first > 0xf4)
                return 0;
        if (first == 0xe0)
                low = 0xa0;
        else if (first == 0xf0)
                low = 0x90;
        else if (first == 0xed)
                high = 0x9f;
        else if (first == 0xf4)
                high = 0x8f;
        *ret = first & (0xffu >> (length + 1));
        for (int i = 1; i < length; i++) {
                if ((size_t) i == n)
                        return -EAGAIN;
                if (data[i] < low || data[i] > high)
                        return 0;
                *ret = *ret << 6 | (data[i] & 0x3f);
                low = 0x80;
                high = 0xbf;
        }
        return length;
}

bool character_is_unseen(uint32_t code) {
        static const struct {
                uint32_t first, last;
        } ranges[] = { { 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x600, 0x605 },
                { 0x61c, 0x61c }, { 0x6dd, 0x6dd }, { 0x70f, 0x70f }, { 0x890, 0x891 }, { 0x8e2, 0x8e2 },
                { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
                { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfdd0, 0xfdef },
                { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
                { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
                { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff } };

        for (size_t i = 0; i < ELEMENTS(ranges) && ranges[i].first <= code; i++)
                if (code <= ranges[i].last)
                        return true;
        /* U+FFFE, U+FFFF, and the last two of each other plane. */
        return (code & 0xfffe) == 0xfffe;
}

size_t character_escape(uint32_t code, char ret[static CHARACTER_ESCAPE_SIZE]) {
        int n;

        if (code > 0xffff)
                n = snprintf(ret, CHARACTER_ESCAPE_SIZE, "\\u%04x\\u%04x", 0xd7c0u + (code >> 10),
                                0xdc00u + (code & 0x3ff));
        else
                n = snprintf(ret, CHARACTER_ESCAPE_SIZE, code < 0x20 ? "\\x%02x" : "\\u%04x", code);
        return (size_t) n;
}

/* Copies the first character, escaped if it is not printable. Returns the number of bytes consumed. */
static size_t printable(const uint8_t *data, size_t size, bool cut, char ret[static CHARACTER_ESCAPE_SIZE]) {
        uint32_t code = data[0];
        int n = code < 0x80 ? 1 : character_decode(data, size, &code);
        size_t length = n > 0 ? (size_t) n : 1;

        *ret = 0;
        if (n > 0 && character_is_unseen(code)) {
                character_escape(code, ret);
        } else if (n > 0) {
                memcpy(ret, data, length);
                ret[length] = 0;
        } else if (!cut || (code = data[0]) < 0xc2 || code > 0xf4)
                snprintf(ret, CHARACTER_ESCAPE_SIZE, "\\x%02x", data[0]);
        else
                while (length < size && length < 3 && (data[length] & 0xc0) == 0x80)
                        length++;
        return length;
}

void characters_copy(const uint8_t *data, size_t n_data, bool cut, char *ret, size_t size) {
        size_t out = 0;

        if (size == 0)
                return;
        for (size_t i = 0, n; i < n_data && data[i]; i += n) {
                char character[CHARACTER_ESCAPE_SIZE];
                size_t length;

                /* Most text is ASCII, and each fact and finding has some. */
                if (data[i] >= ' ' && data[i] < 0x7f) {
                        if (size - out < 2)
                                break;
                        ret[out++] = (char) data[i];
                        n = 1;
                        continue;
                }
                n = printable(data + i, n_data - i, cut, character);
                length = strlen(character);
                if (size - out < length + 1)
                        break;
                memcpy(ret + out, character, length);
                out += length;
        }
        ret[out] = 0;
}

void text_shown(const char *text, char *ret, size_t size) {
        characters_copy((const uint8_t *) text, strlen(text), true, ret, size);
}
