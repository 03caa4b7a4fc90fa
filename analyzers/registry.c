/* SPDX-License-Identifier: GPL-2.0-only */
/* The registry of analyses: adding one is adding a file and a line here. */
#include "damon-trace/analyzer.h"

const struct dt_analyzer *const dt_analyzers[] = {
	&dt_heatmap_analyzer,
	&dt_snapshots_analyzer,
	&dt_goals_analyzer,
	&dt_regions_analyzer,
	&dt_schemes_analyzer, /* behind the goals, whose values it looks at */
	&dt_sample_facts_analyzer,
	&dt_tiers_analyzer, /* behind the goals, which it is set beside */
	&dt_agreement_analyzer,
	&dt_sparsity_analyzer, /* of samples alone */
	&dt_cost_analyzer,
	&dt_who_analyzer,
	&dt_latency_analyzer,
	&dt_folded_analyzer,
	NULL,
};
