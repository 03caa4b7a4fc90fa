/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PULL and PUSH: two schemes with complementary goals that share the hot memory between two nodes.
 * Written as a configuration like any other, so that it can be looked at and kept.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/config_units.h"
#include "damon-trace/setup.h"

/* What a window may move by default: a part of the smaller node, within bounds. */
#define QUOTA_PART  128
#define QUOTA_LEAST (4ull << 20)
#define QUOTA_MOST  (512ull << 20)

/* Samples per second and CPU; DAMON keeps 255 between two of its own samplings. */
#define IBS_FREQUENCY 4000

static int wrong(struct dt_error *error, const char *key, const char *text, const char *what)
{
	return dt_fail(error, EINVAL,
		       "near=NODE,far=NODE,target=PART and, if need be, tuner=temporal|consist, "
		       "quota=BYTES, window=TIME, sample=TIME, aggr=TIME, regions=MIN-MAX",
		       "%s: \"%s\" is not %s", key, text, what);
}

static int parse_node(const char *key, const char *text, int32_t *nid, struct dt_error *error)
{
	uint64_t number;

	if (dt_units_number(text, &number) || number > INT32_MAX)
		return wrong(error, key, text, "the number of a node");
	*nid = (int32_t)number;
	return 0;
}

static int parse_time(const char *key, const char *text, uint64_t unit_ns, uint64_t *value,
		      struct dt_error *error)
{
	if (dt_units_time(text, unit_ns, value) || !*value || *value == UINT64_MAX)
		return wrong(error, key, text, "a time, like 100ms");
	return 0;
}

static int parse_target(const char *text, uint32_t *target, struct dt_error *error)
{
	uint64_t part;

	if (dt_units_part(text, 10000, &part))
		return wrong(error, "target", text, "a part, like 60% or 6000");
	if (part < DT_GOAL_LEAST || part > DT_GOAL_MOST)
		return dt_fail(error, EINVAL,
			       "with all or nothing one of the two schemes would have a goal of 0, "
			       "which the kernel ignores",
			       "target: \"%s\" is not between 0.01%% and 99.99%%", text);
	*target = (uint32_t)part;
	return 0;
}

static int parse_regions(char *text, struct dt_pull_push *options, struct dt_error *error)
{
	char *dash = strchr(text, '-');

	if (dash)
		*dash = '\0';
	if (!dash || dt_units_number(text, &options->min_regions) ||
	    dt_units_number(dash + 1, &options->max_regions) || options->min_regions < 3 ||
	    options->max_regions < options->min_regions)
		return wrong(error, "regions", text, "like 10-1000, 3 at least");
	return 0;
}

static int parse_quota(const char *text, uint64_t *bytes, struct dt_error *error)
{
	if (dt_units_bytes(text, bytes) || !*bytes || *bytes == UINT64_MAX)
		return wrong(error, "quota", text, "a number of bytes, like 64M");
	return 0;
}

static int parse_word(struct dt_pull_push *options, const char *key, char *text,
		      struct dt_error *error)
{
	if (!strcmp(key, "near"))
		return parse_node(key, text, &options->near_nid, error);
	if (!strcmp(key, "far"))
		return parse_node(key, text, &options->far_nid, error);
	if (!strcmp(key, "target"))
		return parse_target(text, &options->target_bp, error);
	if (!strcmp(key, "quota"))
		return parse_quota(text, &options->quota_bytes, error);
	if (!strcmp(key, "window"))
		return parse_time(key, text, 1000000, &options->window_ms, error);
	if (!strcmp(key, "sample"))
		return parse_time(key, text, 1000, &options->sample_us, error);
	if (!strcmp(key, "aggr"))
		return parse_time(key, text, 1000, &options->aggr_us, error);
	if (!strcmp(key, "regions"))
		return parse_regions(text, options, error);
	if (strcmp(key, "tuner") != 0)
		return wrong(error, key, text, "known");
	if (strcmp(text, "temporal") != 0 && strcmp(text, "consist") != 0)
		return wrong(error, key, text, "temporal or consist");
	(void)snprintf(options->tuner, sizeof(options->tuner), "%s", text);
	return 0;
}

static int check(const struct dt_pull_push *options, struct dt_error *error)
{
	if (options->near_nid < 0 || options->far_nid < 0 || !options->target_bp)
		return dt_fail(error, EINVAL, "for instance near=0,far=1,target=60%",
			       "it takes near, far and target");
	if (options->near_nid == options->far_nid)
		return dt_fail(error, EINVAL, NULL, "near and far are the same node");
	if (options->aggr_us < options->sample_us)
		return dt_fail(error, EINVAL, NULL, "aggr is shorter than sample");
	return 0;
}

