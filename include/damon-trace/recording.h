/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording: a directory of standard files on one clock.
 *
 * trace.dat   DAMON's events, version 6; trace-cmd and KernelShark open it
 * perf.data   memory samples; perf opens it
 * host.json   the machine, the options, DAMON's sysfs tree, the losses
 * witness.jsonl   counters of the kernel once a second, one JSON object per line
 *
 * While it is being written the pages of each CPU stand in trace.dat.cpuN beside trace.dat, which
 * holds only its header: a recorder that is killed leaves them, and a reader takes them. Closing
 * puts both together in trace.dat.new, which then replaces trace.dat. Where the recording is
 * bounded, trace.dat is followed by trace.dat.1, trace.dat.2 and so on, perf.data likewise: the
 * higher the number the younger, no number is the oldest. The oldest ones may be gone.
 */
#ifndef DAMON_TRACE_RECORDING_H
#define DAMON_TRACE_RECORDING_H

#include <stddef.h>
#include <stdint.h>

/* Of each CPU's rings, where nothing else is asked for. */
#define DT_BUFFER_KB 4096

#define DT_RECORDING_DEFAULT "damon-trace.data"
#define DT_RECORDING_TRACE   "trace.dat"
#define DT_RECORDING_PERF    "perf.data"
#define DT_RECORDING_HOST    "host.json"
#define DT_RECORDING_WITNESS "witness.jsonl"

/* What one CPU gave and lost; counts since the recording began. */
struct dt_cpu_account {
	int cpu;
	/* the trace ring, from per_cpu/cpuN/stats */
	uint64_t events;	 /* read and written to the recording */
	uint64_t overrun;	 /* events overwritten before they were read */
	uint64_t commit_overrun; /* events that found the ring busy */
	uint64_t dropped;	 /* events that found the ring full */
	uint64_t trace_bytes;
	/* the sample ring */
	uint64_t samples;
	uint64_t with_address; /* samples whose address is not 0 */
	uint64_t lost;	       /* records, PERF_RECORD_LOST */
	uint64_t lost_samples; /* PERF_RECORD_LOST_SAMPLES */
	uint64_t throttles;
	uint64_t enabled_ns, running_ns; /* of the sampled events on this CPU, summed */
	uint64_t perf_bytes;
};

/* Of all CPUs, by ascending number. */
struct dt_account {
	size_t nr_cpus;
	struct dt_cpu_account *cpus;
};

#endif
