# Readers on damaged input: the fuzz targets, and the same targets run over a fixed set of
# damaged copies ("replay"), which is what "make check" does.

# Of the sources, those that no target reads with are left out of the sanitized build.
FUZZED	:= $(filter-out $(patsubst %,$(O)/lib/%/%,cli query view compare changes source remote) \
	   $(O)/cmd/%,$(LIB)) $(patsubst %,$(O)/lib/query/select/%.o,selector selector_print select stack_selector regex) \
	   $(filter $(O)/lib/source/server% $(O)/lib/source/time_series% $(O)/lib/source/span_file.o \
	   $(patsubst %,$(O)/lib/remote/%.o,querier outcome connect_error otlp_answer),$(LIB))
$(O)/libfuzz.a: $(FUZZED) $(O)/members
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(FUZZED)

TARGETS	:= $(patsubst tests/fuzz/%.c,%,$(filter-out %/replay.c,$(wildcard tests/fuzz/*.c)))
TARGETS	:= $(filter-out $(if $(filter no,$(LISTEN)),upload) $(if $(strip $(ABSENT)),cfi records interp) $(filter symbol,$(ABSENT)),$(TARGETS))
$(TARGETS:%=$(O)/tests/fuzz/%.o): | $(PROTO:=.h)
REPLAYS	:= $(TARGETS:%=$(O)/tests/fuzz/replay-%)
$(O)/tests/fuzz/replay-%: $(O)/tests/fuzz/replay.o $(O)/tests/fuzz/%.o $(O)/libfuzz.a
	$(call link)

# What the sections of a store hold comes from the input: see store.c.
$(O)/tests/fuzz/replay-store $(O)/tests/fuzz/libfuzzer-store: private LDFLAGS += -Wl,--wrap=section_unpack

replays: $(REPLAYS)
hostile:
	$(Q)if echo 'int main(void) { return 0; }' | \
		$(CC) -fsanitize=address,undefined -x c -o /dev/null - 2>/dev/null; \
	then $(MAKE) --no-print-directory SAN=address,undefined O=build-address-undefined replays; \
	else echo "$(CC) has no sanitizers here: damaged input is not tried"; \
	fi

# Fuzzing takes as long as it is given.
FUZZ_SECONDS ?= 600
SEEDS	:= $(filter-out %/clang.in,$(wildcard tests/golden/*/*.in)) tests/data/spans.json
FUZZ	= -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -rss_limit_mb=4096 -timeout=20 \
	  -artifact_prefix=build-fuzz/found/

fuzz: build-fuzz/read ## fuzz the readers for FUZZ_SECONDS (600)
	$(Q)for f in $(SEEDS); do cp -L $$f build-fuzz/read/$$(echo $$f | tr / _) || exit 1; done
	build-fuzz/tests/fuzz/libfuzzer-read $(FUZZ) build-fuzz/read
fuzz-symbol: build-fuzz/symbol ## the same for what names addresses
fuzz-cfi: build-fuzz/cfi ## the same for unwinding
fuzz-records: build-fuzz/records ## the same for the records of perf
fuzz-interp: build-fuzz/interp ## the same for the frames of interpreters
fuzz-listen: build-fuzz/upload ## the same for the requests of prof-listen
	$(Q)tests/fuzz/upload-seeds build-fuzz/upload
	build-fuzz/tests/fuzz/libfuzzer-upload $(FUZZ) build-fuzz/upload
fuzz-answers: build-fuzz/answers ## the same for the answers of servers
fuzz-store: build-fuzz/store ## the same for blocks and logs of a store
fuzz-symbol fuzz-cfi fuzz-records fuzz-interp fuzz-store fuzz-answers: fuzz-%:
	$(Q)tests/fuzz/$*-seeds build-fuzz/$*
	build-fuzz/tests/fuzz/libfuzzer-$* $(FUZZ) build-fuzz/$*
# The fuzzer, and the folder of its inputs.
$(TARGETS:%=build-fuzz/%): build-fuzz/%: FORCE
	$(Q)$(MAKE) --no-print-directory CC=clang O=build-fuzz SAN=fuzzer-no-link,address,undefined \
		build-fuzz/tests/fuzz/libfuzzer-$*
	$(Q)mkdir -p $@ build-fuzz/found
$(O)/tests/fuzz/libfuzzer-%: $(O)/tests/fuzz/%.o $(O)/libfuzz.a
	$(call link,-fsanitize=fuzzer)

fuzz-afl: ## fuzz the readers with AFL++
	$(Q)$(MAKE) --no-print-directory CC=afl-clang-fast O=build-afl build-afl/tests/fuzz/libfuzzer-read
	$(Q)mkdir -p build-afl/seeds
	$(Q)for f in $(SEEDS); do cp -L $$f build-afl/seeds/$$(echo $$f | tr / _) || exit 1; done
	AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 \
		afl-fuzz -V $(FUZZ_SECONDS) -i build-afl/seeds -o build-afl/found \
		build-afl/tests/fuzz/libfuzzer-read

.PHONY: hostile replays fuzz fuzz-listen fuzz-symbol fuzz-cfi fuzz-records fuzz-interp fuzz-store fuzz-answers fuzz-afl
