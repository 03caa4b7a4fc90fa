/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See plant_fit.h. What can be read off is: the period and the rate from the lengths of the quota
 * windows against the bytes moved in them, the noise from what one window's move leaves over. The
 * rest is what makes the simulated trajectory fit best, found by Nelder and Mead's simplex.
 */
#include <errno.h>
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/goal_series.h"
#include "analyzers/goal_steps.h"
#include "control/plant_fit.h"

#define NS_PER_S 1e9
#define MIB	 (1024.0 * 1024)

#define LEAST_EVALUATIONS 20
/* Of one search. */
#define MOST_ITERATIONS 300
/* A simulation that outgrows its recording by so much has run away. */
#define MOST_MODEL_STEPS 4

/* What is searched: logarithms of hot bytes, folio and rate, then lag and period. */
enum { HOT, FOLIO, RATE, LAG, PERIOD, NR_SEARCHED };

struct search {
	struct dt_plant_parameters p;
	const struct dt_goal_stream *recorded;
};

static uint32_t target_at(const struct dt_goal_stream *stream, uint64_t time, size_t *i)
{
	while (*i + 1 < stream->count && stream->evaluations[*i + 1].time <= time)
		++*i;
	return stream->evaluations[*i].target;
}

static struct dt_plant_parameters with(const struct search *search, const gsl_vector *x)
{
	struct dt_plant_parameters p = search->p;

	p.hot_bytes = exp(gsl_vector_get(x, HOT));
	p.folio_bytes = fmax(exp(gsl_vector_get(x, FOLIO)), 4096);
	p.rate = exp(gsl_vector_get(x, RATE));
	p.lag_s = fmax(gsl_vector_get(x, LAG), 0);
	p.period_s = fmax(gsl_vector_get(x, PERIOD), 0.01);
	p.noise_bp = 0;
	p.blind_bp = 0;
	return p;
}

/* Root of the mean square of simulated - recorded; each recorded value meets the one in force. */
static double find_rms(const struct dt_plant_parameters *p, const struct dt_goal_stream *recorded)
{
	const uint64_t start = recorded->evaluations[0].time;
	struct dt_plant_model model;
	double squares = 0, value = p->start_bp;
	size_t at = 0;

	if (dt_plant_model_begin(&model, p, 1, NULL))
		return INFINITY;
	for (size_t i = 0; i < recorded->count; i++) {
		const struct dt_goal_evaluation *e = &recorded->evaluations[i];

		while (model.now_s * NS_PER_S <= (double)(e->time - start)) {
			const uint64_t now = start + (uint64_t)(model.now_s * NS_PER_S);

			dt_plant_model_step(&model, target_at(recorded, now, &at));
			value = model.value_bp;
		}
		squares += (value - e->value) * (value - e->value);
	}
	dt_plant_model_end(&model);
	return sqrt(squares / (double)recorded->count);
}

static double cost(const gsl_vector *x, void *context)
{
	const struct search *search = context;
	const struct dt_plant_parameters p = with(search, x);
	/* lags and periods below zero mean nothing, and the simplex must be told */
	const double outside =
		fmax(-gsl_vector_get(x, LAG), 0) + fmax(0.01 - gsl_vector_get(x, PERIOD), 0);

	if (!(p.hot_bytes < 1e18 && p.rate < 1e15 && p.rate > 1 && p.folio_bytes < p.hot_bytes))
		return 1e6;
	return find_rms(&p, search->recorded) + 1e4 * outside;
}

static void set_start(gsl_vector *x, const struct dt_plant_parameters *p)
{
	gsl_vector_set(x, HOT, log(p->hot_bytes));
	gsl_vector_set(x, FOLIO, log(p->folio_bytes));
	gsl_vector_set(x, RATE, log(p->rate));
	gsl_vector_set(x, LAG, p->lag_s);
	gsl_vector_set(x, PERIOD, p->period_s);
}

/* One search from search->p, which is left at what was found; returns its cost. */
static double descend(struct search *search)
{
	static const double steps[NR_SEARCHED] = {0.1, 0.5, 0.3, 0.3, 0.05};
	gsl_multimin_fminimizer *simplex =
		gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, NR_SEARCHED);
	gsl_vector *x = gsl_vector_alloc(NR_SEARCHED), *size = gsl_vector_alloc(NR_SEARCHED);
	gsl_multimin_function function = {cost, NR_SEARCHED, search};
	double found = INFINITY;

	if (simplex && x && size) {
		set_start(x, &search->p);
		for (size_t i = 0; i < NR_SEARCHED; i++)
			gsl_vector_set(size, i, steps[i]);
		(void)gsl_multimin_fminimizer_set(simplex, &function, x, size);
		for (int i = 0; i < MOST_ITERATIONS; i++)
			if (gsl_multimin_fminimizer_iterate(simplex) ||
			    gsl_multimin_fminimizer_size(simplex) < 1e-4)
				break;
		search->p = with(search, simplex->x);
		found = simplex->fval;
	}
	if (size)
		gsl_vector_free(size);
	if (x)
		gsl_vector_free(x);
	if (simplex)
		gsl_multimin_fminimizer_free(simplex);
	return found;
}

