/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's counters of memory: where pages are, how many moved, and who waited for them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host_files.h"
#include "collector/witness_impl.h"

#define NODES "devices/system/node"

__attribute__((format(printf, 1, 2))) static int open_source(const char *format, ...)
{
	char path[1024];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(path, sizeof(path), format, arguments);
	va_end(arguments);
	return length >= (int)sizeof(path) ? -1 : open(path, O_RDONLY | O_CLOEXEC);
}

static void close_source(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

static int open_nodes(struct dt_witness *witness, const struct dt_roots *roots)
{
	uint32_t *numbers;
	size_t nr;
	int ret = dt_host_numbers(&numbers, &nr, "node", "%s/" NODES, roots->sysfs);

	if (ret)
		return ret == -ENOMEM ? ret : 0;
	witness->nodes = calloc(nr + 1, sizeof(*witness->nodes));
	for (size_t i = 0; i < nr && witness->nodes; i++)
		witness->nodes[i] = (struct dt_witness_node){
			.nid = (int)numbers[i],
			.meminfo = open_source("%s/" NODES "/node%u/meminfo", roots->sysfs,
					       numbers[i]),
			.numastat = open_source("%s/" NODES "/node%u/numastat", roots->sysfs,
						numbers[i]),
		};
	free(numbers);
	if (!witness->nodes)
		return -ENOMEM;
	witness->nr_nodes = nr;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct dt_witness_domain *)a)->name,
		      ((const struct dt_witness_domain *)b)->name);
}

static int add_domain(struct dt_witness *witness, const char *directory, const char *name)
{
	struct dt_witness_domain domain = {.total = -1, .local = -1};
	struct dt_witness_domain *larger;

	if (name[0] == '.' || strlen(name) >= sizeof(domain.name))
		return 0;
	(void)snprintf(domain.name, sizeof(domain.name), "%s", name);
	domain.total = open_source("%s/%s/mbm_total_bytes", directory, name);
	domain.local = open_source("%s/%s/mbm_local_bytes", directory, name);
	if (domain.total < 0 && domain.local < 0)
		return 0;
	larger = realloc(witness->domains, (witness->nr_domains + 1) * sizeof(*larger));
	if (!larger) {
		close_source(domain.total);
		close_source(domain.local);
		return -ENOMEM;
	}
	witness->domains = larger;
	witness->domains[witness->nr_domains++] = domain;
	return 0;
}

/* Memory bandwidth monitoring, where resctrl is mounted and the processor has it. */
static int open_domains(struct dt_witness *witness, const struct dt_roots *roots)
{
	char path[512];
	struct dirent *entry;
	int ret = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/fs/resctrl/mon_data", roots->sysfs);
	dir = opendir(path);
	while (dir && !ret && (entry = readdir(dir)))
		ret = add_domain(witness, path, entry->d_name);
	if (dir)
		(void)closedir(dir);
	if (witness->nr_domains)
		qsort(witness->domains, witness->nr_domains, sizeof(*witness->domains), by_name);
	return ret;
}

int dt_witness_open_sources(struct dt_witness *witness, const struct dt_roots *roots)
{
	int ret;

	witness->vmstat = open_source("%s/vmstat", roots->proc);
	witness->psi = open_source("%s/pressure/memory", roots->proc);
	ret = open_nodes(witness, roots);
	return ret ? ret : open_domains(witness, roots);
}

void dt_witness_close_sources(struct dt_witness *witness)
{
	close_source(witness->vmstat);
	close_source(witness->psi);
	for (size_t i = 0; i < witness->nr_nodes; i++) {
		close_source(witness->nodes[i].meminfo);
		close_source(witness->nodes[i].numastat);
	}
	for (size_t i = 0; i < witness->nr_domains; i++) {
		close_source(witness->domains[i].total);
		close_source(witness->domains[i].local);
	}
	free(witness->nodes);
	free(witness->domains);
}

static const char *next_line(const char *text)
{
	text += strcspn(text, "\n");
	return text + (*text == '\n');
}

