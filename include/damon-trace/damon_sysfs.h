/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON's sysfs tree (/sys/kernel/mm/damon/admin/kdamonds) as one structure, and the only way in
 * which anything here writes to it.
 *
 * Paths are relative to kdamonds/, "0/contexts/0/schemes/1/quotas/bytes", and values are the
 * kernel's own texts without the newline. int functions return 0 or -errno with *error filled.
 *
 * The files are reached by a table of operations, so that tests put a kernel of their own below.
 */
#ifndef DAMON_TRACE_DAMON_SYSFS_H
#define DAMON_TRACE_DAMON_SYSFS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "damon-trace/error.h"
#include "damon-trace/roots.h"

/* Longest path below kdamonds/, and longest text of a file (sysfs has a page), with their NUL. */
#define DT_DAMON_PATH 256
#define DT_DAMON_TEXT 4096

/* ---- the tree ------------------------------------------------------------------------------- */

/* A directory or a file. Directories have children, numbers in their order before names. */
struct dt_damon_node {
	char *name;
	char *text;    /* of a file that can be read, without its last newline; else NULL */
	bool file;     /* false: a directory */
	bool writable; /* by its mode */
	size_t nr, room;
	struct dt_damon_node *children; /* they move when one is added */
};

/* A new child with a copy of the name; NULL: no memory. */
struct dt_damon_node *dt_damon_node_add(struct dt_damon_node *parent, const char *name);
/* What is at a path below the node; NULL: nothing. "" is the node itself. */
const struct dt_damon_node *dt_damon_node_find(const struct dt_damon_node *node, const char *path);
/* The text of a file below the node, path printf style; NULL: there is none. */
const char *dt_damon_node_text(const struct dt_damon_node *node, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A file that holds one decimal number, which may be negative. False: not there, or none. */
bool dt_damon_node_number(const struct dt_damon_node *node, int64_t *value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for numbers up to 2^64 - 1. */
bool dt_damon_node_u64(const struct dt_damon_node *node, uint64_t *value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Put a value at a path, with the directories above it; replaces one that is there. 0, -ENOMEM. */
int dt_damon_node_put(struct dt_damon_node *root, const char *value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * Fill a node with what is below a directory of the file system. What cannot be read is left out,
 * links are not followed; at most *budget entries are added, which is counted down. 0, -ENOENT
 * when there is no such directory, -ENOMEM.
 */
int dt_damon_node_read(struct dt_damon_node *node, const char *directory, size_t *budget);
/* Free what is in the node; the node itself is the caller's. */
void dt_damon_node_clear(struct dt_damon_node *node);

/* Entries of a whole tree: 30 schemes with all their parts have some 3,000. */
#define DT_DAMON_ENTRIES 65536

/* ---- access --------------------------------------------------------------------------------- */

/*
 * How files are read and written; paths are absolute. read: the bytes put into text (at most size),
 * or -errno. write: 0 or -errno, all of the text or nothing. Neither retries.
 */
struct dt_sysfs_files {
	ssize_t (*read)(void *context, const char *path, char *text, size_t size);
	int (*write)(void *context, const char *path, const char *text);
	void *context;
};

/* The kernel's. */
extern const struct dt_sysfs_files dt_sysfs_files_system;

struct dt_damon_sysfs {
	char root[DT_DAMON_PATH]; /* ".../kdamonds" */
	const struct dt_sysfs_files *files;
	/*
	 * Set by a handler of signals, NULL: none. It ends waiting within 100 ms with -EINTR. What
	 * the kernel itself waits for inside of one write (a commit waits for the kdamond's next
	 * sampling) it cannot cut short.
	 */
	const volatile sig_atomic_t *stop;
	unsigned busy_ms; /* for how long one write that the kernel answers with EBUSY is tried
			     again */
	uint64_t retries; /* how many times that was */
};

/* How long EBUSY is borne with by default: longer than a slow kdamond samples. */
#define DT_DAMON_BUSY_MS 10000

/*
 * Make *sysfs reach roots->sysfs by files, dt_sysfs_files_system unless a test has others.
 * -ENOENT: this kernel has no DAMON in sysfs; -EACCES: it takes root.
 */
int dt_damon_sysfs_open(struct dt_damon_sysfs *sysfs, const struct dt_roots *roots,
			const struct dt_sysfs_files *files, struct dt_error *error);

/* The whole tree as it stands, into an empty *tree; clear it in any case. */
int dt_damon_sysfs_read(const struct dt_damon_sysfs *sysfs, struct dt_damon_node *tree,
			struct dt_error *error);

/* The text of one file. */
int dt_damon_sysfs_get(const struct dt_damon_sysfs *sysfs, const char *path,
		       char text[DT_DAMON_TEXT], struct dt_error *error);

/*
 * Write one file. EBUSY is retried with growing pauses (1 to 50 ms) for busy_ms. The error names
 * the file, the value, what the file means and, where it is known, since which kernel it is there.
 * -EINTR: *stop was set.
 */
int dt_damon_sysfs_put(struct dt_damon_sysfs *sysfs, const char *path, const char *value,
		       struct dt_error *error);

/* Is there such a file or directory now? */
bool dt_damon_sysfs_has(const struct dt_damon_sysfs *sysfs, const char *path);

/* ---- kdamonds ------------------------------------------------------------------------------- */

/* A word for K/state: "on", "off", "commit", "commit_schemes_quota_goals", "update_..." */
int dt_damon_sysfs_command(struct dt_damon_sysfs *sysfs, unsigned kdamond, const char *word,
			   struct dt_error *error);

/* *pid: of its thread; 0: it does not run. */
int dt_damon_sysfs_running(const struct dt_damon_sysfs *sysfs, unsigned kdamond, int32_t *pid,
			   struct dt_error *error);

/* ---- many writes ---------------------------------------------------------------------------- */

struct dt_damon_write {
	char path[DT_DAMON_PATH];
	char *value; /* owned by the plan */
};

/* Writes in the order in which they are to be made. */
struct dt_damon_plan {
	size_t nr, room;
	struct dt_damon_write *writes;
	size_t nr_skeleton; /* the first of them make kdamonds, contexts and schemes */
};

/*
 * The writes that make the kernel's tree like `wanted`. Everything that makes directories (nr_*)
 * comes first, kdamonds, contexts and schemes before the rest; then the values. What is no
 * configuration (state, pid, statistics) is left out.
 *
 * current: the tree as it stands: only what differs is written, and below a nr_* that differs
 * everything; NULL: all is written. 0 or -ENOMEM. Clear *plan in any case.
 */
int dt_damon_plan_make(struct dt_damon_plan *plan, const struct dt_damon_node *wanted,
		       const struct dt_damon_node *current, struct dt_error *error);
/* Add one more write at the end. 0 or -ENOMEM. */
int dt_damon_plan_add(struct dt_damon_plan *plan, const char *path, const char *value);
void dt_damon_plan_clear(struct dt_damon_plan *plan);

/*
 * Make the writes from number `from` up to, but not with, `to`. *done (may be NULL): how many were
 * made. Ends with the first that fails.
 */
int dt_damon_plan_run(struct dt_damon_sysfs *sysfs, const struct dt_damon_plan *plan, size_t from,
		      size_t to, size_t *done, struct dt_error *error);

/*
 * The same writes as a POSIX shell script. root: the value of its variable `damon`, ".../kdamonds".
 * comment: lines for its head, each without a newline, ends with NULL; or NULL.
 */
void dt_damon_plan_script(FILE *out, const struct dt_damon_plan *plan, const char *root,
			  const char *const *comment);

/*
 * All writes of a plan and then a command, or nothing: when one of them fails, the files that were
 * written get their earlier texts back, and the command is given again so that the kernel has them
 * too. For changes of a running kdamond ("commit_schemes_quota_goals"). A failure to go back is
 * told in the hint.
 */
int dt_damon_sysfs_transaction(struct dt_damon_sysfs *sysfs, const struct dt_damon_plan *plan,
			       unsigned kdamond, const char *command, struct dt_error *error);

/* ---- what is known of files ----------------------------------------------------------------- */

enum dt_damon_kind {
	DT_DAMON_SETTING, /* configuration */
	DT_DAMON_COUNT,	  /* nr_*: how many directories stand beside it; writing makes them anew */
	DT_DAMON_COMMAND, /* state */
	DT_DAMON_RESULT,  /* written by the kernel */
};

struct dt_damon_file {
	const char *pattern; /* last parts of the path, N for a number: "goals/N/nid" */
	enum dt_damon_kind kind;
	const char *meaning; /* with unit and possible values */
	const char *since;   /* the kernel that brought it, "6.17", or what else it takes */
	/* What it holds when its directory was just made; NULL: it is written in any case. */
	const char *initial;
};

/* NULL: this version does not know the file. */
const struct dt_damon_file *dt_damon_file_find(const char *path);

#endif
