/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/show/screen.h"
#include "doctor/diagnosis.h"

/* Prints problems first, then what could not be looked at, then the rest. */
void diagnosis_text(const Diagnosis *diagnosis, const Screen *screen);
