/* SPDX-License-Identifier: GPL-2.0-only */
/* The table that doctor fills, and what all of its parts need. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "collector/doctor_impl.h"
#include "collector/host_files.h"

const char *dt_doctor_state_name(enum dt_doctor_state state)
{
	static const char *const names[] = {"ok", "note", "warn", "missing"};

	return names[state];
}

const char *dt_doctor_group_name(enum dt_doctor_group group)
{
	static const char *const names[] = {"tracing", "DAMON", "memory samples", "machine",
					    "other tools"};

	return names[group];
}

struct dt_doctor_check *dt_doctor_add(struct dt_doctor *doctor, enum dt_doctor_group group,
				      const char *name, enum dt_doctor_state state,
				      const char *format, ...)
{
	struct dt_doctor_check *check = &doctor->spare;
	va_list arguments;

	if (doctor->nr == doctor->room) {
		const size_t room = doctor->room ? doctor->room * 2 : 32;
		struct dt_doctor_check *checks = realloc(doctor->checks, room * sizeof(*checks));

		if (checks) {
			doctor->checks = checks;
			doctor->room = room;
		}
	}
	if (doctor->nr < doctor->room)
		check = &doctor->checks[doctor->nr++];
	else
		doctor->failed = true;
	*check = (struct dt_doctor_check){.group = group, .state = state};
	(void)snprintf(check->name, sizeof(check->name), "%s", name);
	va_start(arguments, format);
	(void)vsnprintf(check->detail, sizeof(check->detail), format, arguments);
	va_end(arguments);
	return check;
}

void dt_doctor_advise(struct dt_doctor_check *check, const char *effect, const char *remedy)
{
	(void)snprintf(check->effect, sizeof(check->effect), "%s", effect ? effect : "");
	(void)snprintf(check->remedy, sizeof(check->remedy), "%s", remedy ? remedy : "");
}

void dt_doctor_more(struct dt_doctor_check *check, const char *format, ...)
{
	const size_t used = strlen(check->detail);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(check->detail + used, sizeof(check->detail) - used, format, arguments);
	va_end(arguments);
}

bool dt_doctor_capable(const struct dt_roots *roots, enum dt_capability capability)
{
	FILE *file = dt_host_open("%s/self/status", roots->proc);
	uint64_t mask = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (dt_host_field(line, "CapEff:", 16, &mask))
			break;
	if (file)
		(void)fclose(file);
	return mask >> capability & 1;
}

const char *dt_doctor_bytes(char buffer[32], uint64_t bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = (double)bytes;
	unsigned unit = 0;

	for (; value >= 1024 && unit < 6; unit++)
		value /= 1024;
	(void)snprintf(buffer, 32, unit && value < 100 ? "%.1f %s" : "%.0f %s", value, units[unit]);
	return buffer;
}

int dt_doctor_examine(struct dt_doctor *doctor, const struct dt_roots *roots,
		      struct dt_error *error)
{
	int ret;

	*doctor = (struct dt_doctor){.can_record = true};
	ret = dt_host_read(&doctor->host, roots, error);
	if (ret)
		return ret;
	dt_doctor_tracing(doctor, roots);
	dt_doctor_damon(doctor, roots);
	dt_doctor_samples(doctor, roots);
	dt_doctor_machine(doctor, roots);
	dt_doctor_tools(doctor);
	if (doctor->failed)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < doctor->nr; i++)
		doctor->can_record &= doctor->checks[i].state != DT_DOCTOR_MISSING;
	return 0;
}

void dt_doctor_free(struct dt_doctor *doctor)
{
	dt_host_free(&doctor->host);
	free(doctor->checks);
	*doctor = (struct dt_doctor){0};
}