/* ---- what can be read off ---- */

/* Bytes that the schemes moved between evaluations i and i + 1; NaN: not known. */
static double moved_in(const struct dt_goal_stream *stream, size_t i)
{
	const struct dt_goal_evaluation *e = stream ? &stream->evaluations[i] : NULL;

	if (!stream || i == 0 || i >= stream->count)
		return 0;
	if (!e->has_stat || !e[-1].has_stat)
		return NAN;
	return (double)(e->sz_applied - e[-1].sz_applied);
}

static void read_windows(struct dt_plant_parameters *p, const struct dt_goal_stream *pull,
			 const struct dt_goal_stream *push, double *scratch)
{
	double bytes = 0, seconds = 0;
	size_t nr = 0;

	for (size_t i = 0; i + 1 < pull->count; i++) {
		const double moved = moved_in(pull, i) + moved_in(push, i);

		if (moved == 0)
			scratch[nr++] = (double)(pull->evaluations[i + 1].time -
						 pull->evaluations[i].time) /
					NS_PER_S;
	}
	p->period_s = nr ? dt_goal_median(scratch, nr) : pull->period_s / 2;
	for (size_t i = 0; i + 1 < pull->count; i++) {
		const double moved = moved_in(pull, i) + moved_in(push, i);

		if (!(moved > 0))
			continue;
		bytes += moved;
		seconds += (double)(pull->evaluations[i + 1].time - pull->evaluations[i].time) /
				   NS_PER_S -
			   p->period_s;
	}
	p->rate = bytes > 0 && seconds > 0 ? bytes / seconds : 1e9;
}

/* Hot bytes: those moved on balance, by the change of the value. Sets the noise of the rest. */
static void read_hot(struct dt_plant_parameters *p, const struct dt_goal_stream *pull,
		     const struct dt_goal_stream *push)
{
	double products = 0, squares = 0, balance = 0, rest = 0, slope;
	size_t nr = 0;

	for (size_t i = 0; i < pull->count; i++) {
		const double way = pull->evaluations[i].value - (double)pull->evaluations[0].value;

		products += balance * way;
		squares += balance * balance;
		if (!isnan(moved_in(pull, i) + moved_in(push, i)))
			balance += moved_in(pull, i) - moved_in(push, i);
	}
	slope = squares > 0 ? products / squares : 0;
	p->hot_bytes = slope > 0 ? DT_GOAL_WHOLE / slope : 100 * p->quota_bytes;
	for (size_t i = 1; i + 1 < pull->count; i++) {
		const double way =
			(double)pull->evaluations[i + 1].value - (double)pull->evaluations[i].value;
		const double moved = moved_in(pull, i) - moved_in(push, i);

		if (isnan(moved))
			continue;
		rest += (way - slope * moved) * (way - slope * moved);
		nr++;
	}
	/* the noise of two evaluations is in each difference */
	p->noise_bp = nr ? sqrt(rest / (double)nr / 2) : 0;
}

/* TEMPORAL knows nothing between nothing and all. */
static void read_tuner(struct dt_plant_parameters *p, const struct dt_goal_stream *pull,
		       uint64_t cap)
{
	const struct dt_goal_evaluation *first = &pull->evaluations[0];
	uint64_t most = 0;
	bool between = false;

	for (size_t i = 0; i < pull->count; i++)
		if (pull->evaluations[i].esz != DT_ESZ_UNKNOWN && pull->evaluations[i].esz > most)
			most = pull->evaluations[i].esz;
	for (size_t i = 0; i < pull->count; i++)
		between |= pull->evaluations[i].esz && pull->evaluations[i].esz < most;
	p->tuner = between ? DT_TUNER_CONSIST : DT_TUNER_TEMPORAL;
	/* CONSIST's cap is not seen unless it was reached */
	p->quota_bytes = cap ? (double)cap : between ? 2.0 * (double)most : (double)most;
	if (between && first->esz != DT_ESZ_UNKNOWN)
		p->start_input =
			(double)first->esz / (2 - (double)first->value / fmax(first->target, 1));
}

/* ---- the fit ---- */

static int check(const struct dt_goal_stream *pull, struct dt_error *error)
{
	bool known = false;

	for (size_t i = 0; i < pull->count; i++) {
		known |= pull->evaluations[i].esz != DT_ESZ_UNKNOWN && pull->evaluations[i].esz;
		if (!pull->evaluations[i].target || pull->evaluations[i].target >= DT_GOAL_WHOLE)
			return dt_fail(error, EINVAL, "cut it out with --time",
				       "the goal's target was %u bp in the recording",
				       pull->evaluations[i].target);
	}
	if (pull->count < LEAST_EVALUATIONS)
		return dt_fail(error, ENODATA, "record longer",
			       "%zu evaluations of the goal are too few to fit a model to",
			       pull->count);
	if (!known)
		return dt_fail(error, ENODATA, "record damon:damos_esz, too",
			       "the recording does not tell the effective quota");
	return 0;
}

