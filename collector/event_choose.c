/* SPDX-License-Identifier: GPL-2.0-only */
/* See event_choose.h. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/event_choose.h"
#include "collector/pmu.h"

/* Loads that took longer than this many cycles, which is more than any hit in the L2: what perf
 * takes too. */
#define LOAD_LATENCY 30

#define PMUS_MAX 16

static bool has_field(const struct dt_pmu *pmu, const char *name)
{
	struct dt_pmu_field field;

	return !dt_pmu_field(pmu, name, &field);
}

static bool choose_ibs(const struct dt_roots *roots, struct dt_event_choice *choice)
{
	struct dt_pmu pmu;

	if (dt_pmu_open(&pmu, roots, "ibs_op"))
		return false;
	/* counting operations does not prefer those that take many cycles anyway */
	(void)snprintf(choice->name, sizeof(choice->name), "ibs_op/%s/",
		       has_field(&pmu, "cnt_ctl") ? "cnt_ctl=1" : "");
	choice->description = "AMD IBS op";
	return true;
}

/* Every PMU that has it: a hybrid machine has two kinds of cores. */
static bool choose_latency(const struct dt_roots *roots, struct dt_event_choice *choice)
{
	char names[PMUS_MAX][64], terms[256];
	const size_t nr = dt_pmu_list(roots, "mem-loads", names, PMUS_MAX);
	size_t length = 0;
	struct dt_pmu pmu;

	for (size_t i = 0; i < nr; i++) {
		const size_t size = sizeof(choice->name) - length;
		const char *comma = length ? "," : "";

		if (dt_pmu_open(&pmu, roots, names[i]) || !has_field(&pmu, "ldlat") ||
		    pmu.max_precise == 0)
			continue;
		/* some need an auxiliary event as leader, and say so by having it */
		if (!dt_pmu_event(&pmu, "mem-loads-aux", terms, sizeof(terms)))
			length += (size_t)snprintf(choice->name + length, size,
						   "%s{%s/mem-loads-aux/,%s/mem-loads,ldlat=%d/}:P",
						   comma, names[i], names[i], LOAD_LATENCY);
		else
			length += (size_t)snprintf(choice->name + length, size,
						   "%s%s/mem-loads,ldlat=%d/P", comma, names[i],
						   LOAD_LATENCY);
		if (length >= sizeof(choice->name))
			return false;
	}
	choice->description = "PEBS load latency";
	return length > 0;
}

static bool is_intel(const struct dt_roots *roots)
{
	char path[512], line[256];
	bool found = false;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/cpuinfo", roots->proc);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file) && line[0] != '\n')
		found = !strncmp(line, "vendor_id", 9) && strstr(line, "GenuineIntel");
	if (file)
		(void)fclose(file);
	return found;
}

/* MEM_LOAD_RETIRED.L3_MISS is event 0xd1, umask 0x20 from Skylake on (Intel SDM, volume 3B). */
static bool choose_l3_miss(const struct dt_roots *roots, struct dt_event_choice *choice)
{
	struct dt_pmu pmu;

	if (dt_pmu_open(&pmu, roots, "cpu") || !has_field(&pmu, "event") ||
	    !has_field(&pmu, "umask") || pmu.max_precise == 0 || !is_intel(roots))
		return false;
	(void)snprintf(choice->name, sizeof(choice->name), "%s",
		       "cpu/event=0xd1,umask=0x20,name=MEM_LOAD_RETIRED.L3_MISS/P");
	choice->description = "PEBS L3 misses";
	return true;
}

size_t dt_event_choices(const struct dt_roots *roots, struct dt_event_choice choices[])
{
	size_t nr = 0;

	nr += choose_ibs(roots, &choices[nr]);
	nr += choose_latency(roots, &choices[nr]);
	nr += choose_l3_miss(roots, &choices[nr]);
	(void)snprintf(choices[nr].name, sizeof(choices[nr].name), "%s", "page-faults");
	choices[nr].description = "no hardware memory samples on this machine";
	return nr + 1;
}

/* ---- who holds IBS ---- */

/* Directories inside each other below a kdamond. */
#define DAMON_DEPTH 12

struct damon_walk {
	uint32_t ibs_type;
	char path[1024];
};

/* A file that tells what an event of DAMON's is: by number or, in one layout, by name. */
static bool names_ibs(const struct damon_walk *walk, const char *name)
{
	char text[64], *end;
	unsigned long type;

	if (!strcmp(name, "perf_event_type"))
		return !dt_pmu_read(text, sizeof(text), "%s/%s", walk->path, name) &&
		       !strncmp(text, "ibs_op", 6);
	if (strcmp(name, "type") != 0 ||
	    (!strstr(walk->path, "/perf_events") && !strstr(walk->path, "/preps/")))
		return false;
	if (dt_pmu_read(text, sizeof(text), "%s/%s", walk->path, name))
		return false;
	type = strtoul(text, &end, 0);
	return end > text && !*end && type == walk->ibs_type;
}

/* Directories may be unreadable or vanish: DAMON's owner goes on meanwhile. */
static bool walk_damon(struct damon_walk *walk, unsigned depth)
{
	const size_t length = strlen(walk->path);
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(walk->path);

	while (dir && !found && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (name[0] == '.' || !strcmp(name, "schemes") || !strcmp(name, "targets"))
			continue;
		if (entry->d_type != DT_DIR) {
			found = names_ibs(walk, name);
		} else if (depth < DAMON_DEPTH && length + strlen(name) + 2 < sizeof(walk->path)) {
			(void)snprintf(walk->path + length, sizeof(walk->path) - length, "/%s",
				       name);
			found = walk_damon(walk, depth + 1);
			walk->path[length] = '\0';
		}
	}
	if (dir)
		(void)closedir(dir);
	return found;
}

bool dt_ibs_held(const struct dt_roots *roots, char *who, size_t size)
{
	struct damon_walk walk = {0};
	char root[512], state[32];
	struct dirent *entry;
	bool found = false;
	struct dt_pmu pmu;
	DIR *dir;

	if (dt_pmu_open(&pmu, roots, "ibs_op"))
		return false;
	walk.ibs_type = pmu.type;
	(void)snprintf(root, sizeof(root), "%s/kernel/mm/damon/admin/kdamonds", roots->sysfs);
	dir = opendir(root);
	while (dir && !found && (entry = readdir(dir))) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		(void)dt_pmu_read(state, sizeof(state), "%s/%s/state", root, entry->d_name);
		if (strcmp(state, "on") != 0)
			continue;
		(void)snprintf(walk.path, sizeof(walk.path), "%s/%.16s/contexts", root,
			       entry->d_name);
		found = walk_damon(&walk, 0);
		if (found)
			(void)snprintf(who, size, "DAMON's kdamond %.16s samples with it",
				       entry->d_name);
	}
	if (dir)
		(void)closedir(dir);
	return found;
}
