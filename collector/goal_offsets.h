/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the running kernel keeps the goals of DAMON's schemes, from its BTF. */
#ifndef COLLECTOR_GOAL_OFFSETS_H
#define COLLECTOR_GOAL_OFFSETS_H

#include <stdint.h>

struct btf;

/* The function at whose return each goal of a scheme has been evaluated. */
#define DT_GOAL_FUNCTION "damos_quota_score"

/* Bytes; arguments count from 1. */
struct dt_goal_offsets {
	unsigned context_argument, scheme_argument; /* of DT_GOAL_FUNCTION */
	unsigned context_schemes;		    /* list head in struct damon_ctx */
	unsigned scheme_list;			    /* list node in struct damos */
	unsigned scheme_goals;			    /* list head in struct damos */
	unsigned goal_list;			    /* list node in struct damos_quota_goal */
	unsigned goal_metric, goal_target, goal_current, goal_nid;
	unsigned word_size; /* of a pointer and of unsigned long */
};

/*
 * Find them. 0, or -EOPNOTSUPP with *why (one line, static) when this kernel has no goals of
 * memory nodes, or keeps them in a way that is not known.
 */
int dt_goal_offsets_find(struct dt_goal_offsets *offsets, const struct btf *btf, const char **why);

/* The same of a BTF file (sysfs: kernel/btf/vmlinux). Other errors: no file, no memory. */
int dt_goal_offsets_read(struct dt_goal_offsets *offsets, const char *path, const char **why);

#endif
