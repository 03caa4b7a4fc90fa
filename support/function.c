/* SPDX-License-Identifier: GPL-2.0-only */
/* See function.h. Names as mm/damon has had them since 5.15. */
#include <string.h>

#include "damon-trace/function.h"

const struct dt_function dt_functions[DT_NR_FUNCTIONS] = {
	{"damon_va_prepare_access_checks", DT_PHASE_PREPARE},
	{"damon_pa_prepare_access_checks", DT_PHASE_PREPARE},
	{"damon_va_check_accesses", DT_PHASE_CHECK},
	{"damon_pa_check_accesses", DT_PHASE_CHECK},
	{"damon_pa_apply_probes", DT_PHASE_CHECK},
	{"kdamond_merge_regions", DT_PHASE_AGGREGATE},
	{"kdamond_reset_aggregated", DT_PHASE_AGGREGATE},
	{"kdamond_split_regions", DT_PHASE_AGGREGATE},
	{"damon_merge_regions_of", DT_PHASE_AGGREGATE},
	{"kdamond_apply_schemes", DT_PHASE_APPLY},
	{"damon_do_apply_schemes", DT_PHASE_APPLY},
	{"damos_apply_scheme", DT_PHASE_APPLY},
	{"damos_adjust_quota", DT_PHASE_APPLY},
	{"damos_set_effective_quota", DT_PHASE_APPLY},
	{"damos_quota_score", DT_PHASE_APPLY},
	{"damon_va_apply_scheme", DT_PHASE_APPLY},
	{"damon_pa_apply_scheme", DT_PHASE_APPLY},
	{"damon_va_update", DT_PHASE_UPDATE},
	{"kdamond_tune_intervals", DT_PHASE_UPDATE},
	{"kdamond_call", DT_PHASE_REQUEST},
};

static const struct {
	const char *name, *words;
} phases[DT_NR_PHASES] = {
	[DT_PHASE_PREPARE] = {"prepare", "preparing access checks"},
	[DT_PHASE_CHECK] = {"check", "checking accesses"},
	[DT_PHASE_AGGREGATE] = {"aggregate", "merging and splitting regions"},
	[DT_PHASE_APPLY] = {"apply", "applying schemes"},
	[DT_PHASE_UPDATE] = {"update", "updating targets and intervals"},
	[DT_PHASE_REQUEST] = {"request", "answering requests"},
};

uint16_t dt_function_find(const char *name, size_t length)
{
	static const char cold[] = ".cold";
	const char *dot = memchr(name, '.', length);
	const size_t base = dot ? (size_t)(dot - name) : length;

	if (length >= sizeof(cold) - 1 &&
	    !memcmp(name + length - (sizeof(cold) - 1), cold, sizeof(cold) - 1))
		return DT_NO_FUNCTION;
	for (uint16_t i = 0; i < DT_NR_FUNCTIONS; i++)
		if (strlen(dt_functions[i].name) == base &&
		    !memcmp(dt_functions[i].name, name, base))
			return i;
	return DT_NO_FUNCTION;
}

const char *dt_phase_name(enum dt_phase phase)
{
	return phases[phase].name;
}

const char *dt_phase_words(enum dt_phase phase)
{
	return phases[phase].words;
}
