#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tarball of the source, and Debian's package that is built out of it: reproducible, clean for
# lintian, complete, and of use when it is unpacked.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
unset DAMON_TRACE_PLUGIN TRACEEVENT_PLUGIN_DIR

version=$(sed -n 's/^VERSION := //p' Makefile)
name=damon-trace-$version

# ---- the tarball

make_quietly() {
	if make --no-print-directory "$@" >"$OUT" 2>&1; then
		pass "make $1"
	else
		fail "make $1" "$(tail -n 30 "$OUT")"
	fi
}

make_quietly dist BUILD="$TMP"
tar -xJf "$TMP/$name.tar.xz" -C "$TMP"
if [ -e .git ]; then
	first=$(sha256sum <"$TMP/$name.tar.xz")
	sleep 1 # a time of day in it would be another
	tools/dist "$version" "$TMP" 2>"$ERR"
	same "twice the same bytes" "$first" "$(sha256sum <"$TMP/$name.tar.xz")"
	same "every file that is committed" "" "$(diff <(git ls-tree -r --name-only HEAD | sort) \
		<(cd "$TMP/$name" && find . ! -type d -printf '%P\n' | sort))"
else
	skip "twice the same bytes" "this is no checkout"
	skip "every file that is committed" "this is no checkout"
fi
# Without Git too, as from a tarball; what was built there stays out.
mkdir "$TMP/$name/build" "$TMP/out"
touch "$TMP/$name/build/damon-trace"
"$TMP/$name/tools/dist" "$version" "$TMP/$name/build"
mv "$TMP/$name/build/$name.tar.xz" "$TMP/out/first"
rm -r "$TMP/$name/build"
"$TMP/$name/tools/dist" "$version" "$TMP/out"
same "out of a tarball, the same twice" "$(sha256sum <"$TMP/out/first")" \
	"$(sha256sum <"$TMP/out/$name.tar.xz")"
members() {
	tar -tf "$1" | sort
}
same "out of a tarball, all of it" "" \
	"$(diff <(members "$TMP/$name.tar.xz") <(members "$TMP/out/first"))"

# ---- Debian's package

if ! why=$(tools/deb --check 2>&1); then
	skip "Debian's package" "$why"
	done_testing
	exit
fi
same "the changelog has the Makefile's version" "$version" \
	"$(sed -n '1s/^damon-trace (\(.*\)).*/\1/p' debian/changelog)"
make_quietly deb BUILD="$TMP"
deb=$(find "$TMP/deb" -name "damon-trace_${version}_*.deb")
[ -n "$deb" ] || {
	fail "a package" "none below $TMP/deb"
	done_testing
	exit
}
same "the package's version" "$version" "$(dpkg-deb -f "$deb" Version)"
if command -v lintian >/dev/null; then
	if lintian --allow-root --fail-on error,warning "$TMP"/deb/*.changes >"$OUT" 2>&1; then
		pass "lintian finds no error and no warning"
	else
		fail "lintian finds no error and no warning" "$(cat "$OUT")"
	fi
else
	skip "lintian finds no error and no warning" "lintian is not installed"
fi

root=$TMP/root
dpkg-deb -x "$deb" "$root"
DAMON_TRACE=$root/usr/bin/damon-trace
check "--version" "--version" 0 "out:^damon-trace $version$"
check "a report" "report --goals $FIXTURES/temporal-steps-7.3.dat" 0 "out:REACHED +60 %"
for command in $("$DAMON_TRACE" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
	[ "$command" = help ] || pages+=("damon-trace-$command.1")
done
absent=()
for page in damon-trace.1 damon-trace-recording.5 "${pages[@]}"; do
	gzip -dc "$root/usr/share/man/man${page##*.}/$page.gz" 2>/dev/null | grep -q '^\.TH ' ||
		absent+=("$page")
done
same "a page of the manual for every command" "" "${absent[*]}"
same "bash's completion" "complete -F _damon_trace damon-trace" \
	"$(bash -c '. "$1" && complete -p damon-trace' _ \
		"$root/usr/share/bash-completion/completions/damon-trace")"
same "no directory of the build in what is built" "" \
	"$(grep -rl -e "$TMP" -e "$PWD" "$root/usr/bin" "$root/usr/lib")"

plugins=$(dirname "$(find "$root/usr/lib" -name plugin_damon.so)")
same "the plugin is where libtraceevent looks" \
	"$(pkg-config --variable=libdir libtraceevent)/traceevent/plugins" "${plugins#"$root"}"
if have_peer trace-cmd; then
	# -N: those of the machine, where this one may be installed, are not loaded
	goals() {
		trace-cmd report "$@" -F damos_node_eligible_mem_bp \
			-i "$FIXTURES/temporal-steps-7.3.dat" 2>"$ERR" | grep -c '% of eligible, target'
	}
	same "trace-cmd does not speak so by itself" 0 "$(goals -N)"
	same "trace-cmd finds the plugin" 230 "$(TRACEEVENT_PLUGIN_DIR=$plugins goals)"
else
	skip_peer "trace-cmd finds the plugin" trace-cmd
fi

# What either puts there, but for what Debian's packages have besides.
make --no-print-directory BUILD="$TEST_BUILD" install DESTDIR="$TMP/installed" prefix=/usr \
	>"$OUT" 2>&1 || fail "make install" "$(tail -n 30 "$OUT")"
files() {
	(cd "$1" && find . ! -type d -printf '%P %m\n' | sed 's/\(\.[1-8]\)\.gz /\1 /' |
		grep -v -E '^usr/share/doc/damon-trace/(copyright|changelog\.gz) ' | sort)
}
same "the files and modes of make install" "" \
	"$(diff <(files "$TMP/installed") <(files "$root"))"
done_testing
