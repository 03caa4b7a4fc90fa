/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of two schemes that move hot memory to node 0 (PULL) and to node 1 (PUSH), each with its
 * quota, goal and the kernel's tuner. It knows no clock but its own and draws lots from a seed:
 * the same parameters, targets and seed give the same numbers.
 */
#ifndef CONTROL_PLANT_MODEL_H
#define CONTROL_PLANT_MODEL_H

#include <gsl/gsl_rng.h>
#include <stddef.h>
#include <stdint.h>

#include "control/plant_tuner.h"
#include "damon-trace/error.h"

struct dt_plant_parameters {
	enum dt_tuner_kind tuner;
	double quota_bytes; /* quotas/bytes of each scheme */
	double period_s;    /* of the evaluations while nothing moves */
	double rate;	    /* bytes/s of migration; the kdamond waits for it */
	double hot_bytes;   /* eligible on both nodes together */
	double folio_bytes; /* what is touched moves as a whole */
	double lag_s;	    /* until moved bytes count at their new node */
	double blind_bp;    /* slow error of the value: sd of an AR(1) noise */
	double noise_bp;    /* of one evaluation: sd */
	double start_bp;    /* share of node 0 at the beginning */
	double start_input; /* CONSIST's value of PULL then, bytes; 0: 1 byte */
};

/* What was moved, and does not count yet. */
struct dt_plant_parcel {
	double due_s, bytes;
};

#define DT_PLANT_PARCELS 256

struct dt_plant_model {
	struct dt_plant_parameters p;
	double now_s;	  /* of the next evaluation */
	double share_bp;  /* of node 0, true */
	double value_bp;  /* as the last evaluation saw it */
	double moved;	  /* bytes, both ways */
	uint64_t esz[2];  /* PULL, PUSH */
	double charge[2]; /* bytes of the folio that is being moved, which were charged already */
	struct dt_tuner tuners[2];
	double counted[2]; /* bytes that count at node 0 and 1 */
	double slow_bp;
	struct dt_plant_parcel parcels[2][DT_PLANT_PARCELS];
	size_t first[2], nr[2];
	gsl_rng *rng;
};

/* 0 or -ENOMEM with *error filled. Ended by dt_plant_model_end. */
int dt_plant_model_begin(struct dt_plant_model *model, const struct dt_plant_parameters *p,
			 uint64_t seed, struct dt_error *error);
void dt_plant_model_end(struct dt_plant_model *model);

/*
 * One quota window with a target of node 0, bp: evaluation at model->now_s, tuning, migration.
 * now_s is that of the next evaluation afterwards.
 */
void dt_plant_model_step(struct dt_plant_model *model, uint32_t target);

#endif
