/* SPDX-License-Identifier: GPL-2.0-only */
/* Records of what was there before the recording began, from /proc; see sample_file.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>

#include "collector/sample_file.h"

/* Kinds of records: of the kernel, and of the perf tool from 64 on. */
#define RECORD_EVENT_UPDATE 78
#define UPDATE_NAME	    2

#define NAME_MAX_BYTES 4096

/* Longest part behind the file name of a record. */
#define TRAILER_MAX 64

struct record {
	struct perf_event_header header;
	unsigned char body[NAME_MAX_BYTES + 128];
};

/* Records are collected so far before they are written. */
#define BATCH_BYTES 65536

struct batch {
	const struct dt_synth *synth;
	struct dt_error *error;
	size_t used;
	int ret; /* the first failure */
	unsigned char bytes[BATCH_BYTES];
};

static void flush(struct batch *batch)
{
	if (!batch->ret)
		batch->ret = dt_file_add_record(batch->synth->file, batch->bytes, batch->used,
						batch->error);
	batch->used = 0;
}

static void put_field(struct record *record, const void *bytes, size_t size)
{
	memcpy(record->body + record->header.size, bytes, size);
	record->header.size = (uint16_t)(record->header.size + size);
}

static void put_u32(struct record *record, uint32_t value)
{
	put_field(record, &value, sizeof(value));
}

static void put_u64(struct record *record, uint64_t value)
{
	put_field(record, &value, sizeof(value));
}

/* With its NUL, padded to 8 bytes. */
static void put_name(struct record *record, const char *name)
{
	const size_t length = strnlen(name, NAME_MAX_BYTES - 1);
	const size_t padded = (length + 8) & ~(size_t)7;

	memset(record->body + record->header.size, 0, padded);
	memcpy(record->body + record->header.size, name, length);
	record->header.size = (uint16_t)(record->header.size + padded);
}

/* header.size counts the body until now. */
static void put_record(struct batch *batch, struct record *record, size_t trailer)
{
	memset(record->body + record->header.size, 0, trailer);
	record->header.size = (uint16_t)(record->header.size + sizeof(record->header) + trailer);
	if (batch->used + record->header.size > sizeof(batch->bytes))
		flush(batch);
	memcpy(batch->bytes + batch->used, record, record->header.size);
	batch->used += record->header.size;
}

static void begin(struct record *record, uint32_t type, uint16_t misc)
{
	record->header = (struct perf_event_header){.type = type, .misc = misc};
}

static void put_comm(struct batch *batch, pid_t pid, pid_t tid)
{
	struct record record;
	char comm[64];

	if (dt_pmu_read(comm, sizeof(comm), "%s/%d/task/%d/comm", batch->synth->roots->proc,
			(int)pid, (int)tid))
		return;
	begin(&record, PERF_RECORD_COMM, 0);
	put_u32(&record, (uint32_t)pid);
	put_u32(&record, (uint32_t)tid);
	/* the kernel's own limit, with NUL */
	comm[15] = '\0';
	put_name(&record, comm);
	put_record(batch, &record, batch->synth->trailer);
}

/* A line of maps. */
struct mapping {
	uint64_t start, end, offset, major, minor, inode;
	const char *access; /* four letters */
	const char *name;
};

/* A number of a line; *at moves behind it. Is there one? */
static bool take_number(char **at, int base, uint64_t *value)
{
	char *from = *at;

	*value = strtoull(from, at, base);
	return *at > from;
}

/* A sign between two numbers. */
static bool take_sign(char **at, char sign)
{
	if (**at != sign)
		return false;
	++*at;
	return true;
}

/* start-end rwxp offset major:minor inode name */
static bool read_mapping(char *line, struct mapping *mapping)
{
	char *at = line;

	line[strcspn(line, "\n")] = '\0';
	if (!take_number(&at, 16, &mapping->start) || !take_sign(&at, '-') ||
	    !take_number(&at, 16, &mapping->end) || !take_sign(&at, ' ') || strlen(at) < 5 ||
	    mapping->end <= mapping->start)
		return false;
	mapping->access = at;
	at += 4;
	if (!take_number(&at, 16, &mapping->offset) || !take_number(&at, 16, &mapping->major) ||
	    !take_sign(&at, ':') || !take_number(&at, 16, &mapping->minor) ||
	    !take_number(&at, 10, &mapping->inode))
		return false;
	mapping->name = at + strspn(at, " ");
	if (!mapping->name[0])
		mapping->name = "//anon"; /* as the kernel names it in its own records */
	return true;
}

static void put_mapping(struct batch *batch, pid_t pid, const struct mapping *mapping)
{
	const bool code = mapping->access[2] == 'x';
	struct record record;

	if (!code && (!batch->synth->data || mapping->access[0] != 'r'))
		return;
	begin(&record, PERF_RECORD_MMAP2,
	      (uint16_t)(PERF_RECORD_MISC_USER | (code ? 0 : PERF_RECORD_MISC_MMAP_DATA)));
	put_u32(&record, (uint32_t)pid);
	put_u32(&record, (uint32_t)pid);
	put_u64(&record, mapping->start);
	put_u64(&record, mapping->end - mapping->start);
	put_u64(&record, mapping->offset);
	put_u32(&record, (uint32_t)mapping->major);
	put_u32(&record, (uint32_t)mapping->minor);
	put_u64(&record, mapping->inode);
	put_u64(&record, 0); /* the inode's generation is not in maps */
	put_u32(&record, (mapping->access[0] == 'r' ? PROT_READ : 0u) |
				 (mapping->access[1] == 'w' ? PROT_WRITE : 0u) |
				 (code ? PROT_EXEC : 0u));
	put_u32(&record, mapping->access[3] == 's' ? MAP_SHARED : MAP_PRIVATE);
	put_name(&record, mapping->name);
	put_record(batch, &record, batch->synth->trailer);
}

static void put_mappings(struct batch *batch, pid_t pid)
{
	struct mapping mapping;
	char path[512], *line = NULL;
	size_t room = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%d/maps", batch->synth->roots->proc, (int)pid);
	file = fopen(path, "re");
	while (file && !batch->ret && getline(&line, &room, file) > 0)
		if (read_mapping(line, &mapping))
			put_mapping(batch, pid, &mapping);
	free(line);
	if (file)
		(void)fclose(file);
}

/* A process that ends meanwhile is none that samples can come of. */
static int put_process(struct batch *batch, pid_t pid)
{
	struct dt_pids threads = {0};
	int ret = dt_pids_threads(&threads, batch->synth->roots, pid);

	for (size_t i = 0; !ret && i < threads.nr; i++)
		put_comm(batch, pid, threads.list[i]);
	dt_pids_free(&threads);
	if (!ret)
		put_mappings(batch, pid);
	if (batch->synth->meanwhile)
		batch->synth->meanwhile(batch->synth->context);
	return ret == -ENOMEM ? ret : 0;
}

static bool is_process(const char *name)
{
	while (isdigit((unsigned char)*name))
		name++;
	return !*name;
}

static int put_processes(struct batch *batch)
{
	struct dirent *entry;
	DIR *dir = opendir(batch->synth->roots->proc);
	int ret = 0;

	if (!dir)
		return -errno;
	while (!ret && !batch->ret && (entry = readdir(dir)))
		if (is_process(entry->d_name))
			ret = put_process(batch, (pid_t)strtol(entry->d_name, NULL, 10));
	(void)closedir(dir);
	return ret;
}

/* The process of a thread. 0: gone. */
static pid_t process_of(const struct dt_roots *roots, pid_t thread)
{
	char path[512], line[256];
	int pid = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%d/status", roots->proc, (int)thread);
	file = fopen(path, "re");
	while (file && !pid && fgets(line, sizeof(line), file))
		if (!strncmp(line, "Tgid:", 5))
			pid = (int)strtol(line + 5, NULL, 10);
	if (file)
		(void)fclose(file);
	return pid;
}

static void put_kernel_mapping(struct batch *batch, uint64_t start, uint64_t size, uint64_t offset,
			       const char *name)
{
	struct record record;

	begin(&record, PERF_RECORD_MMAP, PERF_RECORD_MISC_KERNEL);
	put_u32(&record, UINT32_MAX);
	put_u32(&record, 0);
	put_u64(&record, start);
	put_u64(&record, size);
	put_u64(&record, offset);
	put_name(&record, name);
	put_record(batch, &record, batch->synth->trailer);
}

