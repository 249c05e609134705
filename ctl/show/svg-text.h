/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text in SVG. The font is unknown: widths are those of the widest common font. */

#include <stddef.h>
#include <stdio.h>

/* Maximum width in pixels. */
double svg_text_width(const char *text, double size);

/* Number of bytes that fit a line, up to a blank if possible. All if the text fits. */
size_t svg_text_break(const char *text, double size, double width);

/* Prints at most n bytes, escaped for XML. */
void svg_text_put(FILE *file, const char *text, size_t n);
