/* SPDX-License-Identifier: GPL-2.0-only */
/* See machines.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/machines.h"
#include "damon-trace/host_context.h"

/* A longer pause ends a sequence: what comes then is another recording. */
#define MOST_GAP_NS 60000000000ull

/* Segments follow each other by less: what a recorder needs to begin the next one. */
#define GAP_NS 1000000000ull

/* Streams that are compared. */
#define MOST_NAMES 64

/* An input beside others of its machine. */
struct member {
	struct dt_reader *reader;
	size_t order; /* as given */
	/* whose records it has: kdamonds, processes of samples */
	size_t nr_kdamonds, nr_pids;
	int32_t kdamonds[MOST_NAMES], pids[MOST_NAMES];
};

/* ---- machines ---- */

static const char *host_of(const struct dt_input_info *info)
{
	const char *host = info->host_context && info->host_context->hostname[0]
				   ? info->host_context->hostname
				   : info->host;

	/* what a kernel says that nobody gave a name */
	return !strcmp(host, "(none)") || !strcmp(host, "localhost") ? "" : host;
}

static const char *boot_of(const struct dt_input_info *info)
{
	return info->host_context ? info->host_context->boot_id : "";
}

/* What is not known of one of them does not tell them apart. */
static bool agree(const char *left, const char *right)
{
	return !left[0] || !right[0] || !strcmp(left, right);
}

static bool same_machine(const struct dt_input_info *left, const struct dt_input_info *right)
{
	const char *left_boot = boot_of(left), *right_boot = boot_of(right);

	if (left_boot[0] && right_boot[0])
		return !strcmp(left_boot, right_boot);
	/* perf and trace-cmd count CPUs differently, so that their number tells nothing */
	return agree(host_of(left), host_of(right)) && agree(left->kernel, right->kernel) &&
	       agree(left->arch, right->arch);
}

static void name_machine(struct dt_machines *machines, struct dt_machine *machine)
{
	const size_t number = (size_t)(machine - machines->list) + 1;
	const char *host = "";
	bool taken = false;

	for (size_t i = 0; i < machine->inputs.nr && !host[0]; i++)
		host = host_of(&machine->inputs.readers[i]->info);
	for (size_t i = 0; i + 1 < number && host[0]; i++)
		taken |= !strcmp(machines->list[i].name, host);
	if (!host[0])
		(void)snprintf(machine->name, sizeof(machine->name), "machine %zu", number);
	else if (taken)
		(void)snprintf(machine->name, sizeof(machine->name), "%.100s (%zu)", host, number);
	else
		(void)snprintf(machine->name, sizeof(machine->name), "%.150s", host);
}

static struct dt_machine *find_machine(struct dt_machines *machines,
				       const struct dt_input_info *info)
{
	for (size_t i = 0; i < machines->nr; i++) {
		const struct dt_inputs *inputs = &machines->list[i].inputs;
		bool all = inputs->nr > 0;

		for (size_t j = 0; j < inputs->nr && all; j++)
			all = same_machine(&inputs->readers[j]->info, info);
		if (all)
			return &machines->list[i];
	}
	return NULL;
}

/* One more, with room for nr inputs; NULL: no memory. */
static struct dt_machine *add_machine(struct dt_machines *machines, size_t nr)
{
	struct dt_machine *machine = &machines->list[machines->nr];

	machine->inputs.readers = calloc(nr, sizeof(struct dt_reader *));
	if (!machine->inputs.readers)
		return NULL;
	machines->nr++;
	return machine;
}

/* ---- sequences ---- */

static void name(int32_t *names, size_t *nr, int32_t added)
{
	for (size_t i = *nr; i-- > 0;)
		if (names[i] == added)
			return;
	if (*nr < MOST_NAMES)
		names[(*nr)++] = added;
}

static int note_streams(void *context, struct dt_batch *batch)
{
	struct member *member = context;

	for (uint32_t i = 0; i < batch->count && batch->kind == DT_KIND_REGION; i++)
		name(member->kdamonds, &member->nr_kdamonds, batch->regions[i].kdamond);
	if (batch->kind != DT_KIND_SAMPLE || !(batch->samples->columns & DT_COL_PID))
		return 0;
	for (uint32_t i = 0; i < batch->count; i++)
		name(member->pids, &member->nr_pids, batch->samples->pid[i]);
	return 0;
}

static int look(struct member *member, struct dt_error *error)
{
	const struct dt_sink sink = {
		.batch = note_streams,
		.context = member,
		.kinds = 1u << DT_KIND_REGION | 1u << DT_KIND_SAMPLE,
		.columns = DT_COL_PID,
	};

	return dt_reader_walk(member->reader, &sink, error);
}