void dt_synth_find_kernel(const struct dt_roots *roots, uint64_t *start, uint64_t *end)
{
	char path[512], line[512];
	uint64_t address;
	FILE *file;

	*start = *end = 0;
	(void)snprintf(path, sizeof(path), "%s/kallsyms", roots->proc);
	file = fopen(path, "re");
	while (file && !*end && fgets(line, sizeof(line), file)) {
		char *at = line;

		/* address, a letter, name */
		if (!take_number(&at, 16, &address) || strlen(at) < 4)
			continue;
		/* zero: kernel.kptr_restrict hides them all */
		if (!strcmp(at + 3, "_text\n")) {
			*start = address;
			if (!address)
				break;
		} else if (*start && !strcmp(at + 3, "_etext\n")) {
			*end = address;
		}
	}
	if (file)
		(void)fclose(file);
}

/* Readers tell the kernel's samples from those of processes by where its code is. */
static void put_kernel(struct batch *batch)
{
	const struct dt_synth *synth = batch->synth;

	if (synth->text_end > synth->text_start)
		put_kernel_mapping(batch, synth->text_start, synth->text_end - synth->text_start,
				   synth->text_start, "[kernel.kallsyms]_text");
}

/* A line of PROC/modules: name size users by state address. */
static bool read_module(char *line, char name[80], uint64_t *size, uint64_t *address)
{
	char *save, *at;

	at = strtok_r(line, " ", &save);
	if (!at)
		return false;
	(void)snprintf(name, 80, "[%.64s]", at);
	at = strtok_r(NULL, " ", &save);
	if (!at || !take_number(&at, 10, size))
		return false;
	for (int skipped = 0; at && skipped < 4; skipped++)
		at = strtok_r(NULL, " ", &save);
	/* zero: hidden */
	return at && take_number(&at, 16, address) && *address;
}

static void put_modules(struct batch *batch)
{
	uint64_t size, address;
	char path[512], line[1024], name[80];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/modules", batch->synth->roots->proc);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (read_module(line, name, &size, &address))
			put_kernel_mapping(batch, address, size, 0, name);
	if (file)
		(void)fclose(file);
}

static struct batch *begin_batch(const struct dt_synth *synth, struct dt_error *error)
{
	struct batch *batch = malloc(sizeof(*batch));

	if (!batch)
		return NULL;
	batch->synth = synth;
	batch->error = error;
	batch->used = 0;
	batch->ret = 0;
	return batch;
}

static int end_batch(struct batch *batch, int ret)
{
	flush(batch);
	if (batch->ret)
		ret = batch->ret;
	else if (ret)
		(void)dt_fail(batch->error, -ret, NULL, "cannot look at the processes: %s",
			      strerror(-ret));
	free(batch);
	return ret;
}

int dt_synth_all(const struct dt_synth *synth, const struct dt_pids *pids, struct dt_error *error)
{
	struct batch *batch = begin_batch(synth, error);
	pid_t last = 0;
	int ret = 0;

	if (!batch)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	put_kernel(batch);
	put_modules(batch);
	if (!pids)
		ret = put_processes(batch);
	/* threads of one process stand together */
	for (size_t i = 0; !ret && pids && i < pids->nr; i++) {
		const pid_t pid = process_of(synth->roots, pids->list[i]);

		if (pid && pid != last)
			ret = put_process(batch, pid);
		last = pid;
	}
	return end_batch(batch, ret);
}

int dt_synth_names(const struct dt_synth *synth, const struct dt_file_facts *facts,
		   struct dt_error *error)
{
	struct batch *batch = begin_batch(synth, error);
	struct record record;

	if (!batch)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < facts->nr_events; i++) {
		begin(&record, RECORD_EVENT_UPDATE, 0);
		put_u64(&record, UPDATE_NAME);
		put_u64(&record, facts->events[i].nr_ids ? facts->events[i].ids[0] : 0);
		put_name(&record, facts->events[i].name);
		put_record(batch, &record, 0);
	}
	return end_batch(batch, 0);
}
