/* SPDX-License-Identifier: GPL-2.0-only */
/* See agreement_ranking.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/agreement_ranking.h"

const double dt_budgets[DT_NR_BUDGETS] = {0.01, 0.05, 0.1, 0.2, 0.5};

int dt_ranking_init(struct dt_ranking *ranking, const double *bytes, size_t nr)
{
	*ranking = (struct dt_ranking){.nr = nr, .bytes = bytes};
	ranking->value = calloc(nr + 1, sizeof(*ranking->value));
	ranking->mass = calloc(nr + 1, sizeof(*ranking->mass));
	ranking->order = calloc(nr + 1, sizeof(*ranking->order));
	ranking->rank = calloc(nr + 1, sizeof(*ranking->rank));
	return ranking->value && ranking->mass && ranking->order && ranking->rank ? 0 : -ENOMEM;
}

void dt_ranking_free(struct dt_ranking *ranking)
{
	free(ranking->value);
	free(ranking->mass);
	free(ranking->order);
	free(ranking->rank);
	*ranking = (struct dt_ranking){0};
}

static int hottest_first(const void *a, const void *b, void *values)
{
	const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	const double *value = values;

	if (value[left] > value[right] || value[left] < value[right])
		return value[left] > value[right] ? -1 : 1;
	return left < right ? -1 : left > right;
}

/* The place behind the tie that begins at place `from` of the order. */
static size_t tie_end(const struct dt_ranking *ranking, size_t from)
{
	size_t end = from + 1;

	/* sorted downwards: not below is equal */
	while (end < ranking->nr &&
	       ranking->value[ranking->order[end]] >= ranking->value[ranking->order[from]])
		end++;
	return end;
}

/* Budgets that end in a tie of tie_bytes, with so many bytes hotter than it. */
static void cut_budgets(struct dt_ranking *ranking, unsigned *budget, double value, double hotter,
			double tie_bytes)
{
	while (*budget < DT_NR_BUDGETS) {
		const double wanted = dt_budgets[*budget] * ranking->total_bytes;

		if (wanted > hotter + tie_bytes)
			return;
		ranking->threshold[*budget] = value;
		ranking->part[*budget] = (wanted - hotter) / tie_bytes;
		(*budget)++;
	}
}

void dt_ranking_sort(struct dt_ranking *ranking)
{
	double hotter = 0;
	unsigned budget = 0;
	size_t end;

	ranking->total_bytes = 0;
	ranking->total_mass = 0;
	for (size_t i = 0; i < ranking->nr; i++) {
		ranking->order[i] = (uint32_t)i;
		ranking->total_bytes += ranking->bytes[i];
		ranking->total_mass += ranking->mass[i];
	}
	qsort_r(ranking->order, ranking->nr, sizeof(*ranking->order), hottest_first,
		ranking->value);
	for (size_t from = 0; from < ranking->nr; from = end) {
		double tie_bytes = 0;

		end = tie_end(ranking, from);
		for (size_t i = from; i < end; i++) {
			tie_bytes += ranking->bytes[ranking->order[i]];
			ranking->rank[ranking->order[i]] =
				(double)ranking->nr - (double)(from + end - 1) / 2;
		}
		cut_budgets(ranking, &budget, ranking->value[ranking->order[from]], hotter,
			    tie_bytes);
		hotter += tie_bytes;
	}
}

double dt_ranking_captured(const struct dt_ranking *ranking, unsigned budget,
			   const struct dt_ranking *other)
{
	double sum = 0;

	for (size_t i = 0; i < ranking->nr; i++)
		sum += dt_ranking_part(ranking, budget, i) * other->mass[i];
	return other->total_mass > 0 ? sum / other->total_mass : NAN;
}

double dt_ranking_overlap(const struct dt_ranking *ranking, unsigned budget,
			  const struct dt_ranking *other)
{
	double sum = 0;

	for (size_t i = 0; i < ranking->nr; i++)
		sum += ranking->bytes[i] * dt_ranking_part(ranking, budget, i) *
		       dt_ranking_part(other, budget, i);
	return sum / (dt_budgets[budget] * ranking->total_bytes);
}

double dt_ranking_area(const struct dt_ranking *ranking, const struct dt_ranking *other)
{
	double area = 0, captured = 0;
	size_t end;

	if (!(other->total_mass > 0))
		return NAN;
	/* within a tie the curve is a straight line */
	for (size_t from = 0; from < ranking->nr; from = end) {
		double bytes = 0, mass = 0;

		end = tie_end(ranking, from);
		for (size_t i = from; i < end; i++) {
			bytes += ranking->bytes[ranking->order[i]];
			mass += other->mass[ranking->order[i]];
		}
		area += bytes * (captured + mass / 2);
		captured += mass;
	}
	return area / ranking->total_bytes / other->total_mass;
}

double dt_ranking_correlation(const struct dt_ranking *ranking, const struct dt_ranking *other)
{
	const double mean = ((double)ranking->nr + 1) / 2;
	double product = 0, left = 0, right = 0;

	for (size_t i = 0; i < ranking->nr; i++) {
		const double x = ranking->rank[i] - mean, y = other->rank[i] - mean;

		product += x * y;
		left += x * x;
		right += y * y;
	}
	return left > 0 && right > 0 ? product / sqrt(left * right) : NAN;
}
