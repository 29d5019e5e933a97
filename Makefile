# make help lists the targets. SAN=address,undefined builds in a folder of its own.

PREFIX	?= /usr/local
CC	?= gcc
comma	:= ,
O	:= build$(if $(SAN),-$(subst $(comma),-,$(SAN)))
-include config.mk

OPT	?= -O2 -g
WARN	:= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
	   -Wvla -Wno-missing-field-initializers $(if $(WERROR),-Werror)
HARDEN	:= $(if $(SAN),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE
SANFLAG	:= $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
CFLAGS	+= -std=gnu11 $(OPT) $(WARN) $(HARDEN) $(SANFLAG)
CPPFLAGS += -D_GNU_SOURCE -Ilib -Icmd -I$(O)
LDFLAGS	+= -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANFLAG)
LDLIBS	+= -pthread -lzstd -ldeflate -lz -llzma -lyajl -lpcre2-8 -liberty -lm

# A program is a file cmd/prof-*.c; what else lies in cmd/ is shared by them.
PROGS	:= $(patsubst cmd/%.c,%,$(wildcard cmd/prof-*.c))
SHARED	:= $(patsubst %.c,$(O)/%.o,$(filter-out cmd/prof-%,$(wildcard cmd/*.c)))
LIB	:= $(patsubst %.c,$(O)/%.o,$(wildcard lib/*/*.c lib/*/*/*.c))

Q	:= $(if $(V),,@)

all: $(PROGS:%=$(O)/%)

$(O)/libprof.a: $(LIB) $(SHARED)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(PROGS:%=$(O)/%): $(O)/%: $(O)/cmd/%.o $(O)/libprof.a
	$(if $(Q),@echo "  LD    $@")
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(O)/%.o: %.c | $(O)/version.h
	$(if $(Q),@echo "  CC    $<")
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(patsubst %.o,%.d,$(LIB) $(SHARED) $(PROGS:%=$(O)/cmd/%.o))
$(O)/lib/view/assets.o: $(wildcard lib/view/*.js lib/view/*.css)

# Does everything compile for aarch64, too? (Its stacks: tests/unit/unwind_aarch64.c.)
objects: $(LIB) $(SHARED) $(PROGS:%=$(O)/cmd/%.o)
cross:
	$(Q)$(MAKE) --no-print-directory CC=aarch64-linux-gnu-gcc O=build-aarch64 WERROR=1 objects

# Written anew only when the version changes.
VERSION	:= $(shell git describe --tags --always --dirty 2>/dev/null || cat VERSION)
$(O)/version.h: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '#define PROF_VERSION "$(VERSION)"' | cmp -s - $@ || \
		echo '#define PROF_VERSION "$(VERSION)"' > $@

# Tests: unit tests are programs, the others scripts; all print TAP.
UNIT	:= $(patsubst tests/unit/%.c,$(O)/tests/unit/%.t,$(wildcard tests/unit/*.c))
TESTS	:= $(wildcard tests/*/*.t)

# The oracle for what is read and written by hand: protobuf-c.
ORACLE	:= $(O)/tests/oracle/profile.pb-c
$(ORACLE).c $(ORACLE).h &: tests/oracle/profile.proto
	$(Q)mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(@D) --proto_path=$(<D) $(<F)
$(ORACLE).o: $(ORACLE).c
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -w -c -o $@ $<
$(O)/tests/unit/pprof.o: $(ORACLE).h
$(O)/tests/unit/pprof.t: $(ORACLE).o
$(O)/tests/unit/pprof.t: LDLIBS += -lprotobuf-c

$(O)/tests/unit/%.t: $(O)/tests/unit/%.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(O)/tests/%.o: CPPFLAGS += -Itests -I$(O)/tests/oracle
-include $(UNIT:.t=.d) $(wildcard $(O)/tests/fuzz/*.d)

# Readers against damaged input, under sanitizers in a folder of their own.
$(O)/tests/fuzz/replay: $(O)/tests/fuzz/replay.o $(O)/tests/fuzz/read.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(O)/tests/fuzz/replay-%: $(O)/tests/fuzz/replay.o $(O)/tests/fuzz/%.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# Calls that fail, for tests/cli/faults.t.
$(O)/tests/fail_io.so: tests/fail_io.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O1 -fPIC -shared -w -o $@ $< -ldl

# Runs with facts, for tests of comparisons.
$(O)/tests/make_run $(O)/tests/stamp: %: %.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(O)/tests/validate/simulate: $(addprefix $(O)/tests/validate/,synth.o naive.o found.o figure_false.o \
	figure_power.o figure_right.o)
$(O)/tests/validate/real: $(addprefix $(O)/tests/validate/,synth.o naive.o found.o)
$(O)/tests/validate/%: $(O)/tests/validate/%.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LDLIBS)

hostile:
	$(Q)$(MAKE) --no-print-directory SAN=address,undefined \
		build-address-undefined/tests/fuzz/replay \
		build-address-undefined/tests/fuzz/replay-symbol \
		build-address-undefined/tests/fuzz/replay-cfi

# Stacks are compared with elfutils' where its library is.
WITH_DWFL := $(if $(SAN),,$(if $(wildcard /usr/include/elfutils/libdwfl.h),$(O)/tests/validate/unwind))
check: all $(UNIT) $(O)/tests/fail_io.so $(O)/tests/make_run $(O)/tests/stamp \
		$(O)/tests/validate/simulate $(WITH_DWFL) $(if $(SAN),,hostile)
	$(Q)tests/run $(O) $(UNIT) $(TESTS)

# Fuzzing takes as long as it is given: FUZZ_SECONDS.
FUZZ_SECONDS ?= 600
SEEDS	:= $(filter-out %/clang.in,$(wildcard tests/golden/*/*.in))
fuzz:
	$(Q)$(MAKE) --no-print-directory CC=clang O=build-fuzz SAN=fuzzer-no-link,address,undefined \
		build-fuzz/tests/fuzz/libfuzzer
	$(Q)mkdir -p build-fuzz/corpus build-fuzz/found
	$(Q)for f in $(SEEDS); do cp -L $$f build-fuzz/corpus/$$(echo $$f | tr / _) || exit 1; done
	build-fuzz/tests/fuzz/libfuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=65536 \
		-rss_limit_mb=4096 -timeout=20 -artifact_prefix=build-fuzz/found/ build-fuzz/corpus
