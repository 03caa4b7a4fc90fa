/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers with units as damo writes them: "64.000 MiB", "1 m 2 s", "0.5 %", "18,446,744", "max".
 * Each returns 0, -EINVAL (it is none), or -ERANGE.
 */
#ifndef CONTROL_CONFIG_UNITS_H
#define CONTROL_CONFIG_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/* A bare number; a fraction must be zero. "min" is 0, "max" the largest. */
int dt_units_number(const char *text, uint64_t *value);
/* The same with a sign. */
int dt_units_signed(const char *text, int64_t *value);
/* Bytes, with B, K, M, G, T, P, E of 1024, each with iB or B or nothing. */
int dt_units_bytes(const char *text, uint64_t *value);
/* A time: parts with ns, us, ms, s, m, h, d; a bare number is in units of unit_ns. In unit_ns. */
int dt_units_time(const char *text, uint64_t unit_ns, uint64_t *value);
/* A part of `whole`: "5 %", or a bare number of parts. */
int dt_units_part(const char *text, uint64_t whole, uint64_t *value);
/* A number and a word behind it: "5 samples". The word is moved past blanks, "" when there is none.
 */
int dt_units_word(const char *text, double *value, const char **word);
/* true, yes, on, y, 1 and their contraries, in any case. */
int dt_units_bool(const char *text, bool *value);

#endif
