/* SPDX-License-Identifier: GPL-2.0-only */
/* Plants that need no recording. */
#ifndef CONTROL_PLANT_BUILTIN_H
#define CONTROL_PLANT_BUILTIN_H

#include "control/plant_model.h"

struct dt_plant_builtin {
	const char *name; /* as of --replay */
	const char *summary;
	struct dt_plant_parameters p;
};

/* Ends with a NULL name. */
extern const struct dt_plant_builtin dt_plant_builtins[];
/* NULL: none of that name. */
const struct dt_plant_builtin *dt_plant_builtin_find(const char *name);

#endif
