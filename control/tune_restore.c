/* SPDX-License-Identifier: GPL-2.0-only */
/* Putting back what a tuner changed: its own values alone, and all of them in one transaction. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/tune_journal.h"

enum belongs {
	BELONGS_US,
	BELONGS_BEFORE,
	BELONGS_OTHERS,
	BELONGS_NOBODY, /* the file is gone */
};

static int look(struct dt_damon_sysfs *sysfs, const struct dt_tune_value *value,
		enum belongs *belongs, struct dt_warnings *notes, struct dt_error *error)
{
	char text[DT_DAMON_TEXT], *end;
	uint64_t now;
	const int ret = dt_damon_sysfs_get(sysfs, value->path, text, error);

	*belongs = BELONGS_NOBODY;
	if (ret == -ENOENT || ret == -ENODEV) {
		dt_warn(notes, UINT64_MAX, "%s is gone: nothing to restore there", value->path);
		return 0;
	}
	if (ret)
		return ret;
	now = strtoull(text, &end, 10);
	if (end != text && !*end && now == value->original) {
		*belongs = BELONGS_BEFORE;
	} else if (end != text && !*end && (now == value->ours || now == value->intended)) {
		*belongs = BELONGS_US;
	} else {
		*belongs = BELONGS_OTHERS;
		dt_warn(notes, UINT64_MAX,
			"%s holds \"%.40s\", which somebody else wrote: left as it is (it was "
			"%" PRIu64 ")",
			value->path, text, value->original);
	}
	return 0;
}

static int plan_back(struct dt_damon_sysfs *sysfs, const struct dt_tune_record *record,
		     struct dt_damon_plan *plan, struct dt_tune_restored *restored,
		     struct dt_warnings *notes, struct dt_error *error)
{
	for (size_t i = 0; i < record->nr; i++) {
		enum belongs belongs;
		char number[32];
		int ret = look(sysfs, &record->values[i], &belongs, notes, error);

		if (ret)
			return ret;
		restored->before += belongs == BELONGS_BEFORE;
		restored->foreign += belongs == BELONGS_OTHERS;
		restored->gone += belongs == BELONGS_NOBODY;
		if (belongs != BELONGS_US)
			continue;
		(void)snprintf(number, sizeof(number), "%" PRIu64, record->values[i].original);
		ret = dt_damon_plan_add(plan, record->values[i].path, number);
		if (ret)
			return dt_fail(error, -ret, NULL, "out of memory");
	}
	return 0;
}

/* Is the kernel still running with what the tuner gave it? The files alone do not tell. */
static bool needs_command(const struct dt_tune_record *record,
			  const struct dt_tune_restored *restored)
{
	for (size_t i = 0; i < record->nr; i++)
		if (record->values[i].ours != record->values[i].original ||
		    record->values[i].intended != record->values[i].original)
			return restored->before > 0 && !restored->foreign;
	return false;
}

static int write_back(struct dt_damon_sysfs *sysfs, const struct dt_tune_record *record,
		      const struct dt_damon_plan *plan, bool runs,
		      const struct dt_tune_restored *restored, struct dt_error *error)
{
	int32_t pid;
	int ret = 0;

	if (runs && (plan->nr || needs_command(record, restored))) {
		ret = dt_damon_sysfs_transaction(sysfs, plan, record->kdamond, record->command,
						 error);
		/* it may have ended meanwhile: then there is nothing to command any more */
		if (ret && (dt_damon_sysfs_running(sysfs, record->kdamond, &pid, NULL) || pid))
			return ret;
	}
	if (!runs || ret)
		ret = dt_damon_plan_run(sysfs, plan, 0, plan->nr, NULL, error);
	/* directories that went away between looking and writing hold nothing of ours */
	return ret == -ENOENT ? 0 : ret;
}

int dt_tune_restore(struct dt_damon_sysfs *sysfs, const struct dt_tune_record *record,
		    struct dt_tune_restored *restored, struct dt_warnings *notes,
		    struct dt_error *error)
{
	const volatile sig_atomic_t *stop = sysfs->stop;
	struct dt_damon_plan plan = {0};
	int32_t pid = 0;
	int ret;

	*restored = (struct dt_tune_restored){.restored = 0};
	/* what made the tuner end must not keep the values from coming back */
	sysfs->stop = NULL;
	ret = dt_damon_sysfs_running(sysfs, record->kdamond, &pid, error);
	if (ret == -ENOENT || ret == -ENODEV)
		ret = 0;
	if (!ret && pid && pid != record->kdamond_pid) {
		dt_warn(notes, UINT64_MAX,
			"kdamond %u was started anew since (pid %d, it was %d): left as it is",
			record->kdamond, (int)pid, (int)record->kdamond_pid);
		restored->foreign = record->nr;
		sysfs->stop = stop;
		return 0;
	}
	if (!ret)
		ret = plan_back(sysfs, record, &plan, restored, notes, error);
	if (!ret)
		ret = write_back(sysfs, record, &plan, pid != 0, restored, error);
	if (!ret)
		restored->restored = plan.nr;
	sysfs->stop = stop;
	dt_damon_plan_clear(&plan);
	return ret;
}
