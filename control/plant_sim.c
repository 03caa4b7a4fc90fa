/* SPDX-License-Identifier: GPL-2.0-only */
/* See plant_sim.h. */
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "control/plant_sim.h"

#define NS_PER_S 1e9

/* The objective's lots are its own, so that the plant's do not depend on how often it is asked. */
#define OTHER_SEED 0x5eedu

static struct dt_sim *sim_of(struct dt_plant *plant)
{
	return (struct dt_sim *)plant;
}

static uint64_t now(struct dt_plant *plant)
{
	return sim_of(plant)->now_ns;
}

static double worth(const struct dt_sim *sim, double share, uint64_t time)
{
	return sim->curve ? sim->curve->value(share, (double)time / NS_PER_S) : 0;
}

static struct dt_sim_point *next_point(struct dt_sim *sim)
{
	if (sim->nr == sim->room) {
		const size_t room = sim->room ? 2 * sim->room : 1024;
		struct dt_sim_point *points = realloc(sim->points, room * sizeof(*points));

		if (!points)
			return NULL;
		sim->points = points;
		sim->room = room;
	}
	return &sim->points[sim->nr++];
}

static void add_areas(const struct dt_sim *sim, struct dt_sim_point *point)
{
	const struct dt_sim_point *before = point - 1;
	const double seconds = (double)(point->time_ns - before->time_ns) / NS_PER_S;
	const double got = worth(sim, before->share, before->time_ns);

	point->area = before->area + seconds * got;
	if (sim->curve)
		point->lost =
			before->lost +
			seconds *
				(worth(sim, sim->curve->optimum((double)before->time_ns / NS_PER_S),
				       before->time_ns) -
				 got);
}

/* One evaluation. */
static int evaluate(struct dt_sim *sim, uint64_t time, struct dt_goal *goal, struct dt_error *error)
{
	struct dt_sim_point *point = next_point(sim);

	if (!point)
		return dt_fail(error, ENOMEM, "simulate a shorter time", "no memory for the plant");
	dt_plant_model_step(&sim->model, sim->plant.target);
	*point = (struct dt_sim_point){
		.time_ns = time,
		.target = sim->plant.target,
		.value = sim->model.value_bp,
		.share = sim->model.share_bp,
		.moved = sim->model.moved,
	};
	if (sim->nr > 1)
		add_areas(sim, point);
	*goal = (struct dt_goal){
		.time = time,
		.target_value = sim->plant.target,
		.current_value = (uint64_t)sim->model.value_bp,
		.score = dt_tuner_score((uint64_t)sim->model.value_bp, sim->plant.target),
		.metric = DT_UNKNOWN_U32,
	};
	return 0;
}

static int wait(struct dt_plant *plant, uint64_t until, struct dt_plant_event *event,
		struct dt_error *error)
{
	struct dt_sim *sim = sim_of(plant);
	const uint64_t next = (uint64_t)llround(sim->model.now_s * NS_PER_S);

	if (next > until) {
		if (until > sim->now_ns)
			sim->now_ns = until;
		event->what = DT_PLANT_TIME;
		return 0;
	}
	sim->now_ns = next;
	event->what = DT_PLANT_GOAL;
	return evaluate(sim, next, &event->goal, error);
}

static int write_target(struct dt_plant *plant, uint32_t target, struct dt_error *error)
{
	(void)error;
	plant->target = target;
	return 0;
}

/* The area under the objective up to a time that was simulated. */
static double area_at(const struct dt_sim *sim, uint64_t time)
{
	size_t low = 0, high = sim->nr;
	const struct dt_sim_point *point;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if (sim->points[middle].time_ns <= time)
			low = middle;
		else
			high = middle;
	}
	point = &sim->points[low];
	return point->area + worth(sim, point->share, point->time_ns) *
				     ((double)time - (double)point->time_ns) / NS_PER_S;
}

static int objective(struct dt_plant *plant, uint64_t from, uint64_t to, double *value,
		     struct dt_error *error)
{
	struct dt_sim *sim = sim_of(plant);
	const double seconds = ((double)to - (double)from) / NS_PER_S;

	(void)error;
	*value = NAN;
	if (!sim->nr || !(seconds > 0))
		return 0;
	*value = (area_at(sim, to) - area_at(sim, from)) / seconds;
	if (sim->curve->noise > 0)
		*value += gsl_ran_gaussian(sim->rng, sim->curve->noise / sqrt(seconds));
	return 0;
}

static double moved(struct dt_plant *plant)
{
	return sim_of(plant)->model.moved;
}

static void close_sim(struct dt_plant *plant)
{
	struct dt_sim *sim = sim_of(plant);

	dt_plant_model_end(&sim->model);
	if (sim->rng)
		gsl_rng_free(sim->rng);
	free(sim->points);
	free(sim);
}

static const struct dt_plant_ops blind_ops = {
	.name = "model",
	.now = now,
	.wait = wait,
	.write = write_target,
	.moved = moved,
	.close = close_sim,
};

static const struct dt_plant_ops curve_ops = {
	.name = "model",
	.now = now,
	.wait = wait,
	.write = write_target,
	.objective = objective,
	.moved = moved,
	.close = close_sim,
};

int dt_sim_open(struct dt_sim **out, const struct dt_plant_parameters *p,
		const struct dt_curve *curve, uint32_t target, uint64_t seed,
		struct dt_error *error)
{
	struct dt_sim *sim = calloc(1, sizeof(*sim));
	int ret;

	if (!sim)
		return dt_fail(error, ENOMEM, NULL, "no memory for the plant");
	sim->plant.ops = curve ? &curve_ops : &blind_ops;
	sim->plant.target = target;
	sim->plant.quota_ns = (uint64_t)llround(p->period_s * NS_PER_S);
	sim->curve = curve;
	ret = dt_plant_model_begin(&sim->model, p, seed, error);
	if (ret)
		goto fail;
	sim->rng = gsl_rng_alloc(gsl_rng_mt19937);
	if (!sim->rng) {
		ret = dt_fail(error, ENOMEM, NULL, "no memory for the plant");
		goto fail;
	}
	gsl_rng_set(sim->rng, (unsigned long)(seed ^ OTHER_SEED));
	*out = sim;
	return 0;
fail:
	close_sim(&sim->plant);
	return ret;
}
