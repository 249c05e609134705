/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The screen of `hawctl place`. */

#include "ctl/show/screen.h"
#include "fleet/place.h"

typedef struct PlaceText {
        Screen screen;
        const char *guest; /* its name; "" unknown */
        const Place *place;
        const Fleet *fleet;
        bool all; /* all hosts and all reasons */
        /* Of a host without a name; NULL: none. */
        const char *(*where)(const void *userdata, FleetPlace place, char *ret, size_t size);
        const void *userdata;
} PlaceText;

/* -ENOMEM */
int place_text(const PlaceText *text);