static int by_start(const void *a, const void *b)
{
	const struct member *left = a, *right = b;
	const uint64_t left_start = left->reader->info.start_ns;
	const uint64_t right_start = right->reader->info.start_ns;

	if (left_start != right_start)
		return left_start < right_start ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

static bool has_times(const struct dt_input_info *info)
{
	return info->start_ns <= info->end_ns;
}

/* Segments overlap a little, as the rings of CPUs are read one after the other. */
static bool overlaps(const struct dt_input_info *left, const struct dt_input_info *right)
{
	const uint64_t start = left->start_ns > right->start_ns ? left->start_ns : right->start_ns;
	const uint64_t end = left->end_ns < right->end_ns ? left->end_ns : right->end_ns;
	const uint64_t length = left->end_ns - left->start_ns;
	const uint64_t other = right->end_ns - right->start_ns;

	return has_times(left) && has_times(right) && start <= end &&
	       end - start >= (length < other ? length : other) / 2;
}

static bool follows(const struct dt_input_info *first, const struct dt_input_info *next)
{
	return has_times(first) && has_times(next) && !strcmp(first->kind, next->kind) &&
	       !strcmp(first->clock, next->clock) && !overlaps(first, next) &&
	       next->start_ns - first->start_ns < first->end_ns - first->start_ns + MOST_GAP_NS;
}

static bool share(const int32_t *left, size_t nr_left, const int32_t *right, size_t nr_right)
{
	for (size_t i = 0; i < nr_left; i++)
		for (size_t j = 0; j < nr_right; j++)
			if (left[i] == right[j])
				return true;
	return false;
}

/* The same file, or one that says the same of itself. */
static bool is_same(const struct dt_input_info *left, const struct dt_input_info *right)
{
	struct stat one, other;

	if (!stat(left->path, &one) && !stat(right->path, &other) && one.st_dev == other.st_dev &&
	    one.st_ino == other.st_ino)
		return true;
	if (strcmp(left->kind, right->kind) != 0 || left->size != right->size ||
	    left->start_ns != right->start_ns || left->end_ns != right->end_ns ||
	    !has_times(left) || left->nr_events != right->nr_events)
		return false;
	for (size_t i = 0; i < left->nr_events; i++)
		if (strcmp(left->events[i].name, right->events[i].name) != 0 ||
		    left->events[i].count != right->events[i].count)
			return false;
	return true;
}

/* What was given twice is taken once. */
static void drop_twice(struct dt_inputs *inputs, struct member *members)
{
	size_t kept = 0;

	for (size_t i = 0; i < inputs->nr; i++) {
		const struct dt_input_info *info = &members[i].reader->info;
		size_t j = 0;

		while (j < kept && !is_same(&members[j].reader->info, info))
			j++;
		if (j == kept) {
			inputs->readers[kept] = members[i].reader;
			members[kept++] = members[i];
			continue;
		}
		(void)fprintf(stderr,
			      "damon-trace: warning: %s is the same recording as %s: taken once\n",
			      info->path, members[j].reader->info.path);
		dt_reader_close(members[i].reader);
	}
	inputs->nr = kept;
}

/* A time of which no input of a sequence tells: a segment may be missing. */
static void note_gap(const struct dt_input_info *first, const struct dt_input_info *next)
{
	if (next->start_ns > first->end_ns && next->start_ns - first->end_ns >= GAP_NS)
		(void)fprintf(stderr,
			      "damon-trace: note: nothing is known of the %.1f s between %s and "
			      "%s\n",
			      (double)(next->start_ns - first->end_ns) / 1e9, first->path,
			      next->path);
}

static void warn_of_twice(const struct member *members, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		for (size_t j = i + 1; j < nr; j++) {
			const struct member *left = &members[i], *right = &members[j];
			const struct dt_input_info *info = &right->reader->info;
			const bool kdamonds = share(left->kdamonds, left->nr_kdamonds,
						    right->kdamonds, right->nr_kdamonds);

			if (strcmp(left->reader->info.clock, info->clock) != 0 ||
			    !overlaps(&left->reader->info, info) ||
			    (!kdamonds &&
			     !share(left->pids, left->nr_pids, right->pids, right->nr_pids)))
				continue;
			(void)fprintf(stderr,
				      "damon-trace: warning: %s and %s overlap in time with %s: "
				      "what both hold counts twice\n",
				      left->reader->info.path, info->path,
				      kdamonds ? "the same kdamond"
					       : "samples of the same process");
		}
}

/* Members from..to become one reader of the inputs. */
static int chain(struct dt_inputs *inputs, const struct member *members, size_t from, size_t to,
		 struct dt_error *error)
{
	struct dt_reader **readers = calloc(to - from, sizeof(struct dt_reader *));
	struct dt_reader *chained;
	size_t kept = 0;
	int ret;

	if (!readers)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	for (size_t i = from; i < to; i++)
		readers[i - from] = members[i].reader;
	ret = dt_reader_chain(&chained, readers, to - from, error);
	free(readers);
	if (ret)
		return ret;
	for (size_t i = 0; i < inputs->nr; i++) {
		bool chains = false;

		for (size_t j = from; j < to; j++)
			chains |= inputs->readers[i] == members[j].reader;
		if (!chains)
			inputs->readers[kept++] = inputs->readers[i];
		else if (inputs->readers[i] == members[from].reader)
			inputs->readers[kept++] = chained;
	}
	inputs->nr = kept;
	return 0;
}

/* Sorted by kind first, so that the sequences of each lie together. */
static int by_kind(const void *a, const void *b)
{
	const struct member *left = a, *right = b;
	const int kind = strcmp(left->reader->info.kind, right->reader->info.kind);

	return kind ? kind : by_start(a, b);
}

static int chain_all(struct dt_inputs *inputs, struct dt_error *error)
{
	size_t nr = inputs->nr;
	struct member *members = calloc(nr, sizeof(*members));
	int ret = 0;

	if (!members)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < nr && !ret; i++) {
		members[i].reader = inputs->readers[i];
		members[i].order = i;
		ret = look(&members[i], error);
	}
	if (!ret) {
		drop_twice(inputs, members);
		nr = inputs->nr;
		qsort(members, nr, sizeof(*members), by_kind);
		warn_of_twice(members, nr);
	}
	for (size_t from = 0, to; from < nr && !ret; from = to) {
		for (to = from + 1; to < nr; to++)
			if (!follows(&members[to - 1].reader->info, &members[to].reader->info))
				break;
		for (size_t i = from + 1; i < to; i++)
			note_gap(&members[i - 1].reader->info, &members[i].reader->info);
		if (to - from > 1)
			ret = chain(inputs, members, from, to, error);
	}
	free(members);
	return ret;
}