int dt_plant_retrace(struct dt_goal_stream *out, const struct dt_plant_parameters *p,
		     const struct dt_goal_stream *recorded, struct dt_error *error)
{
	const uint64_t start = recorded->evaluations[0].time;
	const uint64_t end = recorded->evaluations[recorded->count - 1].time;
	const size_t room = MOST_MODEL_STEPS * recorded->count;
	struct dt_plant_parameters quiet = *p;
	struct dt_plant_model model;
	size_t at = 0;
	int ret;

	*out = (struct dt_goal_stream){.complement = -1, .metric = recorded->metric};
	quiet.noise_bp = 0;
	quiet.blind_bp = 0;
	out->evaluations = calloc(room, sizeof(*out->evaluations));
	if (!out->evaluations)
		return dt_fail(error, ENOMEM, NULL, "no memory for the model's values");
	ret = dt_plant_model_begin(&model, &quiet, 1, error);
	if (ret)
		return ret;
	while (out->count < room) {
		const uint64_t now = start + (uint64_t)(model.now_s * NS_PER_S);
		const uint32_t target = target_at(recorded, now, &at);

		if (now > end)
			break;
		dt_plant_model_step(&model, target);
		out->evaluations[out->count++] = (struct dt_goal_evaluation){
			.time = now,
			.target = target,
			.value = (uint32_t)model.value_bp,
			.esz = model.esz[0],
		};
	}
	dt_plant_model_end(&model);
	if (dt_goal_cut_steps(out, &(struct dt_goal_choice){0}))
		return dt_fail(error, ENOMEM, NULL, "no memory for the model's values");
	return 0;
}

static void free_stream(struct dt_goal_stream *stream)
{
	for (size_t i = 0; i < stream->nr_steps; i++)
		free(stream->steps[i].excursions);
	free(stream->steps);
	free(stream->evaluations);
}

static double spread(const struct dt_goal_stream *stream)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < stream->count; i++)
		sum += stream->evaluations[i].value;
	sum /= (double)stream->count;
	for (size_t i = 0; i < stream->count; i++)
		squares +=
			(stream->evaluations[i].value - sum) * (stream->evaluations[i].value - sum);
	return sqrt(squares / (double)stream->count);
}

/* A simplex that has shrunk in a side valley is spread once more from where it is. */
#define DESCENTS 3

/* One place to begin at; kept when it leads further down than all before. */
static void try_start(struct dt_plant_fit *fit, const struct dt_plant_parameters *start,
		      const struct dt_goal_stream *pull)
{
	struct search search = {*start, pull};
	double found = INFINITY;

	for (int i = 0; i < DESCENTS; i++)
		found = descend(&search);
	if (found < fit->rms_bp) {
		fit->rms_bp = found;
		fit->p = search.p;
	}
}

/* The cost has many valleys: several lags, folios and rates to begin with. */
static int fit_trajectory(struct dt_plant_fit *fit, const struct dt_goal_stream *pull,
			  struct dt_error *error)
{
	static const double lags[] = {0, 1, 3};
	static const double folios[] = {64 * 1024.0, 2 * MIB};
	static const double rates[] = {0.7, 1, 1.4};
	const struct dt_plant_parameters start = fit->p;

	fit->rms_bp = INFINITY;
	for (size_t i = 0; i < sizeof(lags) / sizeof(lags[0]); i++) {
		for (size_t j = 0; j < sizeof(folios) / sizeof(folios[0]); j++) {
			for (size_t k = 0; k < sizeof(rates) / sizeof(rates[0]); k++) {
				struct dt_plant_parameters p = start;

				p.lag_s = lags[i] * start.period_s;
				p.folio_bytes = folios[j];
				p.rate *= rates[k];
				try_start(fit, &p, pull);
			}
		}
	}
	fit->p.noise_bp = start.noise_bp;
	if (isinf(fit->rms_bp))
		return dt_fail(error, ENOMEM, NULL, "no memory for the fit");
	return 0;
}

int dt_plant_fit(struct dt_plant_fit *fit, const struct dt_goal_stream *pull,
		 const struct dt_goal_stream *push, uint64_t cap, struct dt_error *error)
{
	struct dt_goal_stream model;
	double *scratch;
	int ret = check(pull, error);

	if (ret)
		return ret;
	memset(fit, 0, sizeof(*fit));
	scratch = malloc(pull->count * sizeof(*scratch));
	if (!scratch)
		return dt_fail(error, ENOMEM, NULL, "no memory for the fit");
	fit->evaluations = pull->count;
	fit->p.start_bp = pull->evaluations[0].value;
	read_tuner(&fit->p, pull, cap);
	read_windows(&fit->p, pull, push, scratch);
	read_hot(&fit->p, pull, push);
	free(scratch);
	ret = fit_trajectory(fit, pull, error);
	if (ret)
		return ret;
	fit->spread_bp = spread(pull);
	if (pull->nr_steps)
		fit->recorded = pull->steps[pull->nr_steps - 1].cycle;
	ret = dt_plant_retrace(&model, &fit->p, pull, error);
	if (!ret && model.nr_steps)
		fit->simulated = model.steps[model.nr_steps - 1].cycle;
	free_stream(&model);
	return ret;
}
