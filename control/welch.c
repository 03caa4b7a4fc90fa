/* SPDX-License-Identifier: GPL-2.0-only */
/* See welch.h. */
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "control/welch.h"

void dt_sum_add(struct dt_sum *sum, double value)
{
	const double before = value - sum->mean;

	sum->n++;
	sum->mean += before / sum->n;
	sum->squares += before * (value - sum->mean);
}

double dt_sum_error(const struct dt_sum *sum)
{
	if (sum->n < 2)
		return NAN;
	return sqrt(sum->squares / (sum->n - 1) / sum->n);
}

double dt_welch_half(const struct dt_sum *a, const struct dt_sum *b, double share)
{
	const double ea = dt_sum_error(a), eb = dt_sum_error(b);
	const double va = ea * ea, vb = eb * eb;
	double df;

	if (isnan(ea) || isnan(eb))
		return NAN;
	if (!(va + vb > 0))
		return 0;
	/* Welch and Satterthwaite */
	df = (va + vb) * (va + vb) / (va * va / (a->n - 1) + vb * vb / (b->n - 1));
	return gsl_cdf_tdist_Pinv((1 + share) / 2, df) * sqrt(va + vb);
}
