/* SPDX-License-Identifier: GPL-2.0-only */
/* See plant_tuner.h. */
#include "control/plant_tuner.h"

#define GOAL 10000ull
/* Twice the goal and more: begin again. */
#define RESET 20000ull

uint64_t dt_tuner_score(uint64_t value, uint64_t target)
{
	return value * GOAL / target;
}

static uint64_t change(uint64_t input, uint64_t difference)
{
	/* the kernel too gives up the last digits where the product would not fit */
	if (!difference || input < UINT64_MAX / difference)
		return input * difference / GOAL;
	return input / GOAL * difference;
}

static uint64_t consist(uint64_t input, uint64_t score)
{
	uint64_t by;

	if (score >= RESET)
		return DT_TUNER_BYTE;
	if (score <= GOAL) {
		by = change(input, GOAL - score);
		return input > UINT64_MAX - by ? UINT64_MAX : input + by;
	}
	by = change(input, score - GOAL);
	return input > by + DT_TUNER_BYTE ? input - by : DT_TUNER_BYTE;
}

uint64_t dt_tuner_next(struct dt_tuner *tuner, uint64_t score)
{
	uint64_t esz;

	if (tuner->kind == DT_TUNER_TEMPORAL)
		return score >= GOAL ? 0 : tuner->cap;
	if (tuner->input < DT_TUNER_BYTE)
		tuner->input = DT_TUNER_BYTE;
	tuner->input = consist(tuner->input, score);
	esz = tuner->input / DT_TUNER_BYTE;
	return esz < tuner->cap ? esz : tuner->cap;
}
