/* SPDX-License-Identifier: GPL-2.0-only */
/* witness.jsonl line by line, in constant memory. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/recording.h"
#include "damon-trace/witnesses.h"
#include "readers/host_json.h"
#include "readers/registry.h"

/* A line of a machine with a thousand nodes has 400 KB. */
#define LINE_MOST (1u << 20)

/* More of either are no machine's. */
#define NODES_MOST    1024
#define KDAMONDS_MOST 1024
#define CPUS_MOST     65536

struct walk {
	struct dt_witnesses *witnesses;
	bool any, counted;			      /* a line; one with counters */
	uint64_t migrated, failed, promoted, demoted; /* as of the line before */
};

static struct dt_witness_node_report *find_node(struct dt_witnesses *all, int32_t nid)
{
	struct dt_witness_node_report *nodes;

	for (size_t i = 0; i < all->nr_nodes; i++)
		if (all->nodes[i].nid == nid)
			return &all->nodes[i];
	if (all->nr_nodes == NODES_MOST)
		return NULL;
	nodes = realloc(all->nodes, (all->nr_nodes + 1) * sizeof(*nodes));
	if (!nodes)
		return NULL;
	all->nodes = nodes;
	nodes[all->nr_nodes] =
		(struct dt_witness_node_report){.nid = nid, .first_used_kb = UINT64_MAX};
	return &nodes[all->nr_nodes++];
}

static void take_node(struct dt_witnesses *all, const json_t *node)
{
	const uint64_t used = dt_host_json_u64(node, "mem_used_kb", UINT64_MAX);
	const int64_t nid = dt_host_json_i64(node, "nid", -1);
	struct dt_witness_node_report *report;

	if (used == UINT64_MAX || nid < 0 || nid > INT32_MAX)
		return;
	report = find_node(all, (int32_t)nid);
	if (!report)
		return;
	if (report->first_used_kb == UINT64_MAX)
		report->first_used_kb = used;
	report->last_used_kb = used;
}

static void take_kdamond(struct dt_witnesses *all, const json_t *kdamond)
{
	const uint64_t cpu = dt_host_json_u64(kdamond, "cpu_ns", UINT64_MAX);
	const int64_t pid = dt_host_json_i64(kdamond, "pid", -1);
	struct dt_witness_kdamond_report *kdamonds;

	if (cpu == UINT64_MAX || pid < 0 || pid > INT32_MAX)
		return;
	for (size_t i = 0; i < all->nr_kdamonds; i++)
		if (all->kdamonds[i].pid == pid) {
			all->kdamonds[i].last_cpu_ns = cpu;
			return;
		}
	if (all->nr_kdamonds == KDAMONDS_MOST)
		return;
	kdamonds = realloc(all->kdamonds, (all->nr_kdamonds + 1) * sizeof(*kdamonds));
	if (!kdamonds)
		return;
	all->kdamonds = kdamonds;
	kdamonds += all->nr_kdamonds++;
	*kdamonds = (struct dt_witness_kdamond_report){
		.pid = (int32_t)pid, .first_cpu_ns = cpu, .last_cpu_ns = cpu};
	dt_host_json_text(kdamond, "name", kdamonds->name, sizeof(kdamonds->name));
}

static struct dt_witness_interrupts *find_cpu(struct dt_witnesses *all, uint32_t cpu)
{
	struct dt_witness_interrupts *cpus;
	size_t at = all->nr_interrupts;

	/* the lines have them in order */
	while (at && all->interrupts[at - 1].cpu > cpu)
		at--;
	if (at && all->interrupts[at - 1].cpu == cpu)
		return &all->interrupts[at - 1];
	if (all->nr_interrupts == CPUS_MOST)
		return NULL;
	cpus = realloc(all->interrupts, (all->nr_interrupts + 1) * sizeof(*cpus));
	if (!cpus)
		return NULL;
	all->interrupts = cpus;
	memmove(cpus + at + 1, cpus + at, (all->nr_interrupts++ - at) * sizeof(*cpus));
	cpus[at] = (struct dt_witness_interrupts){
		.cpu = cpu, .first_nmi = UINT64_MAX, .first_pmi = UINT64_MAX};
	return &cpus[at];
}

