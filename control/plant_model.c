/* SPDX-License-Identifier: GPL-2.0-only */
/* See plant_model.h. */
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "control/plant_model.h"
#include "damon-trace/goal.h"

/* A smaller quota moves no region (DAMON_MIN_REGION). */
#define PAGE 4096.0

/* Correlation of the slow error from one evaluation to the next. */
#define SLOW 0.9

int dt_plant_model_begin(struct dt_plant_model *model, const struct dt_plant_parameters *p,
			 uint64_t seed, struct dt_error *error)
{
	memset(model, 0, sizeof(*model));
	model->p = *p;
	model->rng = gsl_rng_alloc(gsl_rng_mt19937);
	if (!model->rng)
		return dt_fail(error, ENOMEM, NULL, "no memory for the plant");
	gsl_rng_set(model->rng, (unsigned long)seed);
	model->share_bp = p->start_bp;
	model->value_bp = p->start_bp;
	model->counted[0] = p->hot_bytes * p->start_bp / DT_GOAL_WHOLE;
	model->counted[1] = p->hot_bytes - model->counted[0];
	for (int i = 0; i < 2; i++)
		model->tuners[i] = (struct dt_tuner){
			.kind = p->tuner, .cap = (uint64_t)p->quota_bytes, .input = DT_TUNER_BYTE};
	if (p->start_input > 1)
		model->tuners[0].input = (uint64_t)(p->start_input * DT_TUNER_BYTE);
	return 0;
}

void dt_plant_model_end(struct dt_plant_model *model)
{
	if (model->rng)
		gsl_rng_free(model->rng);
	model->rng = NULL;
}

/* Parcels for node `node` that are sampled again by now. */
static void arrive(struct dt_plant_model *model, int node)
{
	while (model->nr[node]) {
		const struct dt_plant_parcel *parcel = &model->parcels[node][model->first[node]];

		if (parcel->due_s > model->now_s)
			break;
		model->counted[node] += parcel->bytes;
		model->first[node] = (model->first[node] + 1) % DT_PLANT_PARCELS;
		model->nr[node]--;
	}
}

static void send(struct dt_plant_model *model, int node, double bytes)
{
	size_t last;

	model->counted[!node] -= bytes;
	if (model->nr[node] == DT_PLANT_PARCELS) {
		/* as many windows within one lag: the latest stand for each other */
		last = (model->first[node] + model->nr[node] - 1) % DT_PLANT_PARCELS;
		model->parcels[node][last].bytes += bytes;
		return;
	}
	last = (model->first[node] + model->nr[node]++) % DT_PLANT_PARCELS;
	model->parcels[node][last] = (struct dt_plant_parcel){model->now_s + model->p.lag_s, bytes};
}

static double noise(struct dt_plant_model *model)
{
	const struct dt_plant_parameters *p = &model->p;

	if (p->blind_bp > 0)
		model->slow_bp = SLOW * model->slow_bp +
				 gsl_ran_gaussian(model->rng, p->blind_bp * sqrt(1 - SLOW * SLOW));
	return model->slow_bp + (p->noise_bp > 0 ? gsl_ran_gaussian(model->rng, p->noise_bp) : 0);
}

/* What the kernel would read: none eligible reads as 0. */
static double evaluate(struct dt_plant_model *model)
{
	const double all = model->counted[0] + model->counted[1];
	double value;

	if (!(all > 0))
		return 0;
	value = DT_GOAL_WHOLE * model->counted[0] / all;
	/* where all is on one node there is nothing to be mistaken about */
	if (value > 0 && value < DT_GOAL_WHOLE)
		value += noise(model);
	return fmin(fmax(floor(value), 0), DT_GOAL_WHOLE);
}

/* Bytes that a quota moves to `node` in this window: whole folios, as far as there are some. */
static double move(struct dt_plant_model *model, int node)
{
	const double folio = model->p.folio_bytes, quota = (double)model->esz[node];
	double bytes;

	if (quota < PAGE)
		return 0;
	/* the first byte of a folio moves it all, and the rest of it is then free of charge */
	bytes = fmax(quota - model->charge[node], 0);
	bytes = ceil(bytes / folio) * folio;
	model->charge[node] = fmax(model->charge[node] + bytes - quota, 0);
	bytes = fmin(bytes, model->counted[!node]);
	if (bytes > 0)
		send(model, node, bytes);
	return bytes;
}

void dt_plant_model_step(struct dt_plant_model *model, uint32_t target)
{
	const uint64_t targets[2] = {target, DT_GOAL_WHOLE - target};
	double bytes[2], on_way[2] = {0, 0};

	for (int i = 0; i < 2; i++)
		arrive(model, i);
	model->value_bp = evaluate(model);
	for (int i = 0; i < 2; i++) {
		const uint64_t value =
			(uint64_t)(i ? DT_GOAL_WHOLE - model->value_bp : model->value_bp);

		model->esz[i] = dt_tuner_next(&model->tuners[i], dt_tuner_score(value, targets[i]));
	}
	for (int i = 0; i < 2; i++)
		bytes[i] = move(model, i);
	for (int i = 0; i < 2; i++)
		for (size_t j = 0; j < model->nr[i]; j++)
			on_way[i] +=
				model->parcels[i][(model->first[i] + j) % DT_PLANT_PARCELS].bytes;
	model->share_bp = DT_GOAL_WHOLE * (model->counted[0] + on_way[0]) /
			  (model->counted[0] + on_way[0] + model->counted[1] + on_way[1]);
	model->moved += bytes[0] + bytes[1];
	model->now_s += model->p.period_s + (bytes[0] + bytes[1]) / model->p.rate;
}
