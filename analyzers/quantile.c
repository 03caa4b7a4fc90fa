/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting in buckets whose width is a fixed share of the value. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/quantile.h"

#define SUB	DT_QUANTILE_SUB
#define BUCKETS ((64 - DT_QUANTILE_BITS + 1) * SUB)

const double dt_quantiles[DT_NR_QUANTILES] = {0, 0.05, 0.25, 0.5, 0.75, 0.95, 1};

int dt_quantile_init(struct dt_quantile *quantile)
{
	*quantile = (struct dt_quantile){.low = UINT64_MAX};
	quantile->counts = calloc(BUCKETS, sizeof(*quantile->counts));
	return quantile->counts ? 0 : -ENOMEM;
}

void dt_quantile_free(struct dt_quantile *quantile)
{
	free(quantile->counts);
	quantile->counts = NULL;
}

static double middle_of(uint32_t bucket)
{
	unsigned shift;

	if (bucket < 2 * SUB)
		return bucket;
	shift = bucket / SUB - 1;
	return (ldexp(bucket % SUB + SUB, (int)shift) + ldexp(bucket % SUB + SUB + 1, (int)shift) -
		1) /
	       2;
}

void dt_quantile_add(struct dt_quantile *quantile, uint64_t value, double weight)
{
	if (weight <= 0)
		return;
	quantile->counts[dt_quantile_bucket(value)] += weight;
	quantile->total += weight;
	quantile->sum += weight * (double)value;
	quantile->low = value < quantile->low ? value : quantile->low;
	quantile->high = value > quantile->high ? value : quantile->high;
}

void dt_quantile_merge(struct dt_quantile *quantile, const struct dt_quantile *other)
{
	for (uint32_t i = 0; i < BUCKETS; i++)
		quantile->counts[i] += other->counts[i];
	quantile->total += other->total;
	quantile->sum += other->sum;
	quantile->low = other->low < quantile->low ? other->low : quantile->low;
	quantile->high = other->high > quantile->high ? other->high : quantile->high;
}

double dt_quantile_at(const struct dt_quantile *quantile, double q)
{
	const double wanted = q * quantile->total;
	double below = 0, value;
	uint32_t bucket = 0;

	if (quantile->low > quantile->high)
		return NAN;
	if (q <= 0)
		return (double)quantile->low;
	if (q >= 1)
		return (double)quantile->high;
	for (; bucket < BUCKETS - 1; bucket++) {
		below += quantile->counts[bucket];
		if (below >= wanted && quantile->counts[bucket] > 0)
			break;
	}
	value = middle_of(bucket);
	if (value < (double)quantile->low)
		return (double)quantile->low;
	return value > (double)quantile->high ? (double)quantile->high : value;
}

void dt_quantile_distribution(const struct dt_quantile *quantile, double scale,
			      struct dt_distribution *distribution)
{
	distribution->mean = quantile->total > 0 ? quantile->sum / quantile->total * scale : NAN;
	for (unsigned i = 0; i < DT_NR_QUANTILES; i++)
		distribution->at[i] = dt_quantile_at(quantile, dt_quantiles[i]) * scale;
}
