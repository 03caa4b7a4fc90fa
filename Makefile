# SPDX-License-Identifier: GPL-2.0-only
#
# One Makefile for all rooms: a new .c file in a room is found by itself, and nothing but 'make
# setup' (which demo, check and .ci/run call) touches the network. 'make help' lists the targets.

# The program's version; nothing else states it.
VERSION := 0.1.0

# ---- what the user may set -------------------------------------------------------------------

ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
prefix ?= /usr/local
bindir ?= $(prefix)/bin
mandir ?= $(prefix)/share/man
# Ready configurations for setup.
sharedir ?= $(prefix)/share/damon-trace
completiondir ?= $(prefix)/share/bash-completion/completions
docdir ?= $(prefix)/share/doc/damon-trace
# Where libtraceevent looks for plugins. One for the whole system goes to the place that the library
# was built for, whatever its prefix; a prefix of the user's own is not looked at by it.
plugindir ?= $(if $(filter /usr /usr/local,$(prefix)),$(SYSTEM_PLUGINS),$(prefix)/lib/traceevent/plugins)
user_plugindir ?= $(HOME)/.local/lib/traceevent/plugins
# Everything that is made goes below this directory.
BUILD ?= build
# libperf, where no package brings it: tools/setup builds it there once, for every BUILD; make clean
# leaves it, distclean does not.
LIBPERF ?= build-deps/libperf
# Sanitizers to build with, for instance address,undefined.
SANITIZE ?=
# Seconds that 'make fuzz' spends on each target.
FUZZ_SECONDS ?= 600
# What 'make setup' prepares for: build, demo, check, ci or lab (tools/setup --help).
PROFILE ?= demo
# Scenarios that 'make lab' runs; empty: all.
LAB ?=

export CC LIBPERF

# ---- flags -----------------------------------------------------------------------------------

ROOMS := cli collector readers analyzers render exporters control support
LIBRARIES := libzstd zlib libtracefs libtraceevent libbpf jansson yaml-0.1 gsl libelf

# The place that libtraceevent was built to look at.
SYSTEM_PLUGINS = $(shell $(PKG_CONFIG) --variable=libdir libtraceevent)/traceevent/plugins

# These goals prepare the machine themselves or compile nothing in this make.
NO_BUILD := help setup demo check check-live check-package dist deb lab lab-shell \
	tutorial-pictures asan fuzz bench clean distclean uninstall \
	uninstall-user
ifneq ($(filter-out $(NO_BUILD),$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell tools/setup --check build >&2 && echo complete),complete)
$(error this machine lacks what is named above)
endif
SYSTEM_PLUGINS := $(shell $(PKG_CONFIG) --variable=libdir libtraceevent)/traceevent/plugins
DEP_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBRARIES))
DEP_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBRARIES))
ifneq ($(wildcard $(LIBPERF)/lib/libperf.a),)
DEP_CFLAGS += -isystem $(LIBPERF)/include
DEP_LIBS := $(LIBPERF)/lib/libperf.a $(LIBPERF)/lib/libapi.a $(DEP_LIBS)
else
DEP_CFLAGS += $(shell $(PKG_CONFIG) --cflags libperf)
DEP_LIBS += $(shell $(PKG_CONFIG) --libs libperf)
endif
TEST_CFLAGS = $(shell $(PKG_CONFIG) --cflags cmocka)
TEST_LIBS = $(shell $(PKG_CONFIG) --libs cmocka)
endif

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2
ifneq ($(filter true,$(CI))$(filter 1,$(WERROR)),)
WARNINGS += -Werror
endif
DT_CPPFLAGS = -D_GNU_SOURCE -DDT_VERSION='"$(VERSION)"' \
	-DDT_SYSTEM_PLUGINS='"$(SYSTEM_PLUGINS)"' -I. -Iinclude $(DEP_CFLAGS) $(CPPFLAGS)
DT_CFLAGS = -std=c11 $(WARNINGS) -pthread $(CFLAGS)
DT_LDFLAGS = -pthread $(LDFLAGS)
DT_LIBS = $(DEP_LIBS) -lm $(LDLIBS)
ifneq ($(SANITIZE),)
SANITIZE_FLAGS := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
DT_CFLAGS += $(SANITIZE_FLAGS)
DT_LDFLAGS += $(SANITIZE_FLAGS)
endif

ifeq ($(V),1)
Q :=
say := @:
else
Q := @
say = @printf '  %-7s %s\n'
endif

# A -j of the user's is kept; without one, the goals that run a whole suite use every core.
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
SUBMAKE = +@$(MAKE) --no-print-directory $(JOBS)

# ---- files -----------------------------------------------------------------------------------