static void take_count(const json_t *counts, size_t index, uint64_t *first, uint64_t *last)
{
	const json_t *count = json_array_get(counts, index);

	if (!json_is_integer(count) || json_integer_value(count) < 0)
		return;
	*last = (uint64_t)json_integer_value(count);
	if (*first == UINT64_MAX)
		*first = *last;
}

static void take_interrupts(struct dt_witnesses *all, const json_t *interrupts)
{
	const json_t *cpus = json_object_get(interrupts, "cpus");

	for (size_t i = 0; i < json_array_size(cpus); i++) {
		const json_t *number = json_array_get(cpus, i);
		struct dt_witness_interrupts *cpu =
			json_is_integer(number) && json_integer_value(number) >= 0 &&
					json_integer_value(number) < CPUS_MOST
				? find_cpu(all, (uint32_t)json_integer_value(number))
				: NULL;

		if (!cpu)
			continue;
		take_count(json_object_get(interrupts, "nmi"), i, &cpu->first_nmi, &cpu->last_nmi);
		take_count(json_object_get(interrupts, "pmi"), i, &cpu->first_pmi, &cpu->last_pmi);
	}
}

static uint64_t growth(uint64_t *last, uint64_t now)
{
	const uint64_t grown = now > *last ? now - *last : 0;

	*last = now;
	return grown;
}

/* Every second point goes into the one before it. */
static void thin_points(struct dt_witnesses *all)
{
	for (size_t i = 0; i < all->nr_points / 2; i++) {
		const struct dt_witness_point *a = &all->points[2 * i], *b = a + 1;

		all->points[i] = (struct dt_witness_point){b->time_ns, a->migrated + b->migrated,
							   a->promoted + b->promoted,
							   a->demoted + b->demoted};
	}
	all->nr_points /= 2;
}

static uint64_t all_demotions(const json_t *vmstat)
{
	uint64_t sum = 0;

	for (void *at = json_object_iter((json_t *)vmstat); at;
	     at = json_object_iter_next((json_t *)vmstat, at)) {
		const json_t *value = json_object_iter_value(at);

		if (!strncmp(json_object_iter_key(at), "pgdemote", 8) && json_is_integer(value) &&
		    json_integer_value(value) > 0)
			sum += (uint64_t)json_integer_value(value);
	}
	return sum;
}

static void take_counters(struct walk *walk, const json_t *vmstat, uint64_t time)
{
	struct dt_witnesses *all = walk->witnesses;
	struct dt_witness_point point = {.time_ns = time};

	if (!json_is_object(vmstat))
		return;
	point.migrated = growth(&walk->migrated, dt_host_json_u64(vmstat, "pgmigrate_success", 0));
	point.promoted = growth(&walk->promoted, dt_host_json_u64(vmstat, "pgpromote_success", 0));
	point.demoted = growth(&walk->demoted, all_demotions(vmstat));
	/* the first line is where counting begins */
	if (!walk->counted) {
		(void)growth(&walk->failed, dt_host_json_u64(vmstat, "pgmigrate_fail", 0));
		walk->counted = true;
		return;
	}
	all->failed += growth(&walk->failed, dt_host_json_u64(vmstat, "pgmigrate_fail", 0));
	all->migrated += point.migrated;
	all->promoted += point.promoted;
	all->demoted += point.demoted;
	if (all->nr_points == DT_WITNESS_POINTS)
		thin_points(all);
	all->points[all->nr_points++] = point;
}

