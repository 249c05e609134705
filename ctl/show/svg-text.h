/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text in SVG. Nobody knows which font will draw it: what is said of its width holds for the widest of the usual ones. */

#include <stddef.h>
#include <stdio.h>

/* At most so many pixels at that size. */
double svg_text_width(const char *text, double size);

/* How much of the text, in bytes, fits a line: up to a blank where there is one. All of it when it fits. */
size_t svg_text_break(const char *text, double size, double width);

/* Printable, with what XML gives a meaning to escaped; n bytes at most. */
void svg_text_put(FILE *file, const char *text, size_t n);
