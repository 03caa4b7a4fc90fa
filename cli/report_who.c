/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of `damon-trace report` that ask who accessed memory. */
#include <errno.h>

#include "cli/report.h"
#include "damon-trace/data_source.h"
#include "damon-trace/roots.h"

const struct dt_roots dt_report_roots = DT_ROOTS_DEFAULT;

bool dt_report_wants_symbols(const struct dt_view *view)
{
	return view->by & 1u << DT_BY_SYMBOL || view->folded;
}

int dt_report_set_by(void *target, const char *text, struct dt_error *error)
{
	static const char *const words[] = {"pid", "comm", "cgroup", "mapping", "symbol", NULL};
	struct dt_report_options *options = target;
	unsigned index;

	if (dt_report_choose(text, words, &index, error))
		return -EINVAL;
	options->view.by |= 1u << index;
	options->view.sections_asked = true;
	return 0;
}

int dt_report_set_tier(void *target, const char *text, struct dt_error *error)
{
	const char *words[DT_NR_TIERS + 1] = {NULL};
	unsigned index;

	for (unsigned tier = 0; tier < DT_NR_TIERS; tier++)
		words[tier] = dt_tier_key(tier);
	if (dt_report_choose(text, words, &index, error))
		return -EINVAL;
	((struct dt_report_options *)target)->view.only_tiers |= 1u << index;
	return 0;
}