int dt_pull_push_parse(struct dt_pull_push *options, const char *text, struct dt_error *error)
{
	char *copy = strdup(text), *save = NULL;
	int ret = 0;

	*options = (struct dt_pull_push){.near_nid = -1,
					 .far_nid = -1,
					 .tuner = "temporal",
					 .window_ms = 1000,
					 .sample_us = 5000,
					 .aggr_us = 100000,
					 .min_regions = 100,
					 .max_regions = 1000};
	if (!copy)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	for (char *word = strtok_r(copy, ",", &save); word && !ret;
	     word = strtok_r(NULL, ",", &save)) {
		char *equals = strchr(word, '=');

		if (!equals) {
			ret = wrong(error, word, "", "KEY=VALUE");
			break;
		}
		*equals = '\0';
		ret = parse_word(options, word, equals + 1, error);
	}
	free(copy);
	return ret ? ret : check(options, error);
}

/* ---- as text ---- */

static const struct dt_host_node_facts *node_of(const struct dt_setup_machine *machine, int32_t nid)
{
	for (size_t i = 0; i < machine->nr_nodes; i++)
		if (machine->nodes[i].nid == nid)
			return &machine->nodes[i];
	return NULL;
}

static int quota_of(const struct dt_pull_push *options, const struct dt_setup_machine *machine,
		    uint64_t *quota, struct dt_error *error)
{
	uint64_t smaller = UINT64_MAX;
	const int32_t nids[] = {options->near_nid, options->far_nid};

	for (size_t i = 0; i < 2; i++) {
		const struct dt_host_node_facts *node = node_of(machine, nids[i]);

		if (!node || !node->nr_ranges)
			return dt_fail(error, ENODEV,
				       "damon-trace doctor lists the nodes of this machine",
				       node ? "node %" PRId32 " has no memory"
					    : "there is no node %" PRId32,
				       nids[i]);
		if (node->mem_total_kb < smaller)
			smaller = node->mem_total_kb;
	}
	*quota = options->quota_bytes;
	if (*quota)
		return 0;
	*quota = (smaller / QUOTA_PART >> 10) << 20;
	*quota = *quota < QUOTA_LEAST ? QUOTA_LEAST : *quota > QUOTA_MOST ? QUOTA_MOST : *quota;
	return 0;
}

static bool has_ibs(const struct dt_setup_machine *machine)
{
	for (size_t i = 0; i < machine->nr_pmus; i++)
		if (!strcmp(machine->pmus[i].name, "ibs_op"))
			return true;
	return false;
}

static void print_scheme(FILE *out, const struct dt_pull_push *options, uint64_t quota,
			 const char *title, int32_t from, int32_t to, uint32_t target)
{
	(void)fprintf(out,
		      "    # %s: hot memory of node %" PRId32 " goes to node %" PRId32 "\n"
		      "    - action: migrate_hot\n"
		      "      target_nid: %" PRId32 "\n"
		      "      access_pattern:\n"
		      "        sz_bytes: {min: 4096, max: max}\n"
		      "        nr_accesses: {min: 1 samples, max: max}\n"
		      "        age: {min: 0, max: max}\n"
		      "      quotas:\n"
		      "        sz_bytes: %" PRIu64 "\n"
		      "        reset_interval_ms: %" PRIu64 "\n"
		      "        goal_tuner: %s\n"
		      "        goals:\n"
		      "        - {metric: node_eligible_mem_bp, nid: %" PRId32
		      ", target_value: %" PRIu32 "}\n"
		      "      filters:\n"
		      "      - {filter_type: addr, node: %" PRId32 ", allow: true}\n",
		      title, from, to, to, quota, options->window_ms, options->tuner, to, target,
		      from);
}

int dt_pull_push_text(const struct dt_pull_push *options, const struct dt_setup_machine *machine,
		      bool accessed_bit, char **text, struct dt_error *error)
{
	uint64_t quota = 0;
	size_t size;
	FILE *out;
	int ret;

	*text = NULL;
	ret = quota_of(options, machine, &quota, error);
	if (ret)
		return ret;
	out = open_memstream(text, &size);
	if (!out)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	(void)fprintf(out,
		      "kdamonds:\n"
		      "- refresh_ms: 1 s\n"
		      "  contexts:\n"
		      "  - ops: paddr\n"
		      "    targets:\n"
		      "    - nodes: [%" PRId32 ", %" PRId32 "]\n"
		      "    intervals: {sample_us: %" PRIu64 ", aggr_us: %" PRIu64
		      ", ops_update_us: 1 s}\n"
		      "    nr_regions: {min: %" PRIu64 ", max: %" PRIu64 "}\n",
		      options->near_nid, options->far_nid, options->sample_us, options->aggr_us,
		      options->min_regions, options->max_regions);
	/* IBS takes neither of the exclusions, which are on by default */
	if (!accessed_bit && has_ibs(machine))
		(void)fprintf(out,
			      "    perf_events:\n"
			      "    - {pmu: ibs_op, sample_freq: %d, sample_phys_addr: 1,\n"
			      "       exclude_kernel: 0, exclude_hv: 0}\n",
			      IBS_FREQUENCY);
	(void)fputs("    schemes:\n", out);
	print_scheme(out, options, quota, "PULL", options->far_nid, options->near_nid,
		     options->target_bp);
	print_scheme(out, options, quota, "PUSH", options->near_nid, options->far_nid,
		     10000 - options->target_bp);
	if (!fclose(out))
		return 0;
	free(*text);
	*text = NULL;
	return dt_fail(error, ENOMEM, NULL, "out of memory");
}
