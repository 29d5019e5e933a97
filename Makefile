# make help lists the targets. CONTRIBUTING.md says which of them a change needs.
#
# CC, AR, PKG_CONFIG, CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS belong to the user, on the command
# line, in the environment or in config.mk: what they hold comes after our own flags.

ifneq ($(filter 3.%,$(MAKE_VERSION)),)
$(error this Makefile needs GNU make 4 (gmake on macOS and BSD), not $(MAKE_VERSION))
endif

PREFIX	?= /usr/local
PKG_CONFIG ?= pkg-config
comma	:= ,
O	:= build$(if $(SAN),-$(subst $(comma),-,$(SAN)))
SYSTEM	:= $(shell uname -s)
# prof-record needs perf_event_open(2), which only Linux has.
RECORD	?= $(if $(filter Linux,$(SYSTEM)),yes,no)
# "prof-fold --symbolize" needs elfutils, which macOS has not.
ELFUTILS ?= $(if $(filter Darwin,$(SYSTEM)),no,yes)
# prof-listen needs epoll and signalfd of Linux, and libmicrohttpd, whose TLS is that of GnuTLS.
LISTEN	?= $(if $(filter Linux,$(SYSTEM)),yes,no)
-include config.mk

# Flags. What pkg-config says is asked for once, by the first recipe that needs it, so that
# "make deps" and "make help" work without any library.
PACKAGES := libzstd libdeflate zlib liblzma yajl expat libpcre2-8 libxxhash libprotobuf-c \
	   $(if $(filter no,$(ELFUTILS)),,libelf libdw) $(if $(filter no,$(LISTEN)),,libmicrohttpd gnutls)
OPTIONAL := libseccomp libbpf
# Loaded by the commands that reach a server, when they do (lib/http/curl_library.h).
LOADED	:= libcurl
ask	= $(shell $(PKG_CONFIG) $(1) $(PACKAGES) $(found))$(if $(filter 0,$(.SHELLSTATUS)),,$(error \
	  libraries are missing, or $(PKG_CONFIG) is: "make deps" installs them))
once	= $(eval $(1) := $(2))$($(1))
found	= $(call once,found,$(shell for p in $(OPTIONAL); do $(PKG_CONFIG) --exists $$p && echo $$p; done))
# A program for the kernel, as far as there is a compiler for those: prof-record loads it.
bpf_compilers = clang -target bpf -O2|bpf-gcc -O1 -gbtf -fno-tree-loop-distribute-patterns
bpf_include = -idirafter /usr/include $(foreach m,$(shell $(CC) -print-multiarch 2>/dev/null), \
	  -idirafter /usr/include/$m -idirafter /usr/$m/include)
bpf_compile = $(call once,bpf_compile,$(shell echo '$(bpf_compilers)' | tr '|' '\n' | while read -r c; \
	  do c="$$c $(bpf_include)"; echo | $$c -include linux/bpf.h -x c -c -o /dev/null - 2>/dev/null && \
	  echo "$$c" && break; done))
BPF	= $(O)/lib/interp/interpreters.bpf.o
# Where headers lie in a folder of the system's, "make cross" must find its own ones first.
package_cflags = $(call once,package_cflags,$(call ask,--cflags) \
	$(patsubst -I%,-idirafter %,$(call ask,--cflags $(LOADED))) \
	$(if $(filter libseccomp,$(found)),-DHAVE_SECCOMP) \
	$(if $(and $(filter libbpf,$(found)),$(bpf_compile)),-DHAVE_BPF='"$(BPF)"' \
		$(if $(findstring bpf-gcc,$(bpf_compile)),-DBPF_BY_GCC)))
package_libs = $(call once,package_libs,$(call ask,--libs))

OPT	?= $(if $(SAN),-O1,-O2) -g
WARN	:= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
	   -Wvla -Wno-missing-field-initializers $(if $(WERROR),-Werror)