OBJ := $(BUILD)/obj
LIB := $(BUILD)/libdamon-trace.a
PROGRAM := $(BUILD)/damon-trace
# Alone in its directory, as every file there is loaded as a plugin.
PLUGIN := $(BUILD)/plugins/plugin_damon.so
TEST_LIB := $(BUILD)/libtests.a

LIB_SOURCES := $(filter-out cli/main.c,$(foreach room,$(ROOMS),$(wildcard $(room)/*.c)))
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(OBJ)/%.o)

# In tests/tools, gen_*.c are programs; the rest is linked with them and with the unit tests.
UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
GEN_SOURCES := $(wildcard tests/tools/gen_*.c)
TEST_LIB_SOURCES := $(filter-out $(UNIT_SOURCES) $(GEN_SOURCES),\
	$(wildcard tests/unit/*.c tests/tools/*.c))
TEST_LIB_OBJECTS := $(TEST_LIB_SOURCES:%.c=$(OBJ)/%.o)
UNIT_PROGRAMS := $(UNIT_SOURCES:%.c=$(BUILD)/%)
GEN_PROGRAMS := $(GEN_SOURCES:%.c=$(BUILD)/%)
# The same program above a kernel of the tests: its files take the place of the archive's.
FAKE_PROGRAM := $(BUILD)/tests/fake/damon-trace
FAKE_SOURCES := $(wildcard tests/fake/*.c)
FUZZERS := $(addprefix $(BUILD)/,fuzz_trace_dat fuzz_perf_data fuzz_text fuzz_decoder \
	fuzz_expression fuzz_perf_log fuzz_damo fuzz_slice)

SCRIPTS := $(wildcard tools/* share/bash-completion/* .ci/* tests/counts.sh tests/run-tests tests/run-suite tests/cli/run-one \
	tests/tools/ibs_by_perf tests/tools/fetch_damo \
	tests/cli/*.sh tests/cli/*.t tests/live/*.sh tests/live/*.t tests/package/*.t \
	tests/fuzz/*.sh bench/*.sh tests/lab/fetch tests/lab/initramfs tests/lab/run \
	tests/lab/lib.sh $(filter-out %.awk,$(wildcard tests/lab/guest/*)) \
	tests/lab/scenarios/*)
# Made from what the program says of itself, and so only once it is there.
MAN := $(BUILD)/man
COMPLETION := share/bash-completion/damon-trace
SHARE_FILES := $(wildcard share/*.yaml)
# Below one directory as they are here, since they refer to each other.
DOC_FILES := README.md $(wildcard doc/*.md doc/*.png)
# What the build of a package tests besides the units: short, and held against no peer.
QUICK_TESTS := usage manual json event host

ALL_SOURCES := $(LIB_SOURCES) cli/main.c $(wildcard plugins/*.c) $(UNIT_SOURCES) $(GEN_SOURCES) \
	$(TEST_LIB_SOURCES) $(FAKE_SOURCES) $(wildcard tests/fuzz/*.c tests/lab/workloads/*.c)

# ---- building --------------------------------------------------------------------------------

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all setup demo check check-quick check-live check-package dist deb lab lab-shell \
	tutorial-pictures tests gen fuzzers install uninstall lint asan fuzz \
	install-user uninstall-user \
	bench clean distclean help FORCE

all: $(PROGRAM) $(PLUGIN) $(MAN)/made ## build damon-trace, its plugin and manual (the default)

$(MAN)/made: $(PROGRAM) tools/make-man doc/recording.md
	$(say) MAN $(@D)
	@rm -rf $(@D)
	$(Q)tools/make-man $(PROGRAM) $(@D) doc/recording.md && touch $@

# A file whose content is the text of $(1): what depends on it is remade when the text changes.
quoted = '$(subst ','\'',$(1))'
define stamp
	@mkdir -p $(@D)
	@printf '%s\n' $(call quoted,$(1)) | cmp -s - $@ || printf '%s\n' $(call quoted,$(1)) >$@
endef

FLAGS_TEXT := $(CC) $(DT_CPPFLAGS) $(DT_CFLAGS) $(DT_LDFLAGS) $(DT_LIBS)
$(BUILD)/flags: FORCE
	$(call stamp,$(FLAGS_TEXT))

# A source that was removed must leave the archives too.
$(BUILD)/members: FORCE
	$(call stamp,$(LIB_OBJECTS) $(TEST_LIB_OBJECTS))

$(OBJ)/%.o: %.c $(BUILD)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(DT_CPPFLAGS) $(DT_CFLAGS) -MMD -MP -c -o $@ $<

# cmocka's flags are asked for only where a test is compiled.
$(OBJ)/tests/unit/%.o: DT_CPPFLAGS += $(TEST_CFLAGS)

# Made anew beside its place, so that no member of old stays and nobody links half of it.
define archive
	$(say) AR $@
	@rm -f $@.new
	$(Q)$(AR) rcs $@.new $(filter %.o,$^) && mv -f $@.new $@
endef

$(LIB): $(LIB_OBJECTS) $(BUILD)/members
	$(archive)

$(TEST_LIB): $(TEST_LIB_OBJECTS) $(BUILD)/members
	$(archive)

define link
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(DT_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(1) $(DT_LIBS)
endef

$(PROGRAM): $(OBJ)/cli/main.o $(LIB)
	$(call link)

$(FAKE_PROGRAM): $(OBJ)/cli/main.o $(FAKE_SOURCES:%.c=$(OBJ)/%.o) $(TEST_LIB) $(LIB)
	$(call link)

# Into programs that know nothing of sanitizers: it is built without. What it calls of libtraceevent
# is theirs: some bring their own copy.
$(PLUGIN): $(wildcard plugins/*.[ch]) $(BUILD)/flags
	$(say) PLUGIN $@
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -I. $(shell $(PKG_CONFIG) --cflags libtraceevent) $(CPPFLAGS) -std=c11 \
		$(WARNINGS) $(CFLAGS) -fPIC -fvisibility=hidden -shared $(LDFLAGS) -o $@ \
		$(filter %.c,$^)

$(UNIT_PROGRAMS): $(BUILD)/%: $(OBJ)/%.o $(TEST_LIB) $(LIB)
	$(call link,$(TEST_LIBS))

$(GEN_PROGRAMS): $(BUILD)/%: $(OBJ)/%.o $(TEST_LIB) $(LIB)
	$(call link)

# One harness for all formats: each target lets only its own format through.
$(OBJ)/tests/fuzz/trace_dat.o: DT_CPPFLAGS += -DDT_FUZZ_KIND='"trace.dat"'
$(OBJ)/tests/fuzz/perf_data.o: DT_CPPFLAGS += -DDT_FUZZ_KIND='"perf.data"'
$(OBJ)/tests/fuzz/text.o: DT_CPPFLAGS += -DDT_FUZZ_KIND='"text"'
$(OBJ)/tests/fuzz/damo.o: DT_CPPFLAGS += -DDT_FUZZ_KIND='"damo"'
$(addprefix $(OBJ)/tests/fuzz/,trace_dat.o perf_data.o text.o damo.o): tests/fuzz/fuzz_reader.c \
		$(BUILD)/flags
	$(say) CC "$< ($(basename $(@F)))"
	@mkdir -p $(@D)
	$(Q)$(CC) $(DT_CPPFLAGS) $(DT_CFLAGS) -MMD -MP -c -o $@ $<
$(addprefix $(OBJ)/tests/fuzz/,decoder.o expression.o perf_log.o slice.o): $(OBJ)/tests/fuzz/%.o: \
		tests/fuzz/fuzz_%.c $(BUILD)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(DT_CPPFLAGS) $(DT_CFLAGS) -MMD -MP -c -o $@ $<

$(FUZZERS): $(BUILD)/fuzz_%: $(OBJ)/tests/fuzz/%.o $(LIB)
	$(say) LINK $@
	$(Q)$(CC) $(DT_LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o %.a,$^) $(DT_LIBS)

# Its plugin is linked in, with the sanitizers that the loaded one cannot have.
$(BUILD)/tests/unit/test_plugin: $(patsubst %.c,$(OBJ)/%.o,$(wildcard plugins/*.c))

tests: $(PROGRAM) $(PLUGIN) $(MAN)/made $(UNIT_PROGRAMS) $(GEN_PROGRAMS) $(FAKE_PROGRAM) ## build the tests without running them
gen: $(GEN_PROGRAMS) ## build the generators of test recordings
fuzzers: $(FUZZERS)

-include $(wildcard $(OBJ)/*/*.d $(OBJ)/*/*/*.d)

# ---- the two commands of a newcomer, and the rest --------------------------------------------

setup: ## install what this machine lacks (PROFILE=build|demo|check|ci|lab)
	@tools/setup $(PROFILE)

demo: ## show where the heat of the bundled recordings is
	@tools/setup demo
	$(SUBMAKE) all
	@tools/demo $(BUILD)

check: ## run every test that needs neither root nor a special kernel
	@tools/setup check
	$(SUBMAKE) tests
	@tests/run-tests $(BUILD)

check-quick: tests ## run the short ones of them; installs nothing
	@tests/run-tests $(BUILD) $(QUICK_TESTS)

check-live: ## record the running kernel's DAMON (reads it only; skips where none runs)
	@tools/setup check
	$(SUBMAKE) all gen tests
	@tests/run-suite live $(BUILD)

# A package's build is longer than a test may be.
check-package: ## build the tarball and Debian's package, and look at what is in it
	$(SUBMAKE) all
	@TEST_TIMEOUT=$${TEST_TIMEOUT:-3600} tests/run-suite package $(BUILD)

dist: ## the source as BUILD/damon-trace-VERSION.tar.xz
	@tools/dist $(VERSION) $(BUILD)

deb: dist ## Debian's packages in BUILD/deb/
	@tools/deb $(VERSION) $(BUILD)

# What cannot be installed makes the lab skip, not fail.
lab: ## boot a real DAMON kernel with two nodes and record there (LAB="SCENARIO...")
	@tools/setup lab || true
	$(SUBMAKE) all
	@DAMON_TRACE=$(abspath $(PROGRAM)) tests/lab/run $(LAB)

lab-shell: ## a shell on that kernel; what is in /out at its exit comes to lab-out/
	@tools/setup lab || true
	$(SUBMAKE) all
	@DAMON_TRACE=$(abspath $(PROGRAM)) tests/lab/run --shell lab-out

tutorial-pictures: ## draw the pictures of doc/tutorial.md anew, from its scenario in the lab
	@tools/setup lab || true
	$(SUBMAKE) all
	@DAMON_TRACE=$(abspath $(PROGRAM)) tests/lab/run --keep $(BUILD)/lab tutorial
	@cp $(BUILD)/lab/tutorial/results/*.png doc/

asan: ## run the whole suite under ASan and UBSan
	@tools/setup --check check
	$(SUBMAKE) BUILD=$(BUILD)/asan SANITIZE=address,undefined tests
	@tests/run-tests $(BUILD)/asan

fuzz: ## fuzz every reader for FUZZ_SECONDS (600) each
	@tools/setup --check ci
	$(SUBMAKE) BUILD=$(BUILD)/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined fuzzers
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run.sh $(BUILD)/fuzz

bench: ## measure against the peers
	$(SUBMAKE) all gen
	@for bench in bench/*.sh; do BUILD=$(BUILD) "$$bench" || exit 1; done

lint: ## clang-format, clang-tidy, cppcheck and shellcheck, each clean
	@tools/setup --check ci
	@LINT_FLAGS="-std=c11 $(subst ",\",$(DT_CPPFLAGS)) $(TEST_CFLAGS)" tools/lint \
		$(ALL_SOURCES) -- $(SCRIPTS)

install: all ## install into prefix (/usr/local), below DESTDIR
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(bindir)/damon-trace
	install -D -m 644 $(PLUGIN) $(DESTDIR)$(plugindir)/$(notdir $(PLUGIN))
	@[ '$(plugindir)' = '$(SYSTEM_PLUGINS)' ] || \
		echo 'trace-cmd and perf find the plugin with TRACEEVENT_PLUGIN_DIR=$(plugindir)'
	install -D -m 644 $(COMPLETION) $(DESTDIR)$(completiondir)/damon-trace
	@set -e; for page in $(MAN)/*.[1-8]; do \
		install -D -m 644 $$page $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/}; done
	@set -e; for file in $(SHARE_FILES); do \
		install -D -m 644 $$file $(DESTDIR)$(sharedir)/$${file##*/}; done
	@set -e; for file in $(DOC_FILES); do \
		install -D -m 644 $$file $(DESTDIR)$(docdir)/$$file; done

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(bindir)/damon-trace $(DESTDIR)$(plugindir)/$(notdir $(PLUGIN))
	rm -f $(DESTDIR)$(completiondir)/damon-trace
	rm -f $(addprefix $(DESTDIR)$(mandir)/man,1/damon-trace.1 1/damon-trace-*.1 5/damon-trace-*.5)
	@set -e; for file in $(SHARE_FILES); do rm -f $(DESTDIR)$(sharedir)/$${file##*/}; done
	rm -f $(addprefix $(DESTDIR)$(docdir)/,$(DOC_FILES))

# Debian's perf, which has its own libtraceevent, finds it only there.
install-user: $(PLUGIN) ## install the plugin for trace-cmd and perf below ~/.local
	install -D -m 644 $(PLUGIN) $(DESTDIR)$(user_plugindir)/$(notdir $(PLUGIN))

uninstall-user: ## remove it there
	rm -f $(DESTDIR)$(user_plugindir)/$(notdir $(PLUGIN))

clean: ## remove what was built
	rm -rf $(BUILD)

distclean: clean ## the same, and what editors generate; recordings are never removed
	rm -f compile_commands.json tags
	rm -rf build-deps

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile
	@echo 'Variables: CC CFLAGS LDFLAGS prefix DESTDIR BUILD V=1 WERROR=1 FUZZ_SECONDS PROFILE LAB LIBPERF'
