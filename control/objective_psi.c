/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pressure stall information as an objective: the share of the time in which some, or all, tasks
 * waited for memory, CPU or I/O (Documentation/accounting/psi.rst).
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/objectives.h"
#include "control/series.h"

#define USAGE "it takes memory, cpu or io, then /some or /full: psi:memory/some"

struct psi {
	struct dt_objective objective;
	struct dt_series series;
	char path[PATH_MAX];
	char kind[8]; /* "some", "full" */
};

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=123": total is in microseconds. */
static int read_total(const struct psi *psi, double *total, struct dt_error *error)
{
	FILE *file = fopen(psi->path, "re");
	char line[256];
	bool found = false;

	if (!file)
		return dt_fail(error, errno,
			       "it takes a kernel with CONFIG_PSI, booted with psi=1 where that "
			       "is off",
			       "cannot read %s: %s", psi->path, strerror(errno));
	while (!found && fgets(line, sizeof(line), file)) {
		const char *at = strstr(line, " total=");

		if (!at || strncmp(line, psi->kind, 4) != 0)
			continue;
		*total = strtod(at + 7, NULL);
		found = true;
	}
	/* reading fails with EOPNOTSUPP where it is switched off */
	(void)fclose(file);
	return found ? 0
		     : dt_fail(error, EOPNOTSUPP, "boot with psi=1", "%s tells no \"%s\"",
			       psi->path, psi->kind);
}

static int collect(struct dt_objective *objective, uint64_t now_ns, struct dt_error *error)
{
	struct psi *psi = (struct psi *)objective;
	double total;
	const int ret = read_total(psi, &total, error);

	if (!ret && dt_series_add(&psi->series, now_ns, total, 0))
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	return ret;
}

static int mean(struct dt_objective *objective, uint64_t from, uint64_t to, double *value,
		struct dt_error *error)
{
	const struct psi *psi = (const struct psi *)objective;
	double rates[2];

	(void)error;
	/* us per s to percent */
	*value = dt_series_rates(&psi->series, from, to, rates) ? rates[0] / 1e4 : NAN;
	return 0;
}

static void close_psi(struct dt_objective *objective)
{
	struct psi *psi = (struct psi *)objective;

	dt_series_free(&psi->series);
	free(psi);
}

static const struct dt_objective_ops psi_ops = {
	.collect = collect,
	.mean = mean,
	.close = close_psi,
};

static int parse(const char *argument, char resource[8], char kind[8], struct dt_error *error)
{
	const char *text = argument ? argument : "memory/some";
	const size_t length = strcspn(text, "/");

	(void)snprintf(resource, 8, "%.*s", length > 7 ? 7 : (int)length, text);
	(void)snprintf(kind, 8, "%s", text[length] ? text + length + 1 : "some");
	if ((strcmp(resource, "memory") && strcmp(resource, "cpu") && strcmp(resource, "io")) ||
	    (strcmp(kind, "some") && strcmp(kind, "full")))
		return dt_fail(error, EINVAL, USAGE, "there is no pressure \"%.80s\"", text);
	return 0;
}

static int open_psi(struct dt_objective **objective, const char *argument,
		    const struct dt_objective_setup *setup, struct dt_error *error)
{
	struct psi *psi = calloc(1, sizeof(*psi));
	char resource[8];
	double total;
	int ret;

	if (!psi)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	psi->objective.ops = &psi_ops;
	ret = parse(argument, resource, psi->kind, error);
	if (!ret && snprintf(psi->path, sizeof(psi->path), "%s/pressure/%s", setup->roots->proc,
			     resource) >= (int)sizeof(psi->path))
		ret = dt_fail(error, ENAMETOOLONG, NULL, "%s: the path is too long",
			      setup->roots->proc);
	if (!ret)
		ret = read_total(psi, &total, error);
	if (ret)
		free(psi);
	else
		*objective = &psi->objective;
	return ret;
}

const struct dt_objective_kind dt_objective_psi = {
	.name = "psi",
	.argument = "memory|cpu|io[/some|/full]",
	.summary = "time in which tasks waited for it (memory/some)",
	.unit = "%",
	.open = open_psi,
};