FORTIFY	:= $(if $(SAN)$(filter -O0,$(OPT) $(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
HARDEN	:= $(FORTIFY) -fstack-protector-strong -fPIE
SANFLAG	:= $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# Debugging information and __FILE__ do not depend on where the source lies.
PATHS	:= -ffile-prefix-map=$(CURDIR)=.
RELRO	:= $(if $(filter Darwin,$(SYSTEM)),,-pie -Wl,-z,relro,-z,now -Wl,--as-needed)

cppflags = -D_GNU_SOURCE -Ilib -I. -I$(O) -I$(O)/proto $(package_cflags) \
	  $(if $(filter no,$(ELFUTILS)),-DWITHOUT_ELFUTILS) \
	  $(if $(strip $(ABSENT)),-DWITHOUT_PERF) $(CPPFLAGS)
cflags	= -std=gnu11 $(OPT) $(WARN) $(HARDEN) $(SANFLAG) $(PATHS) $(CFLAGS)
ldflags	= $(RELRO) $(SANFLAG) $(LDFLAGS)
ldlibs	= -pthread $(package_libs) -liberty -lm $(if $(filter Linux,$(SYSTEM)),-ldl) $(LDLIBS)

# Code of other processes has no sanitizers, and no stack protector in five instructions.
hook_flags = -std=gnu11 -D_GNU_SOURCE -Ilib $(OPT) $(WARN) $(FORTIFY) -fPIC -fvisibility=hidden \
	  -fexceptions -fasynchronous-unwind-tables -fno-builtin-malloc -fno-builtin-calloc \
	  $(PATHS) $(CPPFLAGS) $(CFLAGS)

Q	:= $(if $(V),,@)
say	= $(if $(Q),@echo "  $(1)")
compile	= $(Q)mkdir -p $(@D) && $(CC) $(cppflags) $(cflags)
link	= $(Q)$(CC) $(cflags) $(1) $(ldflags) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(ldlibs)

# A program is a file cmd/prof-*.c; its parts lie in a folder of cmd/; other files are shared.
ABSENT	:= $(if $(filter no,$(RECORD)),record interp perf unwind) $(if $(filter no,$(ELFUTILS)),object symbol)
# A recording is read by the layers that record; without them it is only recognised.
RECORDING := $(if $(strip $(ABSENT)),lib/format/perf_data/perf_data_%)
SOURCES	:= $(filter-out lib/alloc/% $(ABSENT:%=lib/%/%) $(RECORDING) $(if $(filter record,$(ABSENT)),cmd/prof-record.c \
	   cmd/record/%) $(if $(filter no,$(LISTEN)),lib/listen/% cmd/prof-listen.c) %.bpf.c, \
	   $(wildcard cmd/*.c cmd/*/*.c lib/*/*.c lib/*/*/*.c))
OBJECTS	:= $(SOURCES:%.c=$(O)/%.o)
MAINS	:= $(filter $(O)/cmd/prof-%,$(OBJECTS))
PROTOS	:= $(wildcard lib/format/*/*.proto lib/remote/proto/*.proto)
PROTO	:= $(patsubst %.proto,$(O)/proto/%.pb-c,$(notdir $(PROTOS)))
LIB	:= $(filter-out $(MAINS),$(OBJECTS)) $(PROTO:=.o)
PROGS	:= $(MAINS:$(O)/cmd/%.o=%)

# What "prof-record --alloc" lets programs load: it runs in their processes, as they are.
PRELOAD	:= $(if $(filter record,$(ABSENT)),,$(O)/libprof-alloc.so)
HOOKS	:= $(patsubst %.c,$(O)/%.o,$(wildcard lib/alloc/*.c))

all: $(PROGS:%=$(O)/%) $(PRELOAD) ## build everything into build/

# unchanged TEXT: a recipe that writes TEXT to its target only when that changes something
quoted	= '$(subst ','\'',$(1))'
unchanged = $(Q)mkdir -p $(@D) && { printf '%s\n' $(call quoted,$(1)) | cmp -s - $@ || \
	printf '%s\n' $(call quoted,$(1)) >$@; }

# Everything is compiled anew when the flags change, and "make deps demo" installs first.
$(O)/flags: FORCE | $(filter deps deps-dev,$(MAKECMDGOALS))
	$(call unchanged,$(CC) $(cppflags) $(cflags) $(ldflags) $(ldlibs))
$(O)/members: FORCE
	$(call unchanged,$(LIB))

$(O)/libprof.a: $(LIB) $(O)/members
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(LIB)

$(PROGS:%=$(O)/%): $(O)/%: $(O)/cmd/%.o $(O)/libprof.a
	$(call say,LD    $@)
	$(call link)

$(HOOKS): $(O)/%.o: %.c $(O)/flags
	$(call say,CC    $<)
	$(Q)mkdir -p $(@D) && $(CC) $(hook_flags) -MMD -MP -c -o $@ $<
$(O)/libprof-alloc.so: $(HOOKS)
	$(call say,LD    $@)
	$(Q)$(CC) $(hook_flags) -shared -Wl,-Bsymbolic-functions,-z,relro,-z,now,-soname,$(@F) \
		$(LDFLAGS) -o $@ $(HOOKS)

$(O)/%.o: %.c $(O)/flags | $(O)/version.h
	$(call say,CC    $<)
	$(compile) $(if $(filter tests/%,$<),-Itests -I$(O)/tests/oracle) -MMD -MP -c -o $@ $<

# Messages that protobuf-c reads and writes.
vpath %.proto $(sort $(dir $(PROTOS)))
$(O)/proto/%.pb-c.c $(O)/proto/%.pb-c.h: %.proto | $(filter deps deps-dev,$(MAKECMDGOALS))
	$(Q)mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(@D) --proto_path=$(<D) $(<F)
$(PROTO:=.o): %.o: %.c $(PROTO:=.h) $(O)/flags
	$(compile) -w -c -o $@ $<
$(filter $(O)/lib/format/otlp/% $(O)/lib/remote/% $(O)/lib/source/% $(O)/lib/listen/% $(O)/cmd/%,$(OBJECTS)): | $(PROTO:=.h)

-include $(OBJECTS:.o=.d) $(HOOKS:.o=.d) $(wildcard $(O)/tests/*.d $(O)/tests/*/*.d)
$(O)/lib/view/assets.o: $(wildcard lib/view/*.css lib/view/*/*.css) $(O)/html_assets.h
$(O)/lib/view/html/html.o: $(O)/html_assets.h

# The script of a view is one: what both views have, then its parts in this order, and in a page a
# file for each tab. A page names the SHA-256 of its script, which no other has.
PICTURE_JS := lib/view/figures.js $(patsubst %,lib/view/picture/%.js,tree document state search boxes head tips menu keys start)
PAGE_JS	:= lib/view/figures.js $(patsubst %,lib/view/html/js/%.js,dom data model numbers state graphs chart parts \
	   table tabs) $(sort $(wildcard lib/view/html/js/tabs/*.js)) lib/view/html/js/start.js
script	= { echo '(() => {'; echo "'use strict';"; cat $(1); echo '})();'; } >$(2)
$(O)/html_assets.h: $(PICTURE_JS) $(PAGE_JS) Makefile
	$(Q)mkdir -p $(@D)
	$(Q)$(call script,$(PICTURE_JS),$(O)/picture.js)
	$(Q)$(call script,$(PAGE_JS),$(O)/page.js)
	$(Q)octal=$$({ sha256sum $(O)/page.js 2>/dev/null || shasum -a 256 $(O)/page.js; } | awk '{ \
		for (i = 1; i < 64; i += 2) { h = "0123456789abcdef"; \
			printf "\\%03o", 16 * (index(h, substr($$1, i, 1)) - 1) + \
				index(h, substr($$1, i + 1, 1)) - 1 } }') && \
	printf '#define %s "%s"\n' PICTURE_SCRIPT $(O)/picture.js HTML_SCRIPT $(O)/page.js \
		HTML_SCRIPT_SHA256 "$$(printf "$$octal" | base64)" >$@

$(O)/lib/record/interp/interp_program.o: $(BPF)
$(BPF): lib/interp/bpf/interpreters.bpf.c $(wildcard lib/interp/*.h lib/interp/*/*.h) $(O)/flags
	$(if $(bpf_compile),$(call say,BPF   $<))
	$(Q)mkdir -p $(@D) && $(or $(bpf_compile),:) -g -Wall -Wextra -Ilib -c $< -o $@ && touch $@

# Does everything compile for aarch64, too? (Its stacks: tests/unit/unwind_aarch64.c.)
objects: $(OBJECTS) $(HOOKS)
# What nobody runs is not optimized: that is most of a compiler's work.
cross: ## compile for aarch64
	$(Q)$(MAKE) --no-print-directory CC=aarch64-linux-gnu-gcc O=build-aarch64 OPT=-O0 WERROR=1 objects

# Does everything but prof-record build without Linux? What glibc has beyond POSIX and BSD
# is hidden, and so is that this is Linux.
PORTABLE := -U__linux__ -U_GNU_SOURCE -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -include tests/portable.h
portable: ## build without prof-record, as other systems do
	$(Q)for elfutils in yes no; do \
		$(MAKE) --no-print-directory RECORD=no LISTEN=no ELFUTILS=$$elfutils O=build-portable-$$elfutils \
			OPT=-O0 WERROR=1 CPPFLAGS='$(PORTABLE) $(CPPFLAGS)' all || exit 1; \
	done

# git is asked only where this folder is a repository: a tarball may lie in another's.
GIT_VERSION := $(if $(wildcard .git),$(shell git describe --tags --always --dirty 2>/dev/null))
VERSION	:= $(or $(GIT_VERSION),$(shell cat VERSION))
$(O)/version.h: FORCE | $(filter deps deps-dev,$(MAKECMDGOALS))
	$(call unchanged,#define PROF_VERSION "$(VERSION)")

# Tests: unit tests are programs, the others scripts; all print TAP.
UNIT	:= $(wildcard tests/unit/*.c)
ifneq ($(strip $(ABSENT)),)
UNIT	:= $(filter-out $(shell grep -l $(ABSENT:%=-e '"%/') $(UNIT)),$(UNIT))
endif
ifeq ($(LISTEN),no)
UNIT	:= $(filter-out $(shell grep -l '"listen/' $(UNIT)),$(UNIT))
endif
UNIT	:= $(UNIT:%.c=$(O)/%.t)
# With sanitizers, these are left out: browsers and google/pprof, whose part is the same again;
# what is about the build, documents and jobs of others; the statistics of sampling; the golden
# inputs: "hostile" always has sanitizers, reads them all and writes every format.
TESTS	:= $(filter-out $(if $(SAN),tests/browser/% tests/cli/hostile% $(patsubst %,tests/cli/%.t,query-pprof \
	   roundtrip build completion docs examples golden recipes ci-recipes validate record-sampling record-stacks)),$(wildcard tests/*/*.t))

# The oracle for what is read and written by hand: protobuf-c.
ORACLE	:= $(O)/tests/oracle/profile.pb-c
$(ORACLE).c $(ORACLE).h &: tests/oracle/profile.proto | $(filter deps deps-dev,$(MAKECMDGOALS))
	$(Q)mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(@D) --proto_path=$(<D) $(<F)
$(ORACLE).o: $(ORACLE).c $(O)/flags
	$(compile) -w -c -o $@ $<
$(O)/tests/unit/pprof.o: $(ORACLE).h
$(O)/tests/unit/pprof.t: $(ORACLE).o

$(O)/tests/unit/%.t: $(O)/tests/unit/%.o $(O)/libprof.a
	$(call link)
# Calls that fail, for tests/cli/faults.t, and that end the program, for store-faults.t; several
# interpreters of Python in a process, for record-python.t.
$(O)/tests/%.so: tests/%.c $(O)/flags
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O1 -fPIC -shared -w -o $@ $< -ldl
# Runs with facts, for tests of comparisons.
$(O)/tests/make_run $(O)/tests/stamp: %: %.o $(O)/libprof.a
	$(call link)

# A server that clients are tested with.
$(O)/tests/http_peer.o $(UNIT:.t=.o): | $(PROTO:=.h)
$(O)/tests/http_peer: %: %.o $(O)/libprof.a
	$(call link)

include tests/fuzz/rules.mk tests/validate/rules.mk tests/bench/rules.mk

# Of the sanitized build, "check" needs only the readers on damaged input; the whole of it is
# tested by "make check SAN=address,undefined".
WITH	:= fail_io.so die_at.so two_states.so make_run stamp http_peer validate/simulate $(if $(SAN)$(strip $(ABSENT)),,validate/unwind)
check: ## every test; the end lists what was skipped, and why
check: all $(UNIT) $(WITH:%=$(O)/tests/%) $(if $(SAN),$(if $(findstring address,$(SAN)),replays),hostile)
	$(Q)tests/run $(O) $(UNIT) $(TESTS)

bless: all ## write the golden outputs anew; review the difference
	PATH=$(abspath $(O)):$$PATH tests/bless

lint: $(O)/version.h $(ORACLE).h $(PROTO:=.h) ## headers, layers, formatting, analyser, manuals, scripts
	$(Q)tests/lint $(O)

format: ## apply the formatting
	clang-format -i cmd/*.[ch] cmd/*/*.[ch] lib/*/*.[ch] lib/*/*/*.[ch] tests/*.[ch] tests/*/*.[ch]

deps: ## install what "make demo" and "make check" need
	.ci/deps build check
deps-dev: ## install what any target needs
	.ci/deps all

# The main job on real input: a pipeline is recorded as it draws a C++ compiler's
# profile, and drawn itself. Where nothing can be recorded, that profile is drawn.
DEMO	:= $(O)/demo
demo: all ## draw a flame graph of a real program: build/demo/flame.svg
	$(Q)mkdir -p $(DEMO) && cp tests/data/demo.sh $(DEMO)
	$(Q)for i in 1 2 3 4 5 6 7 8 9 10; do gzip -dc tests/data/clang.perf.gz || exit 1; done > \
		$(DEMO)/clang.perf
	$(Q)PATH=$(abspath $(O)):$$PATH && export PATH && cd $(DEMO) && \
	rm -rf store && \
	if prof-record -F 999 --every 1s -o profile.pb.gz -- sh demo.sh; \
	then echo; title='prof at work'; \
		prof-store add store -l service_name=demo profile.pb.gz && \
		prof-query store '{service_name="demo"}' --series --step 1s --by comm || exit 1; echo; \
	else echo 'Drawing what was recorded elsewhere.'; title='clang++ at work'; \
		prof-merge -t pprof clang.perf -o profile.pb.gz; \
	fi && prof-query --top=10 profile.pb.gz && \
	prof-flame --title "$$title" profile.pb.gz -o flame.svg
	@echo
	@echo "The flame graph is in $(DEMO)/flame.svg: open it in a browser, for instance"
	@echo "	xdg-open $(DEMO)/flame.svg"

# The pictures in the README: the demo, and runs of which the new ones spend a tenth more in a function.
pictures: demo $(O)/tests/make_run ## draw man/*.svg, which the README shows, anew
	$(Q)cp $(DEMO)/flame.svg man && rm -rf $(DEMO)/runs && mkdir $(DEMO)/runs && cd $(DEMO)/runs && \
	PATH=$(abspath $(O)):$(abspath $(O)/tests):$$PATH && export PATH && \
	. $(CURDIR)/tests/runs.sh && record_both 6 hash 1.1 && \
	{ prof-diff --check base -- new --svg $(CURDIR)/man/diff.svg; [ $$? -eq 1 ]; }

# Installing. DESTDIR stands before every path, whoever gave it.
datadir	?= $(PREFIX)/share
bindir	?= $(PREFIX)/bin
# prof-record looks for its library in the folder beside its own.
libdir	?= $(if $(filter %/bin,$(bindir)),$(bindir:%/bin=%/lib),$(PREFIX)/lib)
mandir	?= $(datadir)/man
bashdir	?= $(datadir)/bash-completion/completions
zshdir	?= $(datadir)/zsh/site-functions
fishdir	?= $(datadir)/fish/vendor_completions.d
unitdir	?= $(PREFIX)/lib/systemd/system
D	= $(DESTDIR)
MAN	:= $(filter-out $(patsubst %,man/%.1,$(filter-out $(PROGS), \
	   $(patsubst cmd/%.c,%,$(wildcard cmd/prof-*.c)))),$(wildcard man/*.[1-9]))

# Services that record and tidy up, where there is systemd.
UNITS	:= $(if $(filter yes,$(RECORD)),$(notdir $(wildcard systemd/*)))

install: all ## install below PREFIX, after DESTDIR; "make uninstall" takes it back
	install -d "$D$(bindir)" "$D$(bashdir)" "$D$(zshdir)" "$D$(fishdir)"
	install -m 755 $(PROGS:%=$(O)/%) "$D$(bindir)"
	for library in $(PRELOAD); do \
		install -d "$D$(libdir)" && install -m 755 $$library "$D$(libdir)" || exit 1; \
	done
	for page in $(MAN); do \
		install -d "$D$(mandir)/man$${page##*.}" && \
		install -m 644 $$page "$D$(mandir)/man$${page##*.}" || exit 1; \
	done
	for prog in $(PROGS); do \
		install -m 644 completions/prof.bash "$D$(bashdir)/$$prog" && \
		install -m 644 completions/prof.fish "$D$(fishdir)/$$prog.fish" || exit 1; \
	done
	install -m 644 completions/_prof "$D$(zshdir)/_prof"
	install -d "$D$(datadir)/prof"
	install -m 644 man/grafana-dashboard.json "$D$(datadir)/prof"
	$(if $(UNITS),install -d "$D$(unitdir)")
	for unit in $(UNITS); do \
		sed 's|@bindir@|$(bindir)|g' systemd/$$unit >"$D$(unitdir)/$$unit" && \
		chmod 644 "$D$(unitdir)/$$unit" || exit 1; \
	done

uninstall:
	for prog in $(PROGS); do \
		rm -f "$D$(bindir)/$$prog" "$D$(bashdir)/$$prog" "$D$(fishdir)/$$prog.fish"; \
	done
	rm -f "$D$(datadir)/prof/grafana-dashboard.json"
	-rmdir "$D$(datadir)/prof"
	rm -f "$D$(zshdir)/_prof" "$D$(libdir)/libprof-alloc.so" $(UNITS:%="$D$(unitdir)/%")
	for page in $(MAN); do rm -f "$D$(mandir)/man$${page##*.}/$${page##*/}"; done
	for unit in $(UNITS); do rm -f "$D$(unitdir)/$$unit"; done

# The same commit gives the same bytes: names sorted, times and owners fixed.
DIST_VERSION = $(shell git describe --tags --always HEAD)
DIST	= prof-$(DIST_VERSION)
dist: ## a release tarball of the last commit
	git archive --format=tar --prefix=$(DIST)/ -o $(DIST).tar HEAD
	mkdir -p $(O)/dist/$(DIST)
	echo $(DIST_VERSION) > $(O)/dist/$(DIST)/VERSION
	tar --delete -f $(DIST).tar $(DIST)/VERSION
	tar -r -f $(DIST).tar --sort=name --owner=0 --group=0 --numeric-owner --mode=644 \
		--mtime=@$$(git log -1 --format=%ct) -C $(O)/dist $(DIST)/VERSION
	gzip -9nf $(DIST).tar
	rm -rf $(O)/dist
	@echo $(DIST).tar.gz

clean: ## remove what was built
	rm -rf build build-*

## SAN=address,undefined builds and tests with sanitizers, in a folder of its own.
## RECORD=no leaves out prof-record, LISTEN=no prof-listen, ELFUTILS=no "prof-fold --symbolize".
## WERROR=1 makes warnings errors. V=1 shows commands.
## CC, CFLAGS, LDFLAGS and so on are the user's: they come after ours.
help: ## print this
	@awk '/^[a-z][a-z -]*:.* ## / { \
			name = substr($$0, 1, index($$0, ":") - 1); sub(/.* ## /, ""); \
			printf "make %-15s %s\n", name, $$0 } \
		/^## / { notes = notes substr($$0, 4) "\n" } \
		END { printf "\n%s", notes }' $(filter-out %.d config.mk,$(MAKEFILE_LIST))

FORCE:
.DELETE_ON_ERROR:
.PHONY: all objects cross portable check bless lint format deps deps-dev demo pictures install uninstall dist \
	help clean FORCE
.SECONDARY:
