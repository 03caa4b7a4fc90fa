/* SPDX-License-Identifier: GPL-2.0-only */
/* The facts of host.h that stand in single files: names, processors, limits, PMUs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/utsname.h>

#include "collector/host_files.h"
#include "collector/host_impl.h"
#include "collector/pmu.h"

#define PMUS_MAX 256

/* From /proc, which can be a tree of a test's own; what it lacks the system call tells. */
static void read_names(struct dt_host *host, const struct dt_roots *roots)
{
	const struct {
		const char *file;
		char *text;
		size_t size;
	} names[] = {
		{"hostname", host->hostname, sizeof(host->hostname)},
		{"osrelease", host->release, sizeof(host->release)},
		{"version", host->version, sizeof(host->version)},
		{"arch", host->arch, sizeof(host->arch)},
		{"random/boot_id", host->boot_id, sizeof(host->boot_id)},
	};
	struct utsname own;
	const char *fallback[5];

	if (uname(&own))
		memset(&own, 0, sizeof(own));
	fallback[0] = own.nodename;
	fallback[1] = own.release;
	fallback[2] = own.version;
	fallback[3] = own.machine;
	fallback[4] = "";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (dt_host_line(names[i].text, names[i].size, "%s/sys/kernel/%s", roots->proc,
				 names[i].file))
			(void)snprintf(names[i].text, names[i].size, "%s", fallback[i]);
}

/* The value of a line "key : value" of /proc/cpuinfo, or NULL. */
static const char *cpuinfo_value(char *line, const char *key)
{
	const size_t length = strlen(key);
	char *colon;

	if (strncmp(line, key, length) != 0 || strspn(line + length, " \t:") == 0)
		return NULL;
	colon = strchr(line, ':');
	if (!colon || strspn(line + length, " \t") != (size_t)(colon - line) - length)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return colon + 1 + strspn(colon + 1, " \t");
}

/* The first processor's; those of hybrid machines differ in PMUs, which have names of their own. */
static void read_model(struct dt_host *host, const struct dt_roots *roots)
{
	static const char *const keys[] = {"vendor_id", "cpu family", "model", "stepping"};
	FILE *file = dt_host_open("%s/cpuinfo", roots->proc);
	char line[512], parts[4][32] = {"", "", "", ""};

	while (file && fgets(line, sizeof(line), file) && line[0] != '\n') {
		const char *value = cpuinfo_value(line, "model name");

		if (value)
			(void)snprintf(host->cpu_model, sizeof(host->cpu_model), "%s", value);
		for (size_t i = 0; i < 4 && !value; i++) {
			const char *part = cpuinfo_value(line, keys[i]);

			if (part)
				(void)snprintf(parts[i], sizeof(parts[i]), "%s", part);
		}
	}
	if (file)
		(void)fclose(file);
	if (parts[0][0])
		(void)snprintf(host->cpu_id, sizeof(host->cpu_id), "%s,%s,%s,%s", parts[0],
			       parts[1], parts[2], parts[3]);
}

static uint32_t count_cpus(const char *which, int fallback, const struct dt_roots *roots)
{
	char list[4096];
	long count;

	if (!dt_host_line(list, sizeof(list), "%s/devices/system/cpu/%s", roots->sysfs, which))
		return dt_host_list_count(list);
	count = sysconf(fallback);
	return count > 0 ? (uint32_t)count : 0;
}

static int64_t read_sysctl(const char *name, const struct dt_roots *roots)
{
	char text[32], *end;
	long long value;

	if (dt_host_line(text, sizeof(text), "%s/sys/kernel/%s", roots->proc, name) || !*text)
		return INT64_MIN;
	value = strtoll(text, &end, 10);
	return *end ? INT64_MIN : value;
}

static void read_limits(struct dt_host *host, const struct dt_roots *roots)
{
	FILE *file = dt_host_open("%s/meminfo", roots->proc);
	const long page = sysconf(_SC_PAGESIZE);
	char line[160];

	while (file && fgets(line, sizeof(line), file))
		if (dt_host_field(line, "MemTotal:", 10, &host->mem_total_kb))
			break;
	if (file)
		(void)fclose(file);
	host->page_size = page > 0 ? (uint64_t)page : 4096;
	host->cpus_online = count_cpus("online", _SC_NPROCESSORS_ONLN, roots);
	host->cpus_possible = count_cpus("possible", _SC_NPROCESSORS_CONF, roots);
	host->perf_event_paranoid = read_sysctl("perf_event_paranoid", roots);
	host->perf_event_mlock_kb = read_sysctl("perf_event_mlock_kb", roots);
	host->perf_event_max_sample_rate = read_sysctl("perf_event_max_sample_rate", roots);
}

/* Can it sample data addresses? IBS op, SPE, and whatever has the event that perf mem takes. */
static bool samples_memory(const struct dt_pmu *pmu)
{
	char terms[256];

	return !strcmp(pmu->name, "ibs_op") || !strncmp(pmu->name, "arm_spe", 7) ||
	       !dt_pmu_event(pmu, "mem-loads", terms, sizeof(terms)) ||
	       !dt_pmu_event(pmu, "mem-stores", terms, sizeof(terms));
}

static int read_pmus(struct dt_host *host, const struct dt_roots *roots)
{
	char(*names)[64] = calloc(PMUS_MAX, sizeof(*names));
	size_t nr;

	if (!names)
		return -ENOMEM;
	nr = dt_pmu_list(roots, NULL, names, PMUS_MAX);
	host->pmus = calloc(nr + 1, sizeof(*host->pmus));
	for (size_t i = 0; i < nr && host->pmus; i++) {
		struct dt_host_pmu *kept = &host->pmus[host->nr_pmus];
		struct dt_pmu pmu;

		if (dt_pmu_open(&pmu, roots, names[i]))
			continue;
		(void)snprintf(kept->name, sizeof(kept->name), "%s", pmu.name);
		(void)snprintf(kept->cpus, sizeof(kept->cpus), "%s", pmu.cpus);
		kept->type = pmu.type;
		kept->memory = samples_memory(&pmu);
		host->nr_pmus++;
	}
	free(names);
	return host->pmus ? 0 : -ENOMEM;
}

int dt_host_read(struct dt_host *host, const struct dt_roots *roots, struct dt_error *error)
{
	int ret;

	*host = (struct dt_host){0};
	read_names(host, roots);
	read_model(host, roots);
	read_limits(host, roots);
	dt_host_read_config(host, roots);
	ret = dt_host_read_nodes(host, roots);
	if (!ret)
		ret = read_pmus(host, roots);
	if (!ret)
		return 0;
	dt_host_free(host);
	return dt_fail(error, -ret, NULL, "out of memory");
}

void dt_host_free(struct dt_host *host)
{
	for (size_t i = 0; i < host->nr_nodes; i++)
		free(host->nodes[i].ranges);
	free(host->nodes);
	free(host->pmus);
	*host = (struct dt_host){0};
}
