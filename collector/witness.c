/* SPDX-License-Identifier: GPL-2.0-only */
/* The witnesses' file: a line a sample, whole or not there. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/witness_impl.h"
#include "support/temporary.h"

/* New kdamonds are looked for every so many samples: thousands of processes take a while. */
#define SEARCH_EVERY 5

/* Interrupts likewise: a line of theirs has a number for each CPU, and there are hundreds. */
#define INTERRUPTS_EVERY 10

int dt_witness_read(int fd, char *text)
{
	size_t length = 0;

	*text = '\0';
	if (fd < 0)
		return -EBADF;
	/* the kernel gives a page at a time */
	while (length < DT_WITNESS_TEXT - 1) {
		const ssize_t got =
			pread(fd, text + length, DT_WITNESS_TEXT - 1 - length, (off_t)length);

		if (got < 0) {
			*text = '\0';
			return -errno;
		}
		if (!got)
			break;
		length += (size_t)got;
	}
	text[length] = '\0';
	return 0;
}

int dt_witness_open(struct dt_witness **witness, const struct dt_roots *roots,
		    struct dt_error *error)
{
	struct dt_witness *made = calloc(1, sizeof(*made));

	if (!made)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	made->out = made->vmstat = made->psi = -1;
	made->kdamonds.proc = roots->proc;
	(void)snprintf(made->interrupts, sizeof(made->interrupts), "%s/interrupts", roots->proc);
	made->text = malloc(DT_WITNESS_TEXT);
	made->line = open_memstream(&made->line_text, &made->line_size);
	if (!made->text || !made->line || dt_witness_open_sources(made, roots)) {
		dt_witness_close(made);
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	*witness = made;
	return 0;
}

int dt_witness_segment(struct dt_witness *witness, const char *directory, const char *name,
		       struct dt_error *error)
{
	char path[sizeof(witness->path)];
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: the path is too long", directory);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return dt_fail(error, errno, NULL, "cannot write %s: %s", path, strerror(errno));
	if (witness->out >= 0)
		(void)close(witness->out);
	witness->out = fd;
	memcpy(witness->path, path, sizeof(path));
	return 0;
}

/* The sample as a line of text in memory. Its length, or -errno. */
static ssize_t make_line(struct dt_witness *witness, uint64_t time_ns)
{
	struct dt_json json;
	off_t length;

	rewind(witness->line);
	dt_json_begin(&json, witness->line);
	dt_json_object(&json, NULL);
	if (time_ns)
		dt_json_u64(&json, "time_ns", time_ns);
	else
		dt_json_null(&json, "time_ns");
	dt_witness_write_sources(witness, &json);
	dt_witness_write_kdamonds(witness, &json);
	if (witness->last || (witness->samples - 1) % INTERRUPTS_EVERY == 0)
		dt_witness_write_interrupts(witness, &json);
	dt_json_object_end(&json);
	dt_json_end(&json);
	length = ftello(witness->line);
	if (length < 0 || fflush(witness->line) || ferror(witness->line))
		return -ENOMEM;
	return length;
}

int dt_witness_sample(struct dt_witness *witness, uint64_t time_ns, uint64_t *bytes,
		      struct dt_error *error)
{
	off_t before;
	ssize_t length;
	int ret;

	if (witness->out < 0)
		return 0;
	if (witness->samples++ % SEARCH_EVERY == 0 && dt_witness_find_kdamonds(&witness->kdamonds))
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	length = make_line(witness, time_ns);
	if (length < 0)
		return dt_fail(error, (int)-length, NULL, "out of memory");
	before = lseek(witness->out, 0, SEEK_CUR);
	ret = dt_write_all(witness->out, witness->line_text, (size_t)length);
	if (ret) {
		/* half a line would be taken for damage */
		if (before >= 0 && !ftruncate(witness->out, before))
			(void)lseek(witness->out, before, SEEK_SET);
		return dt_fail(error, -ret, NULL, "cannot write %s: %s", witness->path,
			       strerror(-ret));
	}
	if (bytes)
		*bytes += (uint64_t)length;
	return 0;
}

void dt_witness_is_last(struct dt_witness *witness)
{
	witness->last = true;
}

void dt_witness_close(struct dt_witness *witness)
{
	if (!witness)
		return;
	dt_witness_close_sources(witness);
	dt_witness_close_kdamonds(&witness->kdamonds);
	if (witness->out >= 0)
		(void)close(witness->out);
	if (witness->line)
		(void)fclose(witness->line);
	free(witness->line_text);
	free(witness->text);
	free(witness);
}
