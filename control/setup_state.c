/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * setup.json in the state directory: what setup started, how it was before, what was written.
 * Written before the first write to the kernel, so that whoever comes after a crash knows.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

#include "damon-trace/setup.h"
#include "support/json_writer.h"
#include "support/replace.h"
#include "support/temporary.h"

#define SCHEMA 1

#define HINT_STATE "run it as root, or name another with --state"

static int place(char path[4096], const char *directory, const char *name, struct dt_error *error)
{
	if (snprintf(path, 4096, "%s/%s", directory, name) < 4096)
		return 0;
	return dt_fail(error, ENAMETOOLONG, NULL, "%s: the path is too long", directory);
}

int dt_state_lock(const char *directory, const char *name, int *fd, struct dt_error *error)
{
	char path[4096], owner[32] = "";
	int ret = place(path, directory, name, error);

	*fd = -1;
	if (ret)
		return ret;
	if (mkdir(directory, 0755) && errno != EEXIST)
		return dt_fail(error, errno, HINT_STATE, "cannot make %s: %s", directory,
			       strerror(errno));
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (*fd < 0)
		return dt_fail(error, errno, HINT_STATE, "cannot open %s: %s", path,
			       strerror(errno));
	if (!flock(*fd, LOCK_EX | LOCK_NB)) {
		/* for whoever finds it locked; that it stays behind says nothing */
		if (!ftruncate(*fd, 0))
			(void)dprintf(*fd, "%ld\n", (long)getpid());
		return 0;
	}
	ret = errno;
	if (read(*fd, owner, sizeof(owner) - 1) < 0)
		owner[0] = '\0';
	owner[strcspn(owner, "\n")] = '\0';
	(void)close(*fd);
	*fd = -1;
	if (ret != EWOULDBLOCK)
		return dt_fail(error, ret, NULL, "cannot lock %s: %s", path, strerror(ret));
	return dt_fail(error, EBUSY, "wait for its end, or end it", "another damon-trace%s%s %s",
		       owner[0] ? ", pid " : "", owner,
		       strcmp(name, "lock") != 0 ? "tunes DAMON" : "changes DAMON's setup");
}

/* ---- writing ---- */

