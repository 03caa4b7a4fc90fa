/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Units in the order of their heat, and the hot sets at byte budgets. Ties are shared: where a
 * budget ends among units of one value, each of them belongs to the set in the same part, as it
 * would on average if lots were drawn.
 */
#ifndef ANALYZERS_AGREEMENT_RANKING_H
#define ANALYZERS_AGREEMENT_RANKING_H

#include <stddef.h>
#include <stdint.h>

/* 1, 5, 10, 20 and 50 % of the bytes. */
#define DT_NR_BUDGETS 5

extern const double dt_budgets[DT_NR_BUDGETS]; /* 0 to 1 */

struct dt_ranking {
	size_t nr;
	const double *bytes; /* of each unit; borrowed */
	double *value;	     /* heat: rate, or samples per byte */
	double *mass;	     /* what a unit has of the whole: value x bytes, or samples */
	uint32_t *order;     /* hottest first */
	double *rank;	     /* mean of a tie, from 1, the coldest */
	double total_bytes, total_mass;
	/* the hot sets: above the threshold wholly, at it in this part */
	double threshold[DT_NR_BUDGETS], part[DT_NR_BUDGETS];
};

/* Arrays of nr; value and mass are the caller's to fill before dt_ranking_sort. 0 or -ENOMEM. */
int dt_ranking_init(struct dt_ranking *ranking, const double *bytes, size_t nr);
void dt_ranking_sort(struct dt_ranking *ranking);
void dt_ranking_free(struct dt_ranking *ranking);

/* How much of unit i belongs to the hot set of a budget, 0 to 1. */
static inline double dt_ranking_part(const struct dt_ranking *ranking, unsigned budget, size_t i)
{
	if (ranking->value[i] > ranking->threshold[budget])
		return 1;
	/* both come from the same value: equal means the same tie */
	return ranking->value[i] < ranking->threshold[budget] ? 0 : ranking->part[budget];
}

/* Share of the other's mass in the hot set; NaN when there is none. */
double dt_ranking_captured(const struct dt_ranking *ranking, unsigned budget,
			   const struct dt_ranking *other);
/*
 * Share of the budget's bytes that both hot sets have; of ties what two who break them by lot have
 * in common on average. Chance is the budget itself.
 */
double dt_ranking_overlap(const struct dt_ranking *ranking, unsigned budget,
			  const struct dt_ranking *other);
/* Area under the curve of the other's mass over the bytes, hottest first; 0.5 is chance. */
double dt_ranking_area(const struct dt_ranking *ranking, const struct dt_ranking *other);
/* Spearman's rank correlation of the units; NaN when one of the two is flat. */
double dt_ranking_correlation(const struct dt_ranking *ranking, const struct dt_ranking *other);

#endif
