/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names from recordings (commands, paths, kernels) are bytes that anyone may have written: they
 * must neither break a JSON string nor send escapes to a terminal.
 */
#ifndef SUPPORT_UTF8_H
#define SUPPORT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Length of the valid UTF-8 sequence at text, 1 to 4; 0 when it is none. text ends with NUL. */
size_t dt_utf8_sequence(const char *text);

/* Is the valid sequence of this length a control character (C0, DEL, C1)? */
bool dt_utf8_control(const char *text, size_t length);

/* Print text with control characters and invalid bytes as \xNN. */
void dt_utf8_print(FILE *out, const char *text);

/* Copy text with every byte that is not printable ASCII as '?'. Returns buffer. */
char *dt_utf8_ascii(char *buffer, size_t size, const char *text);

#endif
