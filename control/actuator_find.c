/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of the running kdamonds has something to tune. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "damon-trace/actuator.h"
#include "damon-trace/tuner.h"

#define NS_PER_MS 1000000ull

/* What has been found so far. */
struct search {
	const struct dt_damon_node *tree;
	const struct dt_actuator_choice *choice;
	struct dt_actuator *actuator; /* the first */
	size_t found;
	char names[256]; /* of all */
};

struct goal {
	const char *metric;
	int64_t target, nid;
	unsigned scheme, place;
	bool alone;
};

#define GOALS_MAX 64

static void remember(struct search *search, const struct dt_actuator *found)
{
	const size_t used = strlen(search->names);

	if (!search->found++)
		*search->actuator = *found;
	(void)snprintf(search->names + used, sizeof(search->names) - used, "%skdamond %u scheme %u",
		       used ? ", " : "", found->kdamond, found->pull.scheme);
}

static void begin(struct dt_actuator *actuator, const struct search *search, unsigned kdamond,
		  unsigned context, unsigned scheme)
{
	uint64_t ms = 0;
	int64_t pid = 0;

	(void)dt_damon_node_number(search->tree, &pid, "%u/pid", kdamond);
	(void)dt_damon_node_u64(search->tree, &ms,
				"%u/contexts/%u/schemes/%u/quotas/reset_interval_ms", kdamond,
				context, scheme);
	*actuator = (struct dt_actuator){.kind = search->choice->kind,
					 .kdamond = kdamond,
					 .context = context,
					 .pid = (int32_t)pid,
					 .pull.scheme = scheme,
					 .pull.nid = -1,
					 .quota_ns = ms * NS_PER_MS};
}

static void add_file(struct dt_actuator *actuator, uint64_t original, const char *path)
{
	struct dt_actuator_file *file = &actuator->files[actuator->nr++];

	(void)snprintf(file->path, sizeof(file->path), "%s", path);
	file->original = original;
}

/* ---- goals ---- */

static size_t goals_of(const struct search *search, unsigned kdamond, unsigned context,
		       struct goal goals[GOALS_MAX])
{
	size_t nr = 0;

	for (unsigned s = 0;; s++) {
		char scheme[96];
		size_t first = nr;

		(void)snprintf(scheme, sizeof(scheme), "%u/contexts/%u/schemes/%u", kdamond,
			       context, s);
		if (!dt_damon_node_find(search->tree, scheme))
			return nr;
		for (unsigned g = 0; nr < GOALS_MAX; g++) {
			struct goal goal = {.scheme = s, .place = g, .nid = -1};

			goal.metric = dt_damon_node_text(
				search->tree, "%s/quotas/goals/%u/target_metric", scheme, g);
			if (!goal.metric ||
			    !dt_damon_node_number(search->tree, &goal.target,
						  "%s/quotas/goals/%u/target_value", scheme, g))
				break;
			(void)dt_damon_node_number(search->tree, &goal.nid,
						   "%s/quotas/goals/%u/nid", scheme, g);
			goals[nr++] = goal;
		}
		for (size_t i = first; i < nr; i++)
			goals[i].alone = nr - first == 1;
	}
}

static bool are_complementary(const struct goal *a, const struct goal *b)
{
	return a->scheme != b->scheme && a->nid != b->nid && !strcmp(a->metric, b->metric) &&
	       a->target > 0 && b->target > 0 && a->target + b->target == DT_GOAL_WHOLE;
}

static void take_goals(struct search *search, unsigned kdamond, unsigned context,
		       const struct goal *pull, const struct goal *push)
{
	const struct goal *const both[] = {pull, push};
	struct dt_actuator found;
	char path[DT_DAMON_PATH];

	begin(&found, search, kdamond, context, pull->scheme);
	found.command = "commit_schemes_quota_goals";
	found.has_goal = true;
	found.pull = (struct dt_actuator_goal){pull->scheme, (int32_t)pull->nid, pull->alone};
	found.push = (struct dt_actuator_goal){push->scheme, (int32_t)push->nid, push->alone};
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path),
			       "%u/contexts/%u/schemes/%u/quotas/goals/%u/target_value", kdamond,
			       context, both[i]->scheme, both[i]->place);
		add_file(&found, (uint64_t)both[i]->target, path);
	}
	remember(search, &found);
}

