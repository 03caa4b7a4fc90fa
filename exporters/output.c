/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that an export writes. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "exporters/output.h"
#include "support/temporary.h"

int dt_output_open(struct dt_output **result, const char *path, struct dt_error *error)
{
	struct dt_output *output = calloc(1, sizeof(*output));
	int ret = output ? 0 : -ENOMEM;

	if (output) {
		output->file.fd = -1;
		output->buffer = malloc(DT_OUTPUT_SIZE);
		output->path = path ? strdup(path) : NULL;
		if (!output->buffer || (path && !output->path))
			ret = -ENOMEM;
	}
	if (ret) {
		dt_output_close(output);
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	if (path)
		ret = dt_replace_begin(&output->file, path);
	else
		output->file.fd = STDOUT_FILENO;
	if (ret) {
		(void)dt_replace_fail(error, -ret, path);
		dt_output_close(output);
		return ret;
	}
	*result = output;
	return 0;
}

void dt_output_flush(struct dt_output *output)
{
	if (!output->error && output->stop && *output->stop)
		output->error = -EINTR;
	if (!output->error)
		output->error = dt_write_all(output->file.fd, output->buffer, output->used);
	output->written += output->used;
	output->used = 0;
}

int dt_output_commit(struct dt_output *output, struct dt_error *error)
{
	dt_output_flush(output);
	if (!output->error && output->path)
		output->error = dt_replace_end(&output->file);
	return output->error ? dt_replace_fail(error, -output->error,
					       output->path ? output->path : "standard output")
			     : 0;
}

void dt_output_close(struct dt_output *output)
{
	if (!output)
		return;
	if (output->path)
		dt_replace_drop(&output->file);
	free(output->path);
	free(output->buffer);
	free(output);
}

void dt_output_bytes(struct dt_output *output, const void *bytes, size_t size)
{
	const char *from = bytes;

	while (size) {
		size_t part = DT_OUTPUT_SIZE - output->used;

		if (!part) {
			dt_output_flush(output);
			continue;
		}
		part = size < part ? size : part;
		memcpy(output->buffer + output->used, from, part);
		output->used += part;
		from += part;
		size -= part;
	}
}

void dt_output_text(struct dt_output *output, const char *text)
{
	dt_output_bytes(output, text, strlen(text));
}

void dt_output_format(struct dt_output *output, const char *format, ...)
{
	char *to = dt_output_room(output);
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(to, DT_OUTPUT_ROOM, format, arguments);
	va_end(arguments);
	if (length > 0)
		output->used += length < DT_OUTPUT_ROOM ? (size_t)length : DT_OUTPUT_ROOM - 1;
}

char *dt_put_u64(char *to, uint64_t value)
{
	static const char pairs[] = "0001020304050607080910111213141516171819"
				    "2021222324252627282930313233343536373839"
				    "4041424344454647484950515253545556575859"
				    "6061626364656667686970717273747576777879"
				    "8081828384858687888990919293949596979899";
	char digits[24], *at = digits + sizeof(digits);
	size_t length;

	while (value >= 100) {
		at -= 2;
		memcpy(at, pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value >= 10) {
		at -= 2;
		memcpy(at, pairs + 2 * value, 2);
	} else {
		*--at = (char)('0' + value);
	}
	length = (size_t)(digits + sizeof(digits) - at);
	memcpy(to, at, length);
	return to + length;
}

char *dt_put_i64(char *to, int64_t value)
{
	if (value >= 0)
		return dt_put_u64(to, (uint64_t)value);
	*to++ = '-';
	return dt_put_u64(to, -(uint64_t)value);
}

char *dt_put_seconds(char *to, int64_t ns, unsigned decimals)
{
	uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns, part = size % 1000000000u;
	char text[16];

	if (ns < 0)
		*to++ = '-';
	to = dt_put_u64(to, size / 1000000000u);
	*to++ = '.';
	(void)snprintf(text, sizeof(text), "%09u", (unsigned)part);
	memcpy(to, text, decimals);
	return to + decimals;
}
