/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as damo writes them: "1,234", "5 ms", "8 m 59.809 s", "4.000 KiB", "max". */
#ifndef READERS_DAMO_UNITS_H
#define READERS_DAMO_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/* A plain number, rounded; below 0 becomes 0. False: it is none. */
bool dt_damo_number(const char *text, uint64_t *value);
/* In ns. unit: ns of a bare number. */
bool dt_damo_time(const char *text, uint64_t unit, uint64_t *ns);
bool dt_damo_bytes(const char *text, uint64_t *bytes);
/* In percent, "50 %" or "50". */
bool dt_damo_percent(const char *text, double *percent);

#endif
