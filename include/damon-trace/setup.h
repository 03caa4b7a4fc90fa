/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Setting DAMON up from a configuration in damo's schema (doc/setup.md), stopping it again, and the
 * record of what was done, which stop and restore go by.
 *
 * int functions return 0 or -errno with *error filled.
 */
#ifndef DAMON_TRACE_SETUP_H
#define DAMON_TRACE_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/damon_sysfs.h"
#include "damon-trace/host_context.h"

/* ---- the machine ---------------------------------------------------------------------------- */

struct dt_setup_pmu {
	char name[64];
	uint32_t type; /* for perf_event_open */
};

/* What a configuration asks of the machine. Borrowed. */
struct dt_setup_machine {
	const char *release; /* of the kernel, "7.3.4-cloud" */
	const char *boot_id; /* tells boots apart */
	uint64_t page_size;  /* bytes */
	size_t nr_nodes;
	const struct dt_host_node_facts *nodes; /* with the ranges of their memory */
	size_t nr_pmus;
	const struct dt_setup_pmu *pmus;
};

/* ---- hardware samples ----------------------------------------------------------------------- */

/* How a kernel lets hardware tell DAMON of accesses; none of them is in a released kernel. */
enum dt_sampling {
	DT_SAMPLING_ACCESSED_BIT,  /* not at all */
	DT_SAMPLING_PERF_EVENTS,   /* monitoring_attrs/sample/perf_events/N */
	DT_SAMPLING_PRIMITIVES,	   /* monitoring_attrs/sample/primitives/perf_events */
	DT_SAMPLING_PROBE_FILTERS, /* probes/P/filters/F/perf_event_type */
	DT_SAMPLING_PROBE_PREPS,   /* probes/P/preps/N */
	DT_NR_SAMPLINGS,
};

/* "accessed-bit", "perf-events", ... */
const char *dt_sampling_name(enum dt_sampling sampling);
/* The layout that a context's directory shows; DT_SAMPLING_ACCESSED_BIT: none. NULL is allowed. */
enum dt_sampling dt_sampling_seen(const struct dt_damon_node *context);
/* Does the context take hardware samples? NULL is allowed. */
bool dt_sampling_is_used(const struct dt_damon_node *context);

/* ---- a configuration ------------------------------------------------------------------------ */

struct dt_config;

/* Read a file in YAML or JSON, "-" for stdin. Free with dt_config_free in any case. */
int dt_config_open(struct dt_config **config, const char *path, struct dt_error *error);
/* The same of a text; name is for messages. */
int dt_config_open_text(struct dt_config **config, const char *name, const char *text, size_t size,
			struct dt_error *error);
void dt_config_free(struct dt_config *config);

/* What the files of a kernel depend on. */
struct dt_damon_features {
	enum dt_sampling sampling;
	bool sampling_chosen; /* by the user: then the accessed bit takes no note */
	bool split_filters;   /* core_filters and ops_filters (6.15), else filters alone */
};

/* From a tree that has a context and a scheme, else from the kernel's release. */
void dt_damon_features_find(struct dt_damon_features *features, const struct dt_damon_node *tree,
			    const char *release);

/*
 * The configuration as DAMON's tree, into an empty *tree; clear it in any case. pid: of targets
 * that name none; 0: there is none. What cannot be had and has a substitute goes to notes. Mistakes
 * are -EINVAL with file, line and column.
 */
int dt_config_tree(const struct dt_config *config, const struct dt_setup_machine *machine,
		   const struct dt_damon_features *features, int32_t pid,
		   struct dt_damon_node *tree, struct dt_warnings *notes, struct dt_error *error);

/* ---- PULL and PUSH -------------------------------------------------------------------------- */

#define DT_GOAL_LEAST 1
#define DT_GOAL_MOST  9999

struct dt_pull_push {
	int32_t near_nid, far_nid;
	uint32_t target_bp;   /* of what is hot, on near: DT_GOAL_LEAST..DT_GOAL_MOST */
	char tuner[16];	      /* "temporal", "consist" */
	uint64_t quota_bytes; /* of each scheme and window; 0: by the size of the smaller node */
	uint64_t window_ms;   /* quota window */
	uint64_t sample_us, aggr_us;
	uint64_t min_regions, max_regions;
};

