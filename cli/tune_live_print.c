/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tuner does, as it does it, in lines for people. */
#include <math.h>

#include "cli/tune_live.h"
#include "damon-trace/tuner.h"

static void print_observation(FILE *out, const struct dt_observation *observation)
{
	(void)fprintf(out, "at %.2f %%: %s", observation->target / 100.0,
		      dt_goal_verdict_name(observation->verdict));
	if (!isnan(observation->value))
		(void)fprintf(out, ", goal %.2f %%", observation->value / 100.0);
	if (!isnan(observation->objective))
		(void)fprintf(out, ", objective %.6g", observation->objective);
	if (!isnan(observation->objective) && !isnan(observation->error))
		(void)fprintf(out, " +- %.2g", observation->error);
	if (observation->windows)
		(void)fprintf(out, " (%u window%s)", observation->windows,
			      observation->windows == 1 ? "" : "s");
	(void)fputc('\n', out);
}

static void print_write(FILE *out, const struct dt_entry *entry)
{
	const char *how = entry->dry_run    ? "not written (dry run)"
			  : entry->verified ? "verified"
					    : "FAILED";

	(void)fprintf(out, "%s %.2f -> %.2f %%, %s: %s\n",
		      entry->what == DT_ENTRY_ROLLBACK ? "back" : "target", entry->from / 100.0,
		      entry->to / 100.0, how, entry->text ? entry->text : "");
}

void dt_tune_print(FILE *out, const struct dt_entry *entry, uint64_t start_ns)
{
	/* what is seen many times a second is for the journal */
	if (entry->what == DT_ENTRY_EVALUATION || entry->what == DT_ENTRY_MEASUREMENT)
		return;
	(void)fprintf(out, "%9.1f s  ",
		      entry->time_ns > start_ns ? (double)(entry->time_ns - start_ns) / 1e9 : 0.0);
	switch (entry->what) {
	case DT_ENTRY_OBSERVATION:
		print_observation(out, &entry->observation);
		break;
	case DT_ENTRY_WRITE:
	case DT_ENTRY_ROLLBACK:
		print_write(out, entry);
		break;
	case DT_ENTRY_SETTLED:
		(void)fprintf(out, "%s%s%s\n", dt_goal_verdict_name(entry->verdict),
			      entry->text ? ": " : "", entry->text ? entry->text : "");
		break;
	case DT_ENTRY_DECISION:
		(void)fprintf(out, "decided: %s\n", entry->decision.reason);
		break;
	case DT_ENTRY_FOREIGN:
		(void)fprintf(out, "somebody else wrote %.2f %%: %s\n", entry->to / 100.0,
			      entry->text ? entry->text : "");
		break;
	case DT_ENTRY_LOSS:
		(void)fputs("events were lost\n", out);
		break;
	case DT_ENTRY_BEGIN:
		(void)fprintf(out, "law %s, target %.2f %%\n", entry->text ? entry->text : "",
			      entry->to / 100.0);
		break;
	case DT_ENTRY_END:
		(void)fprintf(out, "end: %s\n", entry->text ? entry->text : "");
		break;
	case DT_ENTRY_EVALUATION:
	case DT_ENTRY_MEASUREMENT:
		break;
	}
	(void)fflush(out);
}
