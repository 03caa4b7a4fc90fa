/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scores of DAMON's ranking against the samples, and the sampling floor: what one half of the
 * samples scores against the other.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/agreement.h"

/* Everything that is ranked, over the same units. */
struct field {
	double *bytes;
	struct dt_ranking damon, all, half[2];
};

static double log_term(double p, double middle)
{
	return p > 0 ? p * log2(p / middle) : 0;
}

/* Jensen-Shannon distance of two distributions over the units: with logarithms of 2 up to 1. */
static double distance(const struct dt_ranking *left, const struct dt_ranking *right)
{
	double sum = 0;

	if (!(left->total_mass > 0) || !(right->total_mass > 0))
		return NAN;
	for (size_t i = 0; i < left->nr; i++) {
		const double p = left->mass[i] / left->total_mass;
		const double q = right->mass[i] / right->total_mass;

		sum += log_term(p, (p + q) / 2) / 2 + log_term(q, (p + q) / 2) / 2;
	}
	/* rounding may leave less than nothing of two equal ones */
	return sqrt(fmin(fmax(sum, 0), 1));
}

/* 1: the order of the samples themselves; 0: chance; below: worse than that. */
static double normal_curve(const struct dt_ranking *by, const struct dt_ranking *of)
{
	const double best = dt_ranking_area(of, of) - 0.5;

	/* samples that are spread evenly have no order */
	return best > 1e-9 ? (dt_ranking_area(by, of) - 0.5) / best : NAN;
}

static void score_accessed(const struct dt_ranking *by, const struct dt_ranking *of,
			   struct dt_agreement_scores *scores)
{
	double by_bytes = 0, of_bytes = 0, both = 0, touched = 0;

	for (size_t i = 0; i < by->nr; i++) {
		const bool by_some = by->value[i] > 0, of_some = of->mass[i] > 0;

		by_bytes += by_some ? by->bytes[i] : 0;
		of_bytes += of_some ? by->bytes[i] : 0;
		both += by_some && of_some ? by->bytes[i] : 0;
		touched += by_some ? of->mass[i] : 0;
	}
	scores->measure[DT_MEASURE_PRECISION] = by_bytes > 0 ? both / by_bytes : NAN;
	scores->measure[DT_MEASURE_RECALL] = of_bytes > 0 ? both / of_bytes : NAN;
	scores->measure[DT_MEASURE_TOUCHED] = of->total_mass > 0 ? touched / of->total_mass : NAN;
}

static void score(const struct dt_ranking *by, const struct dt_ranking *of,
		  struct dt_agreement_scores *scores)
{
	for (unsigned i = 0; i < DT_NR_BUDGETS; i++) {
		scores->overlap[i] = dt_ranking_overlap(by, i, of);
		scores->captured[i] = dt_ranking_captured(by, i, of);
	}
	score_accessed(by, of, scores);
	scores->measure[DT_MEASURE_SPEARMAN] = dt_ranking_correlation(by, of);
	scores->measure[DT_MEASURE_CURVE] = normal_curve(by, of);
	scores->measure[DT_MEASURE_DISTANCE] = distance(by, of);
}

/* The mean of two; where one is not defined neither is the mean. */
static void mean(const struct dt_agreement_scores *left, const struct dt_agreement_scores *right,
		 struct dt_agreement_scores *scores)
{
	for (unsigned i = 0; i < DT_NR_BUDGETS; i++) {
		scores->overlap[i] = (left->overlap[i] + right->overlap[i]) / 2;
		scores->captured[i] = (left->captured[i] + right->captured[i]) / 2;
	}
	for (unsigned i = 0; i < DT_NR_MEASURES; i++)
		scores->measure[i] = (left->measure[i] + right->measure[i]) / 2;
}

static void fill_unit(struct field *field, size_t i, const struct dt_unit_sum *unit)
{
	const double counts[2] = {(double)unit->samples[0], (double)unit->samples[1]};

	field->bytes[i] = unit->bytes;
	field->damon.value[i] = unit->rate;
	field->damon.mass[i] = unit->rate * unit->bytes;
	field->all.mass[i] = counts[0] + counts[1];
	field->all.value[i] = field->all.mass[i] / unit->bytes;
	for (unsigned half = 0; half < 2; half++) {
		field->half[half].mass[i] = counts[half];
		field->half[half].value[i] = counts[half] / unit->bytes;
	}
}

/* The rankings of the field, not yet filled. 0 or -ENOMEM. */
static int init_rankings(struct field *field, size_t nr)
{
	int ret = dt_ranking_init(&field->damon, field->bytes, nr);

	if (!ret)
		ret = dt_ranking_init(&field->all, field->bytes, nr);
	for (unsigned half = 0; half < 2 && !ret; half++)
		ret = dt_ranking_init(&field->half[half], field->bytes, nr);
	return ret;
}

static void fill_field(struct field *field, const struct dt_units *units)
{
	for (size_t i = 0; i < units->nr_settled; i++)
		fill_unit(field, i, &units->settled[i]);
	dt_ranking_sort(&field->damon);
	dt_ranking_sort(&field->all);
	dt_ranking_sort(&field->half[0]);
	dt_ranking_sort(&field->half[1]);
}

static void free_rankings(struct field *field)
{
	dt_ranking_free(&field->damon);
	dt_ranking_free(&field->all);
	dt_ranking_free(&field->half[0]);
	dt_ranking_free(&field->half[1]);
}

static void score_field(const struct field *field, struct dt_agreement_set *set)
{
	struct dt_agreement_scores first, second;

	score(&field->damon, &field->all, &set->damon);
	score(&field->damon, &field->half[0], &first);
	score(&field->damon, &field->half[1], &second);
	mean(&first, &second, &set->halves);
	score(&field->half[0], &field->half[1], &first);
	score(&field->half[1], &field->half[0], &second);
	mean(&first, &second, &set->floor);
	for (unsigned i = 0; i < DT_NR_BUDGETS; i++)
		set->most[i] = dt_ranking_captured(&field->all, i, &field->all);
}

int dt_agreement_score(const struct dt_units *units, struct dt_agreement_set *set)
{
	double *bytes = calloc(units->nr_settled + 1, sizeof(*bytes));
	struct field field = {.bytes = bytes};
	int ret;

	if (!bytes)
		return -ENOMEM;
	ret = init_rankings(&field, units->nr_settled);
	if (!ret) {
		fill_field(&field, units);
		score_field(&field, set);
	}
	free_rankings(&field);
	free(bytes);
	return ret;
}