/* Defaults, then what the text "near=0,far=1,target=60%,..." says. */
int dt_pull_push_parse(struct dt_pull_push *options, const char *text, struct dt_error *error);
/*
 * The configuration as YAML. accessed_bit: without hardware samples, even where there are. The
 * caller frees *text.
 */
int dt_pull_push_text(const struct dt_pull_push *options, const struct dt_setup_machine *machine,
		      bool accessed_bit, char **text, struct dt_error *error);

/* ---- the state directory -------------------------------------------------------------------- */

#define DT_STATE_DIRECTORY "/run/damon-trace"
#define DT_STATE_SETUP	   "setup.json" /* described in doc/setup.md */

/*
 * Keep others out of the directory, which is made if need be. name: of the lock, "lock" for changes
 * of setup.json, another (DT_TUNE_LOCK) for tuning. -EBUSY: a process has it, which *error names.
 * *fd is closed by the caller, which opens the lock again.
 */
int dt_state_lock(const char *directory, const char *name, int *fd, struct dt_error *error);

struct dt_state_kdamond {
	unsigned index; /* below kdamonds/ */
	int32_t pid;	/* 0: it did not run */
};

enum dt_state_phase {
	DT_STATE_BEGUN,	  /* something may have been written */
	DT_STATE_RUNNING, /* done */
};

/* What setup.json says. */
struct dt_state {
	enum dt_state_phase phase;
	char boot_id[64];
	char origin[1024]; /* what was set up: the file, or --pull-push ... */
	size_t nr_kdamonds;
	struct dt_state_kdamond *kdamonds; /* that setup started */
	size_t nr_before;
	struct dt_state_kdamond *before;    /* kdamonds as they were; pid 0: off */
	struct dt_damon_plan before_writes; /* make the tree what it was before */
	struct dt_damon_plan writes;	    /* what setup wrote */
};

/* 0 with an empty *state and -ENOENT when there is none. Clear in any case. */
int dt_state_read(struct dt_state *state, const char *directory, struct dt_error *error);
/* Written as a whole, by way of a new file. */
int dt_state_write(const struct dt_state *state, const char *directory, struct dt_error *error);
int dt_state_remove(const char *directory, struct dt_error *error);
void dt_state_clear(struct dt_state *state);

/* Did setup start the kdamond that has this number and pid now? state may be empty. */
bool dt_state_owns(const struct dt_state *state, const struct dt_setup_machine *machine,
		   unsigned kdamond, int32_t pid);

/* ---- setup and stop ------------------------------------------------------------------------- */

struct dt_setup {
	struct dt_damon_sysfs *sysfs;
	const char *sys; /* root of sysfs, to look at DAMON's modules */
	const struct dt_setup_machine *machine;
	const char *directory; /* of the state */
	const struct dt_config *config;
	const char *origin;
	int32_t pid; /* of targets that name none; 0: none */
	bool take_over;
	bool sampling_given;	   /* else what the kernel has */
	enum dt_sampling sampling; /* when given */
	struct dt_warnings notes;  /* filled */
};

/*
 * What setup would write, with "on" for each kdamond at the end. Nothing is written, so what the
 * kernel has is told from what stands there, or from its release.
 */
int dt_setup_plan(struct dt_setup *setup, struct dt_damon_plan *plan, struct dt_error *error);

/*
 * Set up and start. Kdamonds that run and were not started by setup are refused (-EBUSY) unless
 * take_over. When something fails everything is as it was. *state: the record, to be cleared.
 */
int dt_setup_run(struct dt_setup *setup, struct dt_state *state, struct dt_error *error);

/*
 * Stop the kdamonds of the numbers given, or (nr 0) all that setup started; others only with
 * setup->take_over. When none that setup started is left the tree gets its earlier configuration
 * back. *stopped: how many were. Uses sysfs, machine, directory, take_over; fills notes.
 */
int dt_setup_stop(struct dt_setup *setup, const unsigned *kdamonds, size_t nr, size_t *stopped,
		  struct dt_error *error);

#endif