/* PULL is the first of a pair, unless the user says that it is the other. */
static void search_goals(struct search *search, unsigned kdamond, unsigned context)
{
	struct goal goals[GOALS_MAX];
	const size_t nr = goals_of(search, kdamond, context, goals);
	const int scheme = search->choice->scheme;

	for (size_t i = 0; i < nr; i++)
		for (size_t k = i + 1; k < nr; k++) {
			if (!are_complementary(&goals[i], &goals[k]))
				continue;
			if (scheme < 0 || goals[i].scheme == (unsigned)scheme)
				take_goals(search, kdamond, context, &goals[i], &goals[k]);
			else if (goals[k].scheme == (unsigned)scheme)
				take_goals(search, kdamond, context, &goals[k], &goals[i]);
		}
}

/* ---- weights ---- */

static void take_weights(struct search *search, unsigned kdamond, unsigned context, unsigned scheme)
{
	struct dt_actuator found;
	char path[DT_DAMON_PATH];
	uint64_t weight;
	int64_t nid = -1;

	begin(&found, search, kdamond, context, scheme);
	found.command = "commit";
	for (unsigned d = 0; found.nr < DT_ACTUATOR_FILES; d++) {
		(void)snprintf(path, sizeof(path), "%u/contexts/%u/schemes/%u/dests/%u/weight",
			       kdamond, context, scheme, d);
		if (!dt_damon_node_u64(search->tree, &weight, "%s", path))
			break;
		add_file(&found, weight, path);
	}
	if (found.nr < 2)
		return;
	found.has_goal = dt_damon_node_number(search->tree, &nid,
					      "%u/contexts/%u/schemes/%u/quotas/goals/0/nid",
					      kdamond, context, scheme);
	found.pull.nid = (int32_t)nid;
	found.pull.alone = true;
	remember(search, &found);
}

static void search_weights(struct search *search, unsigned kdamond, unsigned context)
{
	char path[96];

	for (unsigned s = 0;; s++) {
		(void)snprintf(path, sizeof(path), "%u/contexts/%u/schemes/%u", kdamond, context,
			       s);
		if (!dt_damon_node_find(search->tree, path))
			return;
		if (search->choice->scheme < 0 || (unsigned)search->choice->scheme == s)
			take_weights(search, kdamond, context, s);
	}
}

/* ---- all ---- */

static void search_kdamond(struct search *search, unsigned kdamond)
{
	char path[64];

	for (unsigned c = 0;; c++) {
		(void)snprintf(path, sizeof(path), "%u/contexts/%u", kdamond, c);
		if (!dt_damon_node_find(search->tree, path))
			return;
		if (search->choice->kind == DT_ACTUATOR_GOALS)
			search_goals(search, kdamond, c);
		else
			search_weights(search, kdamond, c);
	}
}

static int nothing_found(const struct dt_actuator_choice *choice, size_t running,
			 struct dt_error *error)
{
	if (!running)
		return dt_fail(error, ENOENT, "damon-trace setup --pull-push starts one",
			       choice->kdamond < 0 ? "no kdamond runs" : "kdamond %d does not run",
			       choice->kdamond);
	if (choice->kind == DT_ACTUATOR_GOALS)
		return dt_fail(error, ENOENT,
			       "damon-trace status shows the goals; setup --pull-push makes such a "
			       "pair",
			       "no running scheme has a pair of goals to tune: one metric, two "
			       "schemes, two nodes, targets that sum to 10000");
	return dt_fail(error, ENOENT, "damon-trace status shows the schemes",
		       "no running scheme has two or more destinations with weights");
}

int dt_actuator_find(struct dt_actuator *actuator, const struct dt_damon_node *tree,
		     const struct dt_actuator_choice *choice, struct dt_error *error)
{
	struct dt_actuator found;
	struct search search = {.tree = tree, .choice = choice, .actuator = &found};
	size_t running = 0;
	char path[32], hint[400];

	for (unsigned k = 0;; k++) {
		const char *state;

		(void)snprintf(path, sizeof(path), "%u", k);
		if (!dt_damon_node_find(tree, path))
			break;
		state = dt_damon_node_text(tree, "%u/state", k);
		if ((choice->kdamond >= 0 && (unsigned)choice->kdamond != k) || !state ||
		    strcmp(state, "on") != 0)
			continue;
		running++;
		search_kdamond(&search, k);
	}
	if (!search.found)
		return nothing_found(choice, running, error);
	(void)snprintf(hint, sizeof(hint), "choose with --kdamond and --scheme among: %s",
		       search.names);
	if (search.found > 1)
		return dt_fail(error, EEXIST, hint, "there is more than one that could be tuned");
	*actuator = found;
	return 0;
}
