/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loop: settle, measure, observe, decide, write. One and the same for live, fake and simulated
 * plants.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "control/loop_impl.h"

/* When limits do not say: worse by this part of the best. */
#define WORSE 0.1

bool dt_loop_seeks(const struct dt_loop *loop)
{
	return loop->law->needs_objective && !loop->law->needs_set_point;
}

struct dt_entry dt_loop_entry(const struct dt_loop *loop, enum dt_entry_what what)
{
	return (struct dt_entry){
		.what = what,
		.time_ns = loop->plant->ops->now(loop->plant),
		.observation = {.value = NAN, .objective = NAN, .error = NAN},
		.objective = NAN,
	};
}

int dt_loop_note(struct dt_loop *loop, struct dt_entry *entry)
{
	int ret = loop->journal ? loop->journal->entry(loop->journal, entry) : 0;

	if (!ret)
		return 0;
	return dt_fail(loop->error, -ret, "without its journal a tuner could not be undone",
		       "the journal could not be written (error %d)", -ret);
}

int dt_loop_end(struct dt_loop *loop, enum dt_tune_end end, const char *text)
{
	loop->result->end = end;
	(void)snprintf(loop->end_text, sizeof(loop->end_text), "%s", text ? text : "");
	return DT_LOOP_ENDED;
}

static double worth(const struct dt_loop *loop, double objective)
{
	return loop->setup->maximize ? objective : -objective;
}

/* A new measurement of the best target takes the place of the old one, which may be outdated. */
static void update_best(struct dt_loop *loop)
{
	struct dt_measured *now = &loop->now;

	if (!now->objective.n)
		return;
	now->worth = worth(loop, now->objective.mean);
	if (loop->has_best && now->target != loop->best.target && now->worth <= loop->best.worth)
		return;
	loop->best = *now;
	loop->has_best = true;
	loop->result->best = now->target;
	loop->result->best_objective = now->objective.mean;
	loop->result->best_error = dt_sum_error(&now->objective);
}

/* Worse than the best by more than the limit, and not by chance. */
static bool is_worse(const struct dt_loop *loop)
{
	const double limit = loop->limits->worse > 0 ? loop->limits->worse : WORSE;
	double fall, half;

	if (!dt_loop_seeks(loop) || !loop->has_best || !loop->now.objective.n ||
	    loop->now.target == loop->best.target)
		return false;
	fall = loop->best.worth - worth(loop, loop->now.objective.mean);
	half = dt_welch_half(&loop->now.objective, &loop->best.objective, 0.95);
	return fall > limit * fabs(loop->best.worth) && fall > (isnan(half) ? 0 : half);
}

static int observe(struct dt_loop *loop, struct dt_observation *observation)
{
	struct dt_entry entry;

	if (dt_watch_judge(&loop->watch, loop->plant->target, loop->limits->band, true))
		return dt_fail(loop->error, ENOMEM, NULL, "no memory for the judgement");
	update_best(loop);
	*observation = (struct dt_observation){
		.time_ns = loop->plant->ops->now(loop->plant) - loop->start_ns,
		.target = loop->now.target,
		.verdict = loop->watch.verdict,
		.value = loop->now.value.n ? loop->now.value.mean : NAN,
		.objective = loop->now.objective.n ? loop->now.objective.mean : NAN,
		.error = dt_sum_error(&loop->now.objective),
		.windows = loop->plant->ops->objective ? loop->now.objective.n : loop->now.value.n,
	};
	loop->result->observations++;
	if (is_worse(loop) && !loop->limits->dry_run) {
		char why[160];
		int ret;

		(void)snprintf(why, sizeof(why),
			       "the objective fell from %.6g to %.6g: back to the best target",
			       loop->best.objective.mean, loop->now.objective.mean);
		observation->rolled_back = true;
		loop->result->rollbacks++;
		ret = dt_loop_write(loop, loop->best.target, why, true);
		if (ret)
			return ret;
	}
	entry = dt_loop_entry(loop, DT_ENTRY_OBSERVATION);
	entry.observation = *observation;
	return dt_loop_note(loop, &entry);
}

/*
 * The best target is the last thing that is put in force, where a law looked for one. Who stopped
 * the loop wants no further write, and a plant that is gone or somebody else's gets none.
 */
static int close_loop(struct dt_loop *loop)
{
	int ret = 0;

	loop->closing = true;
	if (dt_loop_seeks(loop) && loop->has_best && !loop->limits->dry_run &&
	    (loop->result->end == DT_TUNE_DONE || loop->result->end == DT_TUNE_DEADLINE))
		ret = dt_loop_write(loop, loop->best.target, "the best target", false);
	return ret < 0 ? ret : 0;
}

