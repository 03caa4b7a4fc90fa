/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of an actuator hold: targets to values and back. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "damon-trace/actuator.h"
#include "damon-trace/tuner.h"

#define WHOLE DT_GOAL_WHOLE

const char *dt_actuator_name(enum dt_actuator_kind kind)
{
	return kind == DT_ACTUATOR_GOALS ? "goals" : "weights";
}

/* Of the destinations behind the first. */
static uint64_t rest_of(const struct dt_actuator *actuator)
{
	uint64_t sum = 0;

	for (size_t i = 1; i < actuator->nr; i++)
		sum += actuator->files[i].original;
	return sum;
}

/* The rest is shared as before; what rounding leaves goes to the last, so that the sum holds. */
static void share_rest(const struct dt_actuator *actuator, uint64_t rest, uint64_t *values)
{
	const uint64_t before = rest_of(actuator);
	uint64_t left = rest;

	for (size_t i = 1; i < actuator->nr; i++) {
		values[i] = before ? rest * actuator->files[i].original / before
				   : rest / (actuator->nr - 1);
		if (i == actuator->nr - 1)
			values[i] = left;
		left -= values[i];
	}
}

void dt_actuator_values(const struct dt_actuator *actuator, uint32_t target, uint64_t *values)
{
	values[0] = target;
	share_rest(actuator, WHOLE - target, values);
}

uint32_t dt_actuator_target(const struct dt_actuator *actuator, const uint64_t *values)
{
	double sum = 0, share;

	if (actuator->kind == DT_ACTUATOR_GOALS)
		return values[0] > WHOLE ? WHOLE : (uint32_t)values[0];
	for (size_t i = 0; i < actuator->nr; i++)
		sum += (double)values[i];
	share = sum > 0 ? (double)values[0] / sum * WHOLE + 0.5 : 0;
	return (uint32_t)share;
}

uint32_t dt_actuator_original(const struct dt_actuator *actuator)
{
	uint64_t values[DT_ACTUATOR_FILES] = {0};

	for (size_t i = 0; i < actuator->nr; i++)
		values[i] = actuator->files[i].original;
	return dt_actuator_target(actuator, values);
}

static int number_of(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return *text < '0' || *text > '9' || *end || errno ? -ERANGE : 0;
}

int dt_actuator_read(const struct dt_actuator *actuator, const struct dt_damon_sysfs *sysfs,
		     uint64_t *values, struct dt_error *error)
{
	char text[DT_DAMON_TEXT];

	for (size_t i = 0; i < actuator->nr; i++) {
		const char *path = actuator->files[i].path;
		const int ret = dt_damon_sysfs_get(sysfs, path, text, error);

		if (ret)
			return ret;
		if (number_of(text, &values[i]))
			return dt_fail(error, ERANGE, NULL, "kdamonds/%s holds no number", path);
	}
	return 0;
}