static void write_kdamonds(struct dt_json *json, const char *key,
			   const struct dt_state_kdamond *kdamonds, size_t nr)
{
	dt_json_array(json, key);
	for (size_t i = 0; i < nr; i++) {
		dt_json_object(json, NULL);
		dt_json_u64(json, "kdamond", kdamonds[i].index);
		if (kdamonds[i].pid)
			dt_json_i64(json, "pid", kdamonds[i].pid);
		else
			dt_json_null(json, "pid");
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void write_plan(struct dt_json *json, const char *key, const struct dt_damon_plan *plan)
{
	dt_json_array(json, key);
	for (size_t i = 0; i < plan->nr; i++) {
		dt_json_line(json);
		dt_json_array(json, NULL);
		dt_json_string(json, NULL, plan->writes[i].path);
		dt_json_string(json, NULL, plan->writes[i].value);
		dt_json_array_end(json);
	}
	dt_json_array_end(json);
}

static void write_all(FILE *out, const struct dt_state *state)
{
	struct dt_json json;

	dt_json_begin(&json, out);
	dt_json_object(&json, NULL);
	dt_json_u64(&json, "schema", SCHEMA);
	dt_json_string(&json, "phase", state->phase == DT_STATE_RUNNING ? "running" : "begun");
	dt_json_string(&json, "boot_id", state->boot_id);
	dt_json_string(&json, "origin", state->origin);
	dt_json_line(&json);
	write_kdamonds(&json, "kdamonds", state->kdamonds, state->nr_kdamonds);
	dt_json_line(&json);
	dt_json_object(&json, "before");
	write_kdamonds(&json, "kdamonds", state->before, state->nr_before);
	dt_json_line(&json);
	write_plan(&json, "writes", &state->before_writes);
	dt_json_object_end(&json);
	dt_json_line(&json);
	write_plan(&json, "writes", &state->writes);
	dt_json_object_end(&json);
	dt_json_end(&json);
}

int dt_state_write(const struct dt_state *state, const char *directory, struct dt_error *error)
{
	struct dt_replace file;
	char path[4096];
	FILE *out;
	int ret = place(path, directory, DT_STATE_SETUP, error);

	if (ret)
		return ret;
	ret = dt_replace_begin(&file, path);
	if (ret)
		return dt_fail(error, -ret, HINT_STATE, "cannot write %s: %s", path,
			       strerror(-ret));
	out = dt_replace_stream(&file);
	if (out)
		write_all(out, state);
	ret = out ? -dt_close_durable(out) : -errno;
	if (ret)
		dt_replace_drop(&file);
	else
		ret = dt_replace_end(&file);
	return ret ? dt_replace_fail(error, -ret, path) : 0;
}

int dt_state_remove(const char *directory, struct dt_error *error)
{
	char path[4096];
	const int ret = place(path, directory, DT_STATE_SETUP, error);

	if (ret)
		return ret;
	if (!unlink(path) || errno == ENOENT)
		return 0;
	return dt_fail(error, errno, NULL, "cannot remove %s: %s", path, strerror(errno));
}

/* ---- reading ---- */

void dt_state_clear(struct dt_state *state)
{
	free(state->kdamonds);
	free(state->before);
	dt_damon_plan_clear(&state->before_writes);
	dt_damon_plan_clear(&state->writes);
	*state = (struct dt_state){.phase = DT_STATE_BEGUN};
}

static void read_text(char *text, size_t size, const json_t *value)
{
	if (json_is_string(value))
		(void)snprintf(text, size, "%s", json_string_value(value));
}

static int read_kdamonds(struct dt_state_kdamond **kdamonds, size_t *nr, const json_t *list)
{
	size_t i;
	json_t *item;

	if (!json_is_array(list))
		return -EINVAL;
	*kdamonds = calloc(json_array_size(list) + 1, sizeof(**kdamonds));
	if (!*kdamonds)
		return -ENOMEM;
	json_array_foreach(list, i, item)
	{
		const json_int_t index = json_integer_value(json_object_get(item, "kdamond"));
		const json_int_t pid = json_integer_value(json_object_get(item, "pid"));

		if (!json_is_integer(json_object_get(item, "kdamond")) || index < 0 ||
		    index > INT32_MAX || pid < 0 || pid > INT32_MAX)
			return -EINVAL;
		(*kdamonds)[i] = (struct dt_state_kdamond){(unsigned)index, (int32_t)pid};
	}
	*nr = json_array_size(list);
	return 0;
}

/* A path that leaves the tree is no path of it. */
static bool is_inside(const char *path)
{
	return *path && *path != '/' && !strstr(path, "..") && strlen(path) < DT_DAMON_PATH;
}

static int read_plan(struct dt_damon_plan *plan, const json_t *list)
{
	size_t i;
	json_t *item;
	int ret = json_is_array(list) ? 0 : -EINVAL;

	json_array_foreach(list, i, item)
	{
		const char *path = json_string_value(json_array_get(item, 0));
		const char *value = json_string_value(json_array_get(item, 1));

		if (!path || !value || !is_inside(path) || strlen(value) >= DT_DAMON_TEXT)
			return -EINVAL;
		ret = dt_damon_plan_add(plan, path, value);
		if (ret)
			return ret;
	}
	return ret;
}

static int read_all(struct dt_state *state, const json_t *root)
{
	const json_t *before = json_object_get(root, "before");
	char phase[16] = "";
	int ret;

	if (json_integer_value(json_object_get(root, "schema")) != SCHEMA)
		return -EINVAL;
	read_text(phase, sizeof(phase), json_object_get(root, "phase"));
	state->phase = !strcmp(phase, "running") ? DT_STATE_RUNNING : DT_STATE_BEGUN;
	read_text(state->boot_id, sizeof(state->boot_id), json_object_get(root, "boot_id"));
	read_text(state->origin, sizeof(state->origin), json_object_get(root, "origin"));
	ret = read_kdamonds(&state->kdamonds, &state->nr_kdamonds,
			    json_object_get(root, "kdamonds"));
	if (!ret)
		ret = read_kdamonds(&state->before, &state->nr_before,
				    json_object_get(before, "kdamonds"));
	if (!ret)
		ret = read_plan(&state->before_writes, json_object_get(before, "writes"));
	return ret ? ret : read_plan(&state->writes, json_object_get(root, "writes"));
}

int dt_state_read(struct dt_state *state, const char *directory, struct dt_error *error)
{
	json_error_t syntax;
	char path[4096];
	json_t *root;
	int ret;

	*state = (struct dt_state){.phase = DT_STATE_BEGUN};
	ret = place(path, directory, DT_STATE_SETUP, error);
	if (ret)
		return ret;
	if (access(path, R_OK))
		return dt_fail(error, errno, NULL, "cannot read %s: %s", path, strerror(errno));
	root = json_load_file(path, 0, &syntax);
	ret = root ? read_all(state, root) : -EINVAL;
	json_decref(root);
	if (!ret)
		return 0;
	dt_state_clear(state);
	if (ret == -ENOMEM)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	return dt_fail(error, EINVAL,
		       "remove it; what it told of is then nobody's, and stop takes --take-over",
		       "%s is damaged%s%s", path, root ? "" : ": ", root ? "" : syntax.text);
}

bool dt_state_owns(const struct dt_state *state, const struct dt_setup_machine *machine,
		   unsigned kdamond, int32_t pid)
{
	if (!pid || strcmp(state->boot_id, machine->boot_id ? machine->boot_id : "") != 0)
		return false;
	for (size_t i = 0; i < state->nr_kdamonds; i++)
		if (state->kdamonds[i].index == kdamond && state->kdamonds[i].pid == pid)
			return true;
	return false;
}