static int note_end(struct dt_loop *loop)
{
	struct dt_entry entry = dt_loop_entry(loop, DT_ENTRY_END);

	entry.to = loop->plant->target;
	entry.text = loop->end_text;
	return dt_loop_note(loop, &entry);
}

static int act(struct dt_loop *loop, const struct dt_decision *decision)
{
	loop->again_ns = decision->again_ns ? loop->start_ns + decision->again_ns : 0;
	if (decision->move == DT_MOVE_DONE)
		return dt_loop_end(loop, DT_TUNE_DONE, decision->reason);
	if (decision->move != DT_MOVE_WRITE)
		return 0;
	if (decision->target != loop->plant->target && dt_loop_is_spent(loop))
		return dt_loop_end(loop, DT_TUNE_DEADLINE, "the writes are spent");
	if (loop->limits->dry_run && dt_loop_seeks(loop)) {
		int ret = dt_loop_write(loop, decision->target, decision->reason, false);

		return ret ? ret
			   : dt_loop_end(loop, DT_TUNE_DONE,
					 "without writing there is no more to "
					 "find");
	}
	return dt_loop_write(loop, decision->target, decision->reason, false);
}

static int decide(struct dt_loop *loop, const struct dt_observation *observation)
{
	struct dt_entry entry = dt_loop_entry(loop, DT_ENTRY_DECISION);
	int ret;

	loop->law->decide(loop->state, observation, &entry.decision);
	ret = dt_loop_note(loop, &entry);
	return ret ? ret : act(loop, &entry.decision);
}

/* A schedule may begin at once, before anything was seen. */
static int start(struct dt_loop *loop)
{
	const struct dt_observation nothing = {
		.target = loop->plant->target,
		.verdict = DT_GOAL_NO_DATA,
		.value = NAN,
		.objective = NAN,
		.error = NAN,
	};
	struct dt_entry entry = dt_loop_entry(loop, DT_ENTRY_BEGIN);
	int ret;

	entry.to = loop->plant->target;
	entry.dry_run = loop->limits->dry_run;
	entry.text = loop->law->name;
	ret = dt_loop_note(loop, &entry);
	return ret || !loop->law->needs_schedule ? ret : decide(loop, &nothing);
}

static int run(struct dt_loop *loop)
{
	struct dt_observation observation;
	int ret = start(loop);

	while (!ret) {
		ret = dt_loop_settle(loop);
		if (!ret)
			ret = dt_loop_measure(loop);
		if (!ret)
			ret = observe(loop, &observation);
		if (!ret)
			ret = decide(loop, &observation);
	}
	return ret < 0 ? ret : close_loop(loop);
}

static int check_setup(const struct dt_law *law, const struct dt_law_setup *setup,
		       const struct dt_plant *plant, struct dt_error *error)
{
	if (setup->minimum < DT_TARGET_LOWEST || setup->maximum > DT_TARGET_HIGHEST ||
	    setup->minimum > setup->maximum)
		return dt_fail(error, EINVAL, "--min and --max, 1 to 9999 bp",
			       "no target is within %u to %u bp", setup->minimum, setup->maximum);
	if (law->needs_objective && !plant->ops->objective)
		return dt_fail(error, EINVAL, "--objective", "the law %s needs an objective",
			       law->name);
	if (law->needs_set_point && isnan(setup->set_point))
		return dt_fail(error, EINVAL, "--set-point", "the law %s needs a set point",
			       law->name);
	return 0;
}

int dt_tune_loop(struct dt_plant *plant, const struct dt_law *law, const struct dt_law_setup *setup,
		 const struct dt_loop_limits *limits, struct dt_journal *journal,
		 struct dt_tune_result *result, struct dt_error *error)
{
	struct dt_loop loop = {
		.plant = plant,
		.law = law,
		.setup = setup,
		.limits = limits,
		.journal = journal,
		.result = result,
		.error = error,
		.start_ns = plant->ops->now(plant),
		.watch = {.last = NAN},
	};
	int ret;

	*result = (struct dt_tune_result){
		.end = DT_TUNE_FAILED,
		.best = plant->target,
		.best_objective = NAN,
		.best_error = NAN,
	};
	ret = check_setup(law, setup, plant, error);
	if (ret)
		return ret;
	ret = law->begin(&loop.state, setup, error);
	if (ret)
		return ret;
	ret = run(&loop);
	if (ret < 0) {
		(void)dt_loop_end(&loop, DT_TUNE_FAILED, error ? error->message : NULL);
		/* the journal itself may be what failed: then the first error counts */
		loop.error = NULL;
	}
	if (note_end(&loop) && !ret)
		ret = -EIO;
	law->end(loop.state);
	dt_watch_free(&loop.watch);
	if (!dt_loop_seeks(&loop))
		result->best = plant->target;
	return ret;
}
