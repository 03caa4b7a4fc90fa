/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of the program build/tests/fake/damon-trace: those of a fake kernel (tests/unit/
 * fake_kernel.h) in place of the machine's, for tests of the command line.
 *
 * FAKE_DAMON says what it is like, words with commas between them:
 * sysfs=DIR (stands for /sys), version=703, layout=NUMBER, busy=N, held, die=N, loses-nid,
 * fail=PATH:ERRNO[:AFTER], log=FILE (each write: errno, path, value), samples=FILE (a machine whose
 * memory is sampled; each sample: time, kind, latency), no-unit (one without)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/fake_kernel.h"
#include "tests/unit/fake_samples.h"

static struct fake_kernel kernel;

/* A number of these arguments, which only tests give. */
static int number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}
static const char *log_file;

/* ---- samples: ten each millisecond, from near memory as often as the goal or the weights say ----
 */

#define SAMPLE_NS 100000

static const char *samples_file;
static uint64_t sampled_ns;

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Of 10000; negative while nothing is in force. */
static long near_share(void)
{
	const long first = fake_kernel_live_weight(&kernel, 0, 0, 0);
	const long second = fake_kernel_live_weight(&kernel, 0, 0, 1);

	return first >= 0 && second > 0 ? 10000 * first / (first + second)
					: fake_kernel_live_target(&kernel, 0, 0);
}

static void sample(FILE *log, uint64_t time, uint64_t draw, long share)
{
	/* near memory slows down when all use it: the best is between both ends */
	const uint32_t crowd = (uint32_t)(share * share / 250000);
	enum fake_access access = (long)(draw % 10000) < share ? FAKE_NEAR_LOAD : FAKE_FAR_LOAD;
	uint32_t latency = access == FAKE_NEAR_LOAD ? 100 + crowd : 600;

	if (draw % 7 == 0) {
		access = FAKE_L1_HIT;
		latency = 5;
	} else if (draw % 11 == 0) {
		access = FAKE_FAR_STORE;
	}
	latency += (uint32_t)(draw / 10000 % 20);
	fake_samples_add(time, access, latency);
	(void)fprintf(log, "%llu %d %u\n", (unsigned long long)time, (int)access, latency);
}

static void draw_samples(void *context)
{
	static uint64_t random = 1;
	const uint64_t now = monotonic_ns();
	const long share = near_share();
	FILE *log = fopen(samples_file, "a");

	(void)context;
	if (!log)
		abort();
	/* what a long pause would have given is not made up */
	if (!sampled_ns || now - sampled_ns > 1000000000)
		sampled_ns = now;
	for (; share >= 0 && sampled_ns + SAMPLE_NS <= now; sampled_ns += SAMPLE_NS) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		sample(log, sampled_ns, random >> 33, share);
	}
	(void)fclose(log);
}

/* ---- what it is like ---- */

static void take_fault(char *text)
{
	char *save = NULL;
	const char *code, *after;

	kernel.fail_path = strtok_r(text, ":", &save);
	code = strtok_r(NULL, ":", &save);
	after = strtok_r(NULL, ":", &save);
	kernel.fail_errno = code ? number(code) : EINVAL;
	kernel.fail_after = after ? (unsigned)number(after) : 0;
}

static void take_word(char *word)
{
	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	else
		value = word + strlen(word);
	if (!strcmp(word, "sysfs"))
		(void)snprintf(kernel.sysfs, sizeof(kernel.sysfs), "%s", value);
	else if (!strcmp(word, "version"))
		kernel.version = (unsigned)number(value);
	else if (!strcmp(word, "layout"))
		kernel.layout = (enum fake_layout)number(value);
	else if (!strcmp(word, "busy"))
		kernel.busy = (unsigned)number(value);
	else if (!strcmp(word, "die"))
		kernel.dies_after = (unsigned)number(value);
	else if (!strcmp(word, "held"))
		kernel.sampler_is_held = true;
	else if (!strcmp(word, "loses-nid"))
		kernel.loses_nid = true;
	else if (!strcmp(word, "fail"))
		take_fault(value);
	else if (!strcmp(word, "log"))
		log_file = value;
	else if (!strcmp(word, "samples")) {
		samples_file = value;
		fake_samples_begin(draw_samples, NULL);
	} else if (!strcmp(word, "no-unit")) {
		fake_samples_begin(NULL, NULL);
		fake_samples_faults.best_name = "page-faults";
	} else
		abort();
}

/* Once: what the environment says, and a tree where there is none. */
static void begin(void)
{
	static char words[1024];
	const char *text = getenv("FAKE_DAMON");
	char path[512], *save = NULL;

	if (kernel.files.context)
		return;
	fake_kernel_open(&kernel, "", 703, FAKE_NO_SAMPLES);
	(void)snprintf(words, sizeof(words), "%s", text ? text : "");
	for (char *word = strtok_r(words, ",", &save); word; word = strtok_r(NULL, ",", &save))
		take_word(word);
	(void)snprintf(path, sizeof(path), "%s/kernel/mm/damon/admin/kdamonds/nr_kdamonds",
		       kernel.sysfs);
	if (access(path, F_OK))
		abort();
}

/* The sampler is asked for before any file is. */
static void __attribute__((constructor)) begin_early(void)
{
	const char *text = getenv("FAKE_DAMON");

	if (text && (strstr(text, ",samples=") || strstr(text, ",no-unit")))
		begin();
}

static ssize_t read_file(void *context, const char *path, char *text, size_t size)
{
	(void)context;
	begin();
	return kernel.files.read(&kernel, path, text, size);
}

static int write_file(void *context, const char *path, const char *text)
{
	FILE *log;
	int ret;

	(void)context;
	begin();
	ret = kernel.files.write(&kernel, path, text);
	log = log_file ? fopen(log_file, "a") : NULL;
	if (log && kernel.nr_writes) {
		const struct fake_write *last = &kernel.writes[kernel.nr_writes - 1];

		(void)fprintf(log, "%d %s %s\n", -last->ret, last->path, last->value);
	}
	if (log)
		(void)fclose(log);
	return ret;
}

const struct dt_sysfs_files dt_sysfs_files_system = {read_file, write_file, NULL};
