/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A writer of perf.data files with hardware memory samples, field by field as the caller says: for
 * the generator of samples and for unit tests. It shares no code with the reader. What it writes is
 * made up (the files say "synthetic"), in the layout of perf_event_open(2) and perf's own file.
 */
#ifndef TESTS_TOOLS_SAMPLES_WRITER_H
#define TESTS_TOOLS_SAMPLES_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/tools/perf_out.h"
#include "tests/tools/perf_writer.h"

#define SW_MAX_EVENTS 4
#define SW_MAX_CPUS   64
#define SW_MAX_NODES  4
#define SW_MAX_RAW    128

struct sw_event {
	const char *name;
	uint32_t type;
	uint64_t config, config1;
	uint64_t sample_type; /* PW_*; PW_IDENTIFIER is added */
	uint64_t period;      /* or frequency, Hz */
	bool is_frequency;
	uint8_t precise;
};

struct sw_node {
	uint64_t start, end; /* physical, bytes; multiples of 128 MiB */
	const char *cpus;    /* "0-3"; empty: none */
};

struct sw_machine {
	const char *cpuid, *processor; /* "GenuineIntel,6,85,4" */
	uint32_t cpus;
	uint32_t nr_nodes;
	struct sw_node nodes[SW_MAX_NODES];
	uint32_t ibs_fetch_type, ibs_op_type; /* 0: there are none */
	bool zen4;			      /* ibs_op has zen4_ibs_extensions */
};

struct sw_config {
	struct sw_machine machine;
	uint32_t nr_events;
	struct sw_event events[SW_MAX_EVENTS];
	const char *label; /* what the file is, for its command line */
};

struct sw_sample {
	uint32_t event; /* index */
	uint16_t misc;	/* 1 kernel, 2 user, 5 guest user; | 1 << 14: exact ip */
	uint64_t ip, time, addr, period, data_src, phys, cgroup, page_size;
	uint32_t pid, tid, cpu;
	uint32_t weight;	   /* var1 */
	uint16_t weight2, weight3; /* var2, var3 */
	uint32_t raw_size;
	unsigned char raw[SW_MAX_RAW];
};

struct sw {
	const struct sw_config *config;
	struct perf_out *out;
	struct perf_buffer record;
	uint64_t data_start, first, last; /* file offset; ns */
};

/* Identifier of an event's counter on a CPU. */
uint64_t sw_id(uint32_t event, uint32_t cpu);

/* The config and the output must live until sw_end(). */
void sw_begin(struct sw *sw, const struct sw_config *config, struct perf_out *out);
void sw_comm(struct sw *sw, uint32_t pid, const char *comm);
void sw_mmap(struct sw *sw, uint32_t pid, uint64_t start, uint64_t size, const char *name);
void sw_cgroup(struct sw *sw, uint64_t id, const char *path);
void sw_sample(struct sw *sw, const struct sw_sample *sample);
void sw_lost(struct sw *sw, uint64_t time, uint32_t cpu, uint64_t count);
void sw_lost_samples(struct sw *sw, uint64_t time, uint32_t cpu, uint64_t count);
/* throttled: PERF_RECORD_THROTTLE, else PERF_RECORD_UNTHROTTLE */
void sw_throttle(struct sw *sw, uint64_t time, uint32_t cpu, bool throttled);
void sw_end(struct sw *sw);

#endif
