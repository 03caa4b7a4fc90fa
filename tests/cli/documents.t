#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What README.md and doc/ tell to type exists: every command and every long option of each
# "damon-trace ..." in blocks and between backquotes is in the program's own help.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

# calls FILE: a line for each call: its line in the text, the command, its long options. What follows
# a bare -- belongs to another program, or is another call.
calls() {
	python3 - "$1" <<'PYTHON'
import re, shlex, sys

def pieces(text):
    """(line, code): blocks, fenced or indented, whose lines may go on in the next; backquotes."""
    fenced, number, code, begun = False, 0, "", 0
    prose, prose_at = "", 0
    for number, line in enumerate(text.split("\n") + [""], 1):
        fence = line.lstrip().startswith("```")
        block = fenced or line.startswith("    ")
        if fence or not line.strip() or block:
            for quoted in re.finditer(r"`([^`]+)`", prose):
                yield prose_at + prose[:quoted.start()].count("\n"), quoted[1].replace("\n", " ")
            prose = ""
        if fence:
            fenced = not fenced
        elif block:
            begun = begun if code else number
            code += line.strip().rstrip("\\") + " "
            if not line.endswith("\\") and not line.endswith("&&"):
                yield begun, code
                code = ""
        elif line.strip():
            prose_at = prose_at if prose else number
            prose += line + "\n"

def words(code):
    lexer = shlex.shlex(code, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:  # an apostrophe in an output
        return code.split()

with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
for line, code in pieces(text):
    here = None
    for word in words(code):
        if word in ("damon-trace", "build/damon-trace", "$"):
            if here:
                print(*here)
            here = [line] if word != "$" else None
        elif re.fullmatch(r"[|&;<>()]+", word) and not set(word) <= set("<>"):
            if here:
                print(*here)
            here = None
        elif here and len(here) == 1:
            # "damon-trace: ..." and sentences are no calls
            if re.fullmatch(r"[a-z]+", word):
                here.append(word)
            else:
                here = None
        elif here and word == "--":
            print(*here)
            here = None
        elif here and word.startswith("--"):
            here.append(re.match(r"--[a-z-]*", word)[0])
    if here and len(here) > 1:
        print(*here)
PYTHON
}

for command in $("$DAMON_TRACE" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
	[ "$command" != help ] || continue
	"$DAMON_TRACE" "$command" --help |
		sed -n '/^Example/q; s/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p' >"$TMP/help.$command"
done

: >"$TMP/help.help"

# A text of its own shows that the check can fail, and what it looks at.
cat >"$TMP/text.md" <<'TEXT'
See `damon-trace report
--heatmap`, and:

    damon-trace record -d 3 --no-such -- other --its-own && damon-trace status --json

```
damon-trace check \
    -x 'a b' --tap >file | damon-trace export --to=csv
```
TEXT
same "calls are found where they stand" "1 report --heatmap
4 record --no-such
4 status --json
7 check --tap
7 export --to" "$(calls "$TMP/text.md")"

for text in README.md doc/*.md; do
	calls "$text" >"$TMP/calls"
	unknown=
	while read -r line command options; do
		if [ ! -e "$TMP/help.$command" ]; then
			unknown+="line $line: no command '$command'"$'\n'
			continue
		fi
		for option in $options; do
			grep -q -x -e "$option" "$TMP/help.$command" ||
				unknown+="line $line: $command has no $option"$'\n'
		done
	done <"$TMP/calls"
	same "$text: $(wc -l <"$TMP/calls") calls, of what there is" "" "$unknown"
done

done_testing