static void take_line(struct walk *walk, const char *line, size_t length)
{
	struct dt_witnesses *all = walk->witnesses;
	json_t *root = json_loadb(line, length, 0, NULL);
	const uint64_t time = root ? dt_host_json_u64(root, "time_ns", 0) : 0;
	const json_t *nodes, *kdamonds;

	if (!json_is_object(root)) {
		json_decref(root);
		all->nr_damaged++;
		return;
	}
	nodes = json_object_get(root, "nodes");
	kdamonds = json_object_get(root, "kdamonds");
	for (size_t i = 0; i < json_array_size(nodes); i++)
		take_node(all, json_array_get(nodes, i));
	for (size_t i = 0; i < json_array_size(kdamonds); i++)
		take_kdamond(all, json_array_get(kdamonds, i));
	take_interrupts(all, json_object_get(root, "interrupts"));
	take_counters(walk, json_object_get(root, "vmstat"), time);
	if (!walk->any)
		all->start_ns = time;
	all->end_ns = time;
	all->nr_lines++;
	walk->any = true;
	json_decref(root);
}

static void take_file(struct walk *walk, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	if (!file)
		return;
	while ((length = getline(&line, &room, file)) > 0) {
		if ((size_t)length > LINE_MOST)
			walk->witnesses->nr_damaged++;
		else
			take_line(walk, line, (size_t)length);
	}
	free(line);
	(void)fclose(file);
}

static int by_number(const void *a, const void *b)
{
	const unsigned long left = *(const unsigned long *)a, right = *(const unsigned long *)b;

	return left < right ? -1 : left > right;
}

/* The segments that are there, the oldest first. 0 or -ENOMEM. */
static int list_segments(const char *directory, unsigned long **numbers, size_t *nr)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	int ret = 0;

	*numbers = NULL;
	*nr = 0;
	while (stream && !ret && (entry = readdir(stream))) {
		unsigned long number, *more;

		if (!dt_recording_segment(entry->d_name, DT_RECORDING_WITNESS, &number))
			continue;
		more = realloc(*numbers, (*nr + 1) * sizeof(**numbers));
		if (!more) {
			ret = -ENOMEM;
			break;
		}
		*numbers = more;
		more[(*nr)++] = number;
	}
	if (stream)
		(void)closedir(stream);
	if (*nr)
		qsort(*numbers, *nr, sizeof(**numbers), by_number);
	return ret;
}

static void take_segments(struct walk *walk, const char *directory, const unsigned long *numbers,
			  size_t nr)
{
	char path[4096];

	for (size_t i = 0; i < nr; i++) {
		int length =
			numbers[i] ? snprintf(path, sizeof(path), "%s/" DT_RECORDING_WITNESS ".%lu",
					      directory, numbers[i])
				   : snprintf(path, sizeof(path), "%s/" DT_RECORDING_WITNESS,
					      directory);

		if (length < (int)sizeof(path))
			take_file(walk, path);
	}
}

int dt_witnesses_read(struct dt_witnesses **witnesses, const char *directory, uint64_t page_size)
{
	struct dt_witnesses *made;
	struct walk walk = {0};
	unsigned long *numbers;
	size_t nr;
	int ret = list_segments(directory, &numbers, &nr);

	*witnesses = NULL;
	if (ret || !nr) {
		free(numbers);
		return ret;
	}
	made = calloc(1, sizeof(*made));
	if (made)
		made->points = calloc(DT_WITNESS_POINTS, sizeof(*made->points));
	if (!made || !made->points) {
		free(made);
		free(numbers);
		return -ENOMEM;
	}
	made->page_size = page_size ? page_size : 4096;
	walk.witnesses = made;
	take_segments(&walk, directory, numbers, nr);
	free(numbers);
	*witnesses = made;
	return 0;
}

void dt_witnesses_free(struct dt_witnesses *witnesses)
{
	if (!witnesses)
		return;
	free(witnesses->nodes);
	free(witnesses->kdamonds);
	free(witnesses->interrupts);
	free(witnesses->points);
	free(witnesses);
}
