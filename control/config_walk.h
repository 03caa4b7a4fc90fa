/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From damo's schema to DAMON's tree. A table tells for each key what it holds and which file that
 * is; the few that are more than a file have a function.
 */
#ifndef CONTROL_CONFIG_WALK_H
#define CONTROL_CONFIG_WALK_H

#include "control/config_document.h"
#include "damon-trace/setup.h"

/* Perf events of a context, before it is known where the kernel wants them. */
#define DT_EVENTS_MAX 64

struct dt_perf_event {
	char pmu[64]; /* name of the unit; empty: type tells */
	/* values by the names of layout 1, in the order of dt_event_names */
	bool given[16];
	uint64_t values[16];
};

/* Ends with NULL. The first is "type". */
extern const char *const dt_event_names[];

struct dt_config_walk {
	const struct dt_config_document *document;
	const struct dt_setup_machine *machine;
	const struct dt_damon_features *features;
	int32_t pid;
	struct dt_damon_node *tree;
	struct dt_warnings *notes;
	struct dt_error *error;
	/* of the context at hand */
	uint64_t sample_us, aggr_us, addr_unit;
	bool virtual; /* vaddr or fvaddr */
	size_t nr_probes;
	/* of the filters at hand */
	unsigned nr_filters, nr_core, nr_ops;
};

enum dt_config_type {
	DT_KEY_IGNORED, /* results that damo prints, too */
	DT_KEY_NUMBER,
	DT_KEY_SIGNED,
	DT_KEY_BYTES,
	DT_KEY_US,
	DT_KEY_MS,
	DT_KEY_PERMIL,
	DT_KEY_BP,
	DT_KEY_BOOL,
	DT_KEY_WORD,
	DT_KEY_MAP,  /* its keys are files below the same directory */
	DT_KEY_LIST, /* numbered directories beside a nr_* */
	DT_KEY_OWN,  /* a function knows */
};

struct dt_config_key {
	const char *name;
	enum dt_config_type type;
	const char *path; /* below the directory of the map; of a list: with the nr_* file */
	const struct dt_config_key *keys;
	int (*take)(struct dt_config_walk *walk, const struct dt_config_value *value,
		    const char *directory);
};

/* The keys of the whole file. */
extern const struct dt_config_key dt_config_root[];

/* A map whose keys become files below a directory ("" is the root). */
int dt_config_map(struct dt_config_walk *walk, const struct dt_config_value *map,
		  const struct dt_config_key *keys, const char *directory);
/* The elements of a list; nr_file: "contexts/nr_contexts". */
int dt_config_list(struct dt_config_walk *walk, const struct dt_config_value *list,
		   const struct dt_config_key *keys, const char *directory, const char *nr_file);

/* Put a value, unless the file holds it from the beginning. */
int dt_config_put(const struct dt_config_walk *walk, const char *directory, const char *path,
		  const char *value);
int dt_config_put_u64(const struct dt_config_walk *walk, const char *directory, const char *path,
		      uint64_t value);
/* The same even when the file holds it from the beginning. */
int dt_config_put_always(const struct dt_config_walk *walk, const char *directory, const char *path,
			 const char *value);

/* A number of the type; -EINVAL with place and what it should be. */
int dt_config_number(const struct dt_config_walk *walk, const struct dt_config_value *value,
		     enum dt_config_type type, uint64_t *number);

/* -EINVAL unless the value is of that shape, which `what` names. */
int dt_config_expect(const struct dt_config_walk *walk, const struct dt_config_value *value,
		     enum dt_config_shape shape, const char *what);

/* What contexts and schemes have before their keys are looked at. */
int dt_config_context(struct dt_config_walk *walk, const struct dt_config_value *value,
		      const char *directory);
int dt_config_scheme(struct dt_config_walk *walk, const char *directory);

/* The functions of keys that are more than a file. */
int dt_config_target_pid(struct dt_config_walk *walk, const struct dt_config_value *value,
			 const char *directory);
int dt_config_target_nodes(struct dt_config_walk *walk, const struct dt_config_value *value,
			   const char *directory);
int dt_config_accesses(struct dt_config_walk *walk, const struct dt_config_value *value,
		       const char *directory);
int dt_config_age(struct dt_config_walk *walk, const struct dt_config_value *value,
		  const char *directory);
int dt_config_goals(struct dt_config_walk *walk, const struct dt_config_value *value,
		    const char *directory);
int dt_config_filters(struct dt_config_walk *walk, const struct dt_config_value *value,
		      const char *directory);
int dt_config_events(struct dt_config_walk *walk, const struct dt_config_value *value,
		     const char *directory);

/*
 * The ranges of a node, page-aligned; those with a hole between them that holds no other node's
 * memory and is small are joined. Free *ranges.
 */
int dt_config_node_ranges(const struct dt_config_walk *walk, const struct dt_config_value *value,
			  int64_t nid, struct dt_host_range **ranges, size_t *nr);

/* Put events where the kernel wants them: directory is the context's. */
int dt_sampling_put(struct dt_config_walk *walk, const struct dt_perf_event *events, size_t nr,
		    const char *directory);

#endif
