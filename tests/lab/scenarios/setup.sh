# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The hot set begins on the far node; damon-trace sets PULL and PUSH up by itself, tells what it set
# up, and stops it. Then its shell script does the same by hand, and is somebody else's.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

pull_push=near=0,far=1,target=60%

# tree NAME: every file that can be read, with its text, in /out/NAME.
tree() {
	find $kdamonds -type f | sort | while read -r file; do
		echo "${file#"$kdamonds/"} $(cat "$file" 2>/dev/null)"
	done >"/out/$1.tree"
}

# try NAME ARGUMENTS...: run damon-trace, and keep what it says and its exit status in /out/NAME.*
try() {
	name=$1
	shift
	damon-trace "$@" >"/out/$name.out" 2>"/out/$name.err"
	echo $? >"/out/$name.status"
}

tree before
try script setup --pull-push $pull_push --dry-run
tree untouched

workload far_set 150 160 1
busy 2
try setup setup --pull-push $pull_push
tree set
record goals --no-samples
goal_is 6000
sleep 40
uptime_seconds >/out/heard.from
try json status --json
uptime_seconds >/out/heard.to
goal_is end
record_end INT
try status status
try silent status --json --wait 0
ls /sys/kernel/tracing/instances >/out/instances
try update status --update --json
try again setup --pull-push near=0,far=1,target=80%
try changed status --json
try stop stop
tree after
ls /run/damon-trace >/out/left

# by hand: the same tree, which is not ours
sh /out/script.out 2>/out/by-hand.err
echo $? >/out/by-hand.status
tree by-hand
try foreign-setup setup --pull-push $pull_push
try foreign-stop stop
try foreign-named stop 0
try foreign-status status --json
try taken stop --take-over 0
tree end
kill "$workload"
