/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory nodes, and the kernel's counters that stand beside a recording as witnesses. */
#include <inttypes.h>
#include <string.h>

#include "collector/doctor_impl.h"
#include "collector/host_files.h"

#define GROUP DT_DOCTOR_MACHINE

static void tell_node(struct dt_doctor *doctor, const struct dt_host_node *node)
{
	struct dt_doctor_check *check;
	char size[32], name[32];

	(void)snprintf(name, sizeof(name), "node %d", node->nid);
	check = dt_doctor_add(doctor, GROUP, name, DT_DOCTOR_OK, "%s, ",
			      node->has_memory ? dt_doctor_bytes(size, node->mem_total_kb << 10)
					       : "no memory");
	if (node->has_cpus)
		dt_doctor_more(check, "CPUs %s", node->cpulist);
	else
		dt_doctor_more(check, "no CPUs: a tier of its own, as CXL memory is");
	for (size_t i = 0; i < node->nr_ranges; i++)
		dt_doctor_more(check, ", 0x%" PRIx64 "-0x%" PRIx64, node->ranges[i].start,
			       node->ranges[i].end);
}

static void check_nodes(struct dt_doctor *doctor)
{
	const struct dt_host *host = &doctor->host;
	struct dt_doctor_check *check;
	size_t with_memory = 0;

	for (size_t i = 0; i < host->nr_nodes; i++) {
		tell_node(doctor, &host->nodes[i]);
		with_memory += host->nodes[i].has_memory;
	}
	if (with_memory < 2) {
		check = dt_doctor_add(doctor, GROUP, "tiers", DT_DOCTOR_NOTE,
				      host->nr_nodes ? "one memory node alone"
						     : "the kernel shows no memory nodes");
		dt_doctor_advise(check, "nothing can migrate between tiers here", NULL);
	}
	if (!host->iomem_known) {
		check = dt_doctor_add(doctor, GROUP, "node ranges", DT_DOCTOR_WARN,
				      "/proc/iomem shows no addresses");
		dt_doctor_advise(check, "the nodes' borders are known as coarse as memory blocks",
				 "run it as root");
	}
}

static void check_witnesses(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	struct dt_doctor_check *check;
	char text[64];

	if (!dt_host_line(text, sizeof(text), "%s/pressure/memory", roots->proc)) {
		(void)dt_doctor_add(doctor, GROUP, "pressure", DT_DOCTOR_OK,
				    "PSI is kept with recordings");
	} else {
		check = dt_doctor_add(doctor, GROUP, "pressure", DT_DOCTOR_NOTE,
				      "the kernel keeps no PSI");
		dt_doctor_advise(check, NULL, "CONFIG_PSI and psi=1 on the kernel's command line");
	}
	if (dt_host_exists("%s/fs/resctrl/mon_data", roots->sysfs)) {
		(void)dt_doctor_add(doctor, GROUP, "bandwidth", DT_DOCTOR_OK,
				    "resctrl's counters are kept with recordings");
	} else if (dt_host_exists("%s/fs/resctrl", roots->sysfs)) {
		check = dt_doctor_add(doctor, GROUP, "bandwidth", DT_DOCTOR_NOTE,
				      "resctrl is not mounted");
		dt_doctor_advise(check, NULL, "mount -t resctrl resctrl /sys/fs/resctrl");
	}
}

void dt_doctor_machine(struct dt_doctor *doctor, const struct dt_roots *roots)
{
	check_nodes(doctor);
	check_witnesses(doctor, roots);
}
