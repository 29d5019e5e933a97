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
LDLIBS	+= -lzstd -ldeflate -lz -lpcre2-8 -liberty -lm

# A program is a file cmd/prof-*.c; what else lies in cmd/ is shared by them.
PROGS	:= $(patsubst cmd/%.c,%,$(wildcard cmd/prof-*.c))
SHARED	:= $(patsubst %.c,$(O)/%.o,$(filter-out cmd/prof-%,$(wildcard cmd/*.c)))
LIB	:= $(patsubst %.c,$(O)/%.o,$(wildcard lib/*/*.c))

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
-include $(UNIT:.t=.d)

# Readers against damaged input, under sanitizers in a folder of their own.
$(O)/tests/fuzz/replay: $(O)/tests/fuzz/replay.o $(O)/tests/fuzz/read.o $(O)/libprof.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# Calls that fail, for tests/cli/faults.t.
$(O)/tests/fail_io.so: tests/fail_io.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O1 -fPIC -shared -w -o $@ $< -ldl

hostile:
	$(Q)$(MAKE) --no-print-directory SAN=address,undefined \
		build-address-undefined/tests/fuzz/replay

check: all $(UNIT) $(O)/tests/fail_io.so $(if $(SAN),,hostile)
	$(Q)tests/run $(O) $(UNIT) $(TESTS)

clean:
	rm -rf build build-*

FORCE:
.DELETE_ON_ERROR:
.PHONY: all check hostile clean FORCE
.SECONDARY:
