/* SPDX-License-Identifier: GPL-2.0-only */
/* See control.h. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/control.h"
#include "collector/host_files.h"

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

int dt_control_open(struct dt_damon_sysfs *sysfs, const struct dt_roots *roots,
		    struct dt_error *error)
{
	/* no SA_RESTART: a pause ends with the signal */
	const struct sigaction action = {.sa_handler = on_signal};
	const int ret = dt_damon_sysfs_open(sysfs, roots, &dt_sysfs_files_system, error);

	if (ret)
		return ret;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
	sysfs->stop = &stop;
	return 0;
}

/* The ranges stay the host's: both kinds are pairs of start and end. */
static int copy_nodes(struct dt_control_machine *machine)
{
	const struct dt_host *host = &machine->host;

	machine->nodes = calloc(host->nr_nodes + 1, sizeof(*machine->nodes));
	if (!machine->nodes)
		return -ENOMEM;
	for (size_t i = 0; i < host->nr_nodes; i++) {
		const struct dt_host_node *from = &host->nodes[i];
		struct dt_host_node_facts *to = &machine->nodes[i];

		to->nid = from->nid;
		to->has_cpus = from->has_cpus;
		to->mem_total_kb = from->mem_total_kb;
		to->ranges = calloc(from->nr_ranges + 1, sizeof(*to->ranges));
		if (!to->ranges)
			return -ENOMEM;
		machine->facts.nr_nodes = i + 1;
		to->nr_ranges = from->nr_ranges;
		for (size_t k = 0; k < from->nr_ranges; k++)
			to->ranges[k] =
				(struct dt_host_range){from->ranges[k].start, from->ranges[k].end};
	}
	return 0;
}

static int copy_pmus(struct dt_control_machine *machine)
{
	const struct dt_host *host = &machine->host;

	machine->pmus = calloc(host->nr_pmus + 1, sizeof(*machine->pmus));
	if (!machine->pmus)
		return -ENOMEM;
	for (size_t i = 0; i < host->nr_pmus; i++) {
		(void)snprintf(machine->pmus[i].name, sizeof(machine->pmus[i].name), "%s",
			       host->pmus[i].name);
		machine->pmus[i].type = host->pmus[i].type;
	}
	return 0;
}

int dt_control_machine_read(struct dt_control_machine *machine, const struct dt_roots *roots,
			    struct dt_error *error)
{
	int ret;

	*machine = (struct dt_control_machine){.boot_id = ""};
	ret = dt_host_read(&machine->host, roots, error);
	if (ret)
		return ret;
	/* without one all boots look the same, which is as good as can be had */
	if (dt_host_line(machine->boot_id, sizeof(machine->boot_id), "%s/sys/kernel/random/boot_id",
			 roots->proc) ||
	    !machine->boot_id[0])
		(void)snprintf(machine->boot_id, sizeof(machine->boot_id), "unknown");
	if (copy_nodes(machine) || copy_pmus(machine))
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	machine->facts.release = machine->host.release;
	machine->facts.boot_id = machine->boot_id;
	machine->facts.page_size = machine->host.page_size;
	machine->facts.nodes = machine->nodes;
	machine->facts.nr_pmus = machine->host.nr_pmus;
	machine->facts.pmus = machine->pmus;
	return 0;
}

void dt_control_machine_free(struct dt_control_machine *machine)
{
	for (size_t i = 0; machine->nodes && i < machine->facts.nr_nodes; i++)
		free(machine->nodes[i].ranges);
	free(machine->nodes);
	free(machine->pmus);
	dt_host_free(&machine->host);
	*machine = (struct dt_control_machine){.boot_id = ""};
}

int dt_control_status(int ret)
{
	switch (ret) {
	case 0:
		return DT_EXIT_OK;
	case -ENOENT:
	case -EACCES:
	case -EPERM:
	case -ENODEV:
	case -ENXIO:
	case -EOPNOTSUPP:
		return DT_EXIT_MACHINE;
	default:
		return DT_EXIT_FAILED;
	}
}

int dt_control_path(const char **path, const char *text, struct dt_error *error)
{
	if (!*text)
		return dt_fail(error, EINVAL, NULL, "an empty path");
	*path = text;
	return 0;
}

int dt_control_run(const struct dt_command *command, const struct dt_option *options, void *target,
		   int (*act)(const void *target, struct dt_error *error), int argc, char **argv)
{
	struct dt_error error = {{0}, {0}};
	int nr, ret;

	if (!dt_command_parse(command, options, target, argc, argv, &nr, &ret))
		return ret;
	if (nr) {
		char hint[80];

		(void)snprintf(hint, sizeof(hint), "damon-trace %s --help lists the options",
			       command->name);
		(void)dt_fail(&error, EINVAL, hint, "\"%s\": it takes no arguments", argv[1]);
		dt_print_error(command->name, &error);
		return DT_EXIT_USAGE;
	}
	ret = act(target, &error);
	if (ret) {
		dt_print_error(command->name, &error);
		return dt_control_status(ret);
	}
	return dt_finish_output(stdout, command->name, NULL);
}

void dt_control_notes(const char *command, const struct dt_warnings *notes)
{
	(void)fflush(stdout);
	for (uint64_t i = 0; i < notes->count && i < DT_WARNINGS_KEPT; i++)
		(void)fprintf(stderr, "damon-trace %s: note: %s\n", command, notes->kept[i].text);
}
