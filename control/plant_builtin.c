/* SPDX-License-Identifier: GPL-2.0-only */
/* See plant_builtin.h. */
#include <string.h>

#include "control/plant_builtin.h"

#define MIB (1024.0 * 1024)
#define GIB (1024 * MIB)

const struct dt_plant_builtin dt_plant_builtins[] = {
	/* both as fitted to recordings of Linux 7.3 (doc/tune.md shows the fits) */
	{
		"consist",
		"a small guest, CONSIST tuner, 64 MiB a window: it swings",
		{
			.tuner = DT_TUNER_CONSIST,
			.quota_bytes = 64 * MIB,
			.period_s = 0.249,
			.rate = 11.9e6,
			.hot_bytes = 183e6,
			.folio_bytes = 3.77e6,
			.lag_s = 0.444,
			.noise_bp = 80,
		},
	},
	{
		"temporal",
		"the same guest, TEMPORAL tuner, 8 MiB a window",
		{
			.tuner = DT_TUNER_TEMPORAL,
			.quota_bytes = 8 * MIB,
			.period_s = 0.547,
			.rate = 5.66e9,
			.hot_bytes = 201e6,
			.folio_bytes = 186e3,
			.lag_s = 1.5,
			.noise_bp = 237,
		},
	},
	{
		"server",
		"32 GiB of hot memory, TEMPORAL tuner, 512 MiB a second",
		{
			.tuner = DT_TUNER_TEMPORAL,
			.quota_bytes = 512 * MIB,
			.period_s = 1,
			.rate = 8 * GIB,
			.hot_bytes = 32 * GIB,
			.folio_bytes = 2 * MIB,
			.lag_s = 1,
			.noise_bp = 50,
		},
	},
	{0},
};

const struct dt_plant_builtin *dt_plant_builtin_find(const char *name)
{
	for (const struct dt_plant_builtin *plant = dt_plant_builtins; plant->name; plant++)
		if (!strcmp(plant->name, name))
			return plant;
	return NULL;
}