$(O)/tests/fuzz/libfuzzer: $(O)/tests/fuzz/read.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The same for what names addresses, and for unwinding.
fuzz-symbol fuzz-cfi: fuzz-%:
	$(Q)$(MAKE) --no-print-directory CC=clang O=build-fuzz SAN=fuzzer-no-link,address,undefined \
		build-fuzz/tests/fuzz/libfuzzer-$*
	$(Q)mkdir -p build-fuzz/$* build-fuzz/found
	$(Q)tests/fuzz/$*-seeds build-fuzz/$*
	build-fuzz/tests/fuzz/libfuzzer-$* -max_total_time=$(FUZZ_SECONDS) -max_len=65536 \
		-rss_limit_mb=4096 -timeout=20 -artifact_prefix=build-fuzz/found/ build-fuzz/$*
$(O)/tests/fuzz/libfuzzer-%: $(O)/tests/fuzz/%.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)

fuzz-afl:
	$(Q)$(MAKE) --no-print-directory CC=afl-clang-fast O=build-afl build-afl/tests/fuzz/afl
	$(Q)mkdir -p build-afl/seeds
	$(Q)for f in $(SEEDS); do cp -L $$f build-afl/seeds/$$(echo $$f | tr / _) || exit 1; done
	AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 \
		afl-fuzz -V $(FUZZ_SECONDS) -i build-afl/seeds -o build-afl/found build-afl/tests/fuzz/afl
$(O)/tests/fuzz/afl: $(O)/tests/fuzz/read.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Speed beside other tools. BENCH=merge runs one task, ROUNDS=11 more rounds.
bench: all $(patsubst %,$(O)/tests/bench/%,measure generate overhead)
	tests/bench/run.sh $(O) $(BENCH)
$(O)/tests/bench/%: $(O)/tests/bench/%.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

bench-peers:
	cargo install --quiet --root build/peers inferno
	GOBIN=$(abspath build/peers/bin) go install github.com/google/pprof@latest

# What prof-diff promises, measured: about an hour. RECORDINGS=DIR has real runs, as
# tests/validate/record.sh makes them.
VALIDATE := $(addprefix $(O)/tests/,validate/simulate validate/real make_run bench/measure)
validate: all $(VALIDATE)
	$(Q)tests/validate/run.sh $(O) "$(RECORDINGS)" $(TIMES)

record-runs: all $(addprefix $(O)/tests/,validate/timed stamp bench/generate)
	tests/validate/record.sh $(O) $(RECORDINGS) 60

# Stacks beside those of elfutils, on real programs: tests/validate/UNWIND.md.
validate-unwind: $(O)/tests/validate/unwind
	tests/validate/unwind.sh $(O)
$(O)/tests/validate/unwind: $(O)/tests/validate/unwind.o $(O)/tests/validate/dwfl_oracle.o \
		$(O)/tests/validate/kept.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -ldw -lelf $(LDLIBS)
