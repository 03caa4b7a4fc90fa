/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers as text that reads back as the same number. printf's %.17g takes most of the time of a
 * large grid, and shows 0.05 as 0.050000000000000003.
 */
#ifndef SUPPORT_NUMBER_H
#define SUPPORT_NUMBER_H

#include <stdint.h>

/* Room for any number and its NUL. */
#define DT_NUMBER_SIZE 32

/*
 * Write a finite double with 15 or, where those do not read back as the same double, 17
 * significant digits. Returns the length. Valid in JSON, CSV and gnuplot.
 */
int dt_number_double(char buffer[DT_NUMBER_SIZE], double value);

/* Write a whole number. Returns the length. */
int dt_number_u64(char buffer[DT_NUMBER_SIZE], uint64_t value);

#endif
