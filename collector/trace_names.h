/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of processes for a trace.dat: the events carry their pids alone. */
#ifndef COLLECTOR_TRACE_NAMES_H
#define COLLECTOR_TRACE_NAMES_H

/*
 * "PID NAME\n"...: what the kernel saved while it traced, the kdamonds that run, and of `before`
 * (such a text of earlier; may be NULL) those that are not known any more. 0 or -ENOMEM; the caller
 * frees *names.
 */
int dt_trace_names_read(const char *tracefs, const char *proc, const char *before, char **names);

#endif