-include $(wildcard $(O)/tests/validate/*.d)

bless: all
	PATH=$(abspath $(O)):$$PATH tests/bless

lint: $(O)/version.h $(ORACLE).h
	$(Q)tests/lint $(O)

format:
	clang-format -i cmd/*.[ch] lib/*/*.[ch] tests/*.[ch] tests/*/*.[ch]

deps:
	.ci/deps

# The main job on real input: a pipeline is recorded as it draws a C++ compiler's
# profile, and drawn itself. Where nothing can be recorded, that profile is drawn.
DEMO	:= $(O)/demo
demo: all
	$(Q)mkdir -p $(DEMO)
	$(Q)for i in 1 2 3 4 5 6 7 8 9 10; do gzip -dc tests/data/clang.perf.gz || exit 1; done > \
		$(DEMO)/clang.perf
	$(Q)PATH=$(abspath $(O)):$$PATH && export PATH && cd $(DEMO) && \
	if prof-record -F 999 -o profile.pb.gz -- sh $(CURDIR)/tests/data/demo.sh; \
	then echo; title='prof at work'; \
	else echo 'Drawing what was recorded elsewhere.'; title='clang++ at work'; \
		prof-merge -t pprof clang.perf -o profile.pb.gz; \
	fi && prof-query --top=10 profile.pb.gz && \
	prof-flame --title "$$title" profile.pb.gz -o flame.svg
	@echo
	@echo "The flame graph is in $(DEMO)/flame.svg: open it in a browser, for instance"
	@echo "	xdg-open $(DEMO)/flame.svg"

# Installing
MAN	:= $(wildcard man/*.[1-9])
bindir	:= $(DESTDIR)$(PREFIX)/bin
mandir	:= $(DESTDIR)$(PREFIX)/share/man
bashdir	:= $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir	:= $(DESTDIR)$(PREFIX)/share/zsh/site-functions
fishdir	:= $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

install: all
	install -d $(bindir) $(bashdir) $(zshdir) $(fishdir)
	install -m 755 $(PROGS:%=$(O)/%) $(bindir)
	for page in $(MAN); do \
		install -D -m 644 $$page $(mandir)/man$${page##*.}/$${page##*/} || exit 1; \
	done
	for prog in $(PROGS); do \
		install -m 644 completions/prof.bash $(bashdir)/$$prog || exit 1; \
		install -m 644 completions/prof.fish $(fishdir)/$$prog.fish || exit 1; \
	done
	install -m 644 completions/_prof $(zshdir)/_prof

uninstall:
	rm -f $(PROGS:%=$(bindir)/%) $(PROGS:%=$(bashdir)/%) $(PROGS:%=$(fishdir)/%.fish) \
		$(zshdir)/_prof
	for page in $(MAN); do rm -f $(mandir)/man$${page##*.}/$${page##*/}; done

# The same commit gives the same bytes: names sorted, times and owners fixed.
DIST	:= prof-$(VERSION)
dist:
	git archive --format=tar --prefix=$(DIST)/ -o $(DIST).tar HEAD
	mkdir -p $(O)/dist/$(DIST)
	echo $(VERSION) > $(O)/dist/$(DIST)/VERSION
	tar --delete -f $(DIST).tar $(DIST)/VERSION
	tar -r -f $(DIST).tar --sort=name --owner=0 --group=0 --numeric-owner --mode=644 \
		--mtime=@$$(git log -1 --format=%ct) -C $(O)/dist $(DIST)/VERSION
	gzip -9nf $(DIST).tar
	rm -rf $(O)/dist
	@echo $(DIST).tar.gz

help:
	@echo 'make             build everything into build/'
	@echo 'make deps        install what building and testing need'
	@echo 'make demo        a flame graph of a real program: build/demo/flame.svg'
	@echo 'make check       every test'
	@echo 'make cross       compile for aarch64'
	@echo 'make lint        headers, layers, formatting, analyser, manuals, scripts'
	@echo 'make format      apply the formatting'
	@echo 'make bless       write the golden outputs anew; review the difference'
	@echo 'make bench       speed and memory against other tools (make bench-peers gets them)'
	@echo 'make validate    how often prof-diff is right, as a table (make record-runs first)'
	@echo 'make fuzz        fuzz the readers for FUZZ_SECONDS=$(FUZZ_SECONDS) (fuzz-afl: with AFL++)'
	@echo 'make fuzz-symbol the same for what names addresses; make fuzz-cfi: for unwinding'
	@echo 'make validate-unwind  stacks of real programs held against those of elfutils'
	@echo 'make install     to PREFIX=$(PREFIX), below DESTDIR; make uninstall takes it back'
	@echo 'make dist        a release tarball'
	@echo 'make clean       remove what was built'
	@echo 'SAN=address,undefined builds and tests with sanitizers; V=1 shows commands.'

clean:
	rm -rf build build-*

FORCE:
.DELETE_ON_ERROR:
.PHONY: all objects cross check hostile fuzz fuzz-symbol fuzz-cfi fuzz-afl bench bench-peers \
	validate record-runs validate-unwind bless lint format deps demo install uninstall dist help clean FORCE
.SECONDARY:
