/* SPDX-License-Identifier: GPL-2.0-only */
/* The registry of laws: adding one is adding a file and a line here. */
#include <string.h>

#include "control/laws.h"

const struct dt_law *const dt_laws[] = {
	&dt_law_hold,	  &dt_law_step, &dt_law_hill, &dt_law_golden,
	&dt_law_extremum, &dt_law_pi,	NULL,
};

const struct dt_law *dt_law_find(const char *name)
{
	for (size_t i = 0; dt_laws[i]; i++)
		if (!strcmp(dt_laws[i]->name, name))
			return dt_laws[i];
	return NULL;
}
