# SPDX-License-Identifier: GPL-2.0-only
#
# The commands of the blocks "```sh WHERE" of a text, a line each (awk -v where=WHERE): one that ends
# with \ or && goes on in the next.
/^```/ {
	ours = $0 == "```sh " where
	next
}
ours {
	sub(/^ +/, "")
	line = line $0
	if (sub(/\\$/, "", line))
		next
	if (line ~ /&&$/) {
		line = line " "
		next
	}
	print line
	line = ""
}
