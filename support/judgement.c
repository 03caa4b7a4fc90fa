/* SPDX-License-Identifier: GPL-2.0-only */
/* See judgement.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/judgement.h"

void dt_judge(struct dt_judgement *judgement, enum dt_outcome outcome, const char *format, ...)
{
	const uint64_t place = judgement->count[outcome]++;
	va_list arguments;

	if (outcome > judgement->outcome)
		judgement->outcome = outcome;
	if (place >= DT_FACTS_KEPT)
		return;
	va_start(arguments, format);
	if (vasprintf(&judgement->fact[outcome][place], format, arguments) < 0)
		judgement->fact[outcome][place] = NULL;
	va_end(arguments);
}

void dt_judgement_clear(struct dt_judgement *judgement)
{
	for (size_t i = 0; i < DT_NR_OUTCOMES; i++)
		for (size_t j = 0; j < DT_FACTS_KEPT; j++)
			free(judgement->fact[i][j]);
	*judgement = (struct dt_judgement){0};
}