/*
 * Which machine each input is of. The machines borrow the readers until *inputs lets go of them;
 * names (NULL: not wanted) are where their names will stand.
 */
static int assign(struct dt_machines *machines, const struct dt_inputs *inputs, const char **names,
		  struct dt_error *error)
{
	*machines = (struct dt_machines){.list = calloc(inputs->nr + 1, sizeof(*machines->list))};
	for (size_t i = 0; i < inputs->nr && machines->list; i++) {
		struct dt_machine *machine = find_machine(machines, &inputs->readers[i]->info);

		if (!machine)
			machine = add_machine(machines, inputs->nr);
		if (!machine)
			return dt_fail(error, ENOMEM, NULL, "out of memory");
		machine->inputs.readers[machine->inputs.nr++] = inputs->readers[i];
		if (names)
			names[i] = machine->name;
	}
	return machines->list ? 0 : dt_fail(error, ENOMEM, NULL, "out of memory");
}

/* The readers are the caller's. */
static void give_back(struct dt_machines *machines)
{
	for (size_t i = 0; i < machines->nr; i++)
		machines->list[i].inputs.nr = 0;
}

int dt_machines_sort(struct dt_machines *machines, struct dt_inputs *inputs, const char *command)
{
	struct dt_error error = {0};
	int ret = assign(machines, inputs, NULL, &error);

	if (ret)
		give_back(machines);
	else
		inputs->nr = 0;
	for (size_t i = 0; i < machines->nr && !ret; i++) {
		name_machine(machines, &machines->list[i]);
		if (machines->list[i].inputs.nr > 1)
			ret = chain_all(&machines->list[i].inputs, &error);
	}
	if (ret)
		dt_print_error(command, &error);
	return ret ? DT_EXIT_FAILED : DT_EXIT_OK;
}

/* The name in letters that no format has to quote. */
static void name_plainly(struct dt_machines *machines, struct dt_machine *machine)
{
	name_machine(machines, machine);
	for (size_t i = 0; machine->name[i]; i++)
		if (machine->name[i] < ' ' || machine->name[i] > '~' ||
		    strchr("\"\\,", machine->name[i]))
			machine->name[i] = '_';
}

int dt_machines_name(struct dt_machines *machines, const struct dt_inputs *inputs,
		     const char **names, const char *command)
{
	struct dt_error error = {0};
	const int ret = assign(machines, inputs, names, &error);

	for (size_t i = 0; i < machines->nr && !ret; i++)
		name_plainly(machines, &machines->list[i]);
	give_back(machines);
	if (ret)
		dt_print_error(command, &error);
	return ret ? DT_EXIT_FAILED : DT_EXIT_OK;
}

void dt_machines_close(struct dt_machines *machines)
{
	for (size_t i = 0; i < machines->nr; i++)
		dt_inputs_close(&machines->list[i].inputs);
	free(machines->list);
	*machines = (struct dt_machines){0};
}