/* "Node 0 Active(anon):  1560 kB" */
static void write_meminfo(struct dt_json *json, const char *text)
{
	static const struct {
		const char *name, *key;
	} wanted[] = {
		{"MemFree:", "mem_free_kb"},	     {"MemUsed:", "mem_used_kb"},
		{"Active(anon):", "active_anon_kb"}, {"Inactive(anon):", "inactive_anon_kb"},
		{"Active(file):", "active_file_kb"}, {"Inactive(file):", "inactive_file_kb"},
		{"AnonPages:", "anon_kb"},	     {"FilePages:", "file_kb"},
		{"AnonHugePages:", "anon_huge_kb"},
	};
	uint64_t value;

	for (; *text; text = next_line(text)) {
		const char *name;

		/* "Node 0 " comes first */
		if (!dt_host_field(text, "Node", 10, &value))
			continue;
		name = text + 5 + strspn(text + 5, "0123456789");
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (dt_host_field(name, wanted[i].name, 10, &value))
				dt_json_u64(json, wanted[i].key, value);
	}
}

/* "name value" lines; prefixes NULL: all of them. */
static void write_counters(struct dt_json *json, const char *text, const char *const *prefixes)
{
	char name[64];
	uint64_t value;

	for (; *text; text = next_line(text)) {
		bool wanted = !prefixes;

		for (size_t i = 0; prefixes && prefixes[i] && !wanted; i++)
			wanted = !strncmp(text, prefixes[i], strlen(prefixes[i]));
		(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, " \n"), text);
		if (wanted && dt_host_field(text, name, 10, &value))
			dt_json_u64(json, name, value);
	}
}

static void write_nodes(struct dt_witness *witness, struct dt_json *json)
{
	dt_json_array(json, "nodes");
	for (size_t i = 0; i < witness->nr_nodes; i++) {
		dt_json_object(json, NULL);
		dt_json_i64(json, "nid", witness->nodes[i].nid);
		if (!dt_witness_read(witness->nodes[i].meminfo, witness->text))
			write_meminfo(json, witness->text);
		if (!dt_witness_read(witness->nodes[i].numastat, witness->text))
			write_counters(json, witness->text, NULL);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234" */
static void write_psi(struct dt_json *json, const char *text)
{
	static const char total[] = "total=";
	uint64_t value;

	dt_json_object(json, "psi");
	for (; *text; text = next_line(text)) {
		const char *field = strstr(text, total);

		if (!field || !dt_host_parse(field + strlen(total), 10, &value, NULL))
			continue;
		if (!strncmp(text, "some ", 5))
			dt_json_u64(json, "some_us", value);
		else if (!strncmp(text, "full ", 5))
			dt_json_u64(json, "full_us", value);
	}
	dt_json_object_end(json);
}

/* A counter that is "Unavailable" for the moment is left out. */
static void write_bytes(struct dt_witness *witness, struct dt_json *json, const char *key, int fd)
{
	uint64_t value;

	if (!dt_witness_read(fd, witness->text) && dt_host_parse(witness->text, 10, &value, NULL))
		dt_json_u64(json, key, value);
}

static void write_domains(struct dt_witness *witness, struct dt_json *json)
{
	dt_json_array(json, "mbm");
	for (size_t i = 0; i < witness->nr_domains; i++) {
		dt_json_object(json, NULL);
		dt_json_string(json, "domain", witness->domains[i].name);
		write_bytes(witness, json, "total_bytes", witness->domains[i].total);
		write_bytes(witness, json, "local_bytes", witness->domains[i].local);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

void dt_witness_write_sources(struct dt_witness *witness, struct dt_json *json)
{
	static const char *const counters[] = {"pgmigrate", "pgpromote", "pgdemote",
					       "numa_",	    "thp_migr",	 NULL};

	if (witness->nr_nodes)
		write_nodes(witness, json);
	if (!dt_witness_read(witness->vmstat, witness->text)) {
		dt_json_object(json, "vmstat");
		write_counters(json, witness->text, counters);
		dt_json_object_end(json);
	}
	if (!dt_witness_read(witness->psi, witness->text))
		write_psi(json, witness->text);
	if (witness->nr_domains)
		write_domains(witness, json);
}
