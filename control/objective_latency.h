/* SPDX-License-Identifier: GPL-2.0-only */
/* What the samples of one perf.data say of the latency of memory. */
#ifndef CONTROL_OBJECTIVE_LATENCY_H
#define CONTROL_OBJECTIVE_LATENCY_H

#include <stdbool.h>

#include "damon-trace/error.h"

/*
 * far false: sum and number of the latencies of loads, in the event's unit. far true: the sum is
 * 100 for each sample from far memory, the number that of samples from any memory. 0; -EOPNOTSUPP:
 * the samples do not carry it; or as dt_reader_open.
 */
int dt_latency_read(const char *path, bool far, double *sum, double *count, struct dt_error *error);

#endif
