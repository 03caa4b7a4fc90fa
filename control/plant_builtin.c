/* SPDX-License-Identifier: GPL-2.0-only */
/* See plant_builtin.h. */
#include <string.h>

#include "control/plant_builtin.h"

#define MIB (1024.0 * 1024)
#define GIB (1024 * MIB)

const struct dt_plant_builtin dt_plant_builtins[] = {
	{
		"consist",
		"a small guest, CONSIST tuner, 64 MiB per window",
		{
			.tuner = DT_TUNER_CONSIST,
			.quota_bytes = 64 * MIB,
			.period_s = 0.25,
			.rate = 20e6,
			.hot_bytes = 168e6,
			.folio_bytes = 2 * MIB,
			.noise_bp = 20,
		},
	},
	{
		"temporal",
		"the same guest, TEMPORAL tuner, 8 MiB per window",
		{
			.tuner = DT_TUNER_TEMPORAL,
			.quota_bytes = 8 * MIB,
			.period_s = 0.45,
			.rate = 30e6,
			.hot_bytes = 168e6,
			.folio_bytes = 2 * MIB,
			.noise_bp = 150,
		},
	},
	{
		"server",
		"a 32 GiB hot set beside CXL memory, TEMPORAL tuner, 512 MiB per second",
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
