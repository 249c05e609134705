/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/uuid.h"

#include <string.h>

bool uuid_parse(Bytes text, char ret[UUID_TEXT_MAX]) {
        char lower[UUID_TEXT_MAX] = {};

        if (text.n != UUID_TEXT_MAX - 1)
                return false;
        for (size_t i = 0; i < text.n; i++) {
                char c = (char) text.data[i];
                bool dash = i == 8 || i == 13 || i == 18 || i == 23;

                if (c >= 'A' && c <= 'F')
                        c |= 0x20;
                if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
                        return false;
                lower[i] = c;
        }
        memcpy(ret, lower, sizeof(lower));
        return true;
}
