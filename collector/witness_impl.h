/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the witnesses share. */
#ifndef COLLECTOR_WITNESS_IMPL_H
#define COLLECTOR_WITNESS_IMPL_H

#include <stddef.h>
#include <stdio.h>

#include "collector/witness.h"
#include "support/json_writer.h"

/*
 * A file that is read again and again through one descriptor. Room for /proc/vmstat, the largest;
 * what is beyond it is not read.
 */
#define DT_WITNESS_TEXT 32768

struct dt_witness_node {
	int nid;
	int meminfo, numastat; /* descriptors, -1: none */
};

/* A domain of resctrl's monitoring: an L3 cache. */
struct dt_witness_domain {
	char name[64];
	int total, local;
};

struct dt_witness_kdamond {
	int32_t pid;
	char name[32];
	int schedstat, stat;
};

struct dt_witness_kdamonds {
	const char *proc;
	size_t nr, room;
	struct dt_witness_kdamond *list;
	/* processes of the last search, ascending */
	size_t nr_seen;
	uint32_t *seen;
};

struct dt_witness {
	size_t nr_nodes;
	struct dt_witness_node *nodes;
	size_t nr_domains;
	struct dt_witness_domain *domains;
	int vmstat, psi;
	char interrupts[512]; /* path; opened each time, and seldom */
	struct dt_witness_kdamonds kdamonds;
	unsigned samples;
	bool last; /* the line at hand ends the recording */

	char *text; /* DT_WITNESS_TEXT */
	/* the line at hand, in memory */
	FILE *line;
	char *line_text;
	size_t line_size;
	int out; /* -1: no segment yet */
	char path[4096];
};

/* The whole file from its start into a text that ends with NUL. 0, or -errno and no text. */
int dt_witness_read(int fd, char *text);

/* ---- witness_sources.c: each adds a member to the object at hand, or nothing ---- */

int dt_witness_open_sources(struct dt_witness *witness, const struct dt_roots *roots);
void dt_witness_close_sources(struct dt_witness *witness);
void dt_witness_write_sources(struct dt_witness *witness, struct dt_json *json);

/* ---- witness_interrupts.c ---- */

/* The interrupts of hardware samples, by CPU. */
void dt_witness_write_interrupts(struct dt_witness *witness, struct dt_json *json);

/* ---- witness_kdamonds.c ---- */

/* Look for kdamonds that are new. 0 or -ENOMEM. */
int dt_witness_find_kdamonds(struct dt_witness_kdamonds *kdamonds);
/* Write their times; those that ended are dropped. */
void dt_witness_write_kdamonds(struct dt_witness *witness, struct dt_json *json);
void dt_witness_close_kdamonds(struct dt_witness_kdamonds *kdamonds);

#endif
