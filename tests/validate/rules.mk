# Claims measured: what RESULTS.md, UNWIND.md, PYTHON.md, RUBY.md and PHP.md hold.

$(O)/tests/validate/simulate: $(addprefix $(O)/tests/validate/,synth.o naive.o found.o figure_false.o \
	figure_power.o figure_right.o figure_subtree.o)
$(O)/tests/validate/real: $(addprefix $(O)/tests/validate/,synth.o naive.o found.o)
$(O)/tests/validate/unwind: $(addprefix $(O)/tests/validate/,dwfl_oracle.o kept.o)
$(O)/tests/validate/changes: $(addprefix $(O)/tests/validate/,synth.o past.o otava.o)
$(O)/tests/validate/%: $(O)/tests/validate/%.o $(O)/libprof.a
	$(call link)

# About an hour. RECORDINGS=DIR has real runs, as tests/validate/record.sh makes them.
VALIDATE := $(addprefix $(O)/tests/,validate/simulate validate/real make_run bench/measure)
validate: all $(VALIDATE) ## how often prof-diff is right, as a table ("make record-runs" first)
	$(Q)tests/validate/run.sh $(O) "$(RECORDINGS)" $(TIMES)

record-runs: all $(addprefix $(O)/tests/,validate/timed stamp bench/generate) ## record runs into RECORDINGS=DIR
	tests/validate/record.sh $(O) $(RECORDINGS) 60

validate-unwind: $(O)/tests/validate/unwind ## hold stacks of real programs against those of elfutils
	tests/validate/unwind.sh $(O)

# As root. PYTHONS=... are interpreters; HZ, SECONDS as they please.
PYTHONS	?= python3
validate-python: all ## hold profiles of Python programs against what the programs know of themselves
	python3 tests/validate/python/measure.py $(O)/prof-record --hz $(or $(HZ),999) \
		--seconds $(or $(SECONDS),4) $(PYTHONS)

RUBIES	?= ruby
validate-ruby: all ## the same of Ruby: RUBIES=... are interpreters
	python3 tests/validate/ruby/measure.py $(O)/prof-record --hz $(or $(HZ),999) \
		--seconds $(or $(SECONDS),2) $(RUBIES)

# greenlet, gevent, numpy, trio and uvloop are further kinds, if PYTHON has them; mp:spawn, mp:forkserver.
KINDS ?= decorators del signals settrace setprofile ctypes longnames unicode comprehensions slots exec \
	async generators threads_exit exceptions churn recursion weird mp:fork
validate-chains: all ## are stacks of Python those that the interpreter tells? PYTHON=... KINDS=...
	python3 tests/validate/python/chains_check.py $(O) $(or $(HZ),999) $(or $(PYTHON),python3) $(KINDS)

validate-changes: all $(O)/tests/validate/changes ## how often "prof-query --changes" is right, as a table
	$(Q)tests/validate/changes.sh $(O) $(or $(TIMES),40) $(SEED)

validate-store: all $(addprefix $(O)/tests/,stamp clock.so bench/grow) ## a store under load for SECONDS (600)
	tests/validate/store.sh $(O) $(or $(SECONDS),600)

PHPS	?= php
validate-php: all ## the same of PHP: PHPS=... are interpreters
	python3 tests/validate/php/measure.py $(O)/prof-record --hz $(or $(HZ),999) \
		--seconds $(or $(SECONDS),2) $(PHPS)

# As root. Profilers: PY_SPY, RBSPY, PHPSPY, or those in PATH; Tachyon needs one of PYTHONS to be 3.15.
ROUNDS	?= 9
BESIDE	= measure.py $(O)/prof-record --peers $(ROUNDS) --seconds $(or $(SECONDS),6)
validate-peers: all ## hold py-spy, Tachyon, rbspy, phpspy and prof-record against the same programs
	python3 tests/validate/python/$(BESIDE) $(PYTHONS)
	python3 tests/validate/ruby/$(BESIDE) $(RUBIES)
	python3 tests/validate/php/$(BESIDE) $(PHPS)

# KERNELS=... are files with kernels, such as /boot/vmlinuz-VERSION.
validate-kernels: all $(O)/tests/validate/kernel_load ## are interpreters read on other kernels, under qemu?
	tests/validate/kernels.sh $(O) $(KERNELS)

validate-scrape: all ## scrape a real Go program
	tests/validate/scrape.sh $(O)

validate-alloc: all ## are allocation profiles unbiased? RUNS=1000
	tests/validate/alloc.sh $(O) $(RUNS)

.PHONY: validate record-runs validate-unwind validate-python validate-chains validate-ruby validate-php validate-changes \
	validate-peers validate-scrape validate-alloc validate-store validate-kernels
