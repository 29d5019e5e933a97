/* Events of a machine whose counters are described by files of our own. */
#include "record/sampler/pmu.h"

#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char devices[] = "/tmp/prof-pmu-XXXXXX";
static struct pmu_event e;
static struct buf why;

static void describe(const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", devices, file);
	for (char *slash = path + sizeof(devices); (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(path, 0700);
	}
	FILE *f = fopen(path, "w");

	if (f) {
		fprintf(f, "%s\n", text);
		fclose(f);
	}
}

static void describe_machine(void)
{
	describe("cpu/type", "4");
	describe("cpu/format/event", "config:0-7");
	describe("cpu/format/umask", "config:8-15");
	describe("cpu/format/inv", "config:23");
	describe("cpu/format/wide", "config:0-7,32-35");
	describe("cpu/format/ldlat", "config1:0-15");
	describe("cpu/format/all", "config2:0-63");
	describe("cpu/format/broken", "config:9-70");
	describe("cpu/events/cpu-cycles", "event=0x3c");
	describe("cpu/events/mem-loads", "event=0xcd,umask=0x1,ldlat=3");
	describe("uncore_imc_0/type", "13");
	describe("uncore_imc_0/cpumask", "0,8");
	describe("uncore_imc_0/format/event", "config:0-7");
	describe("uncore_imc_0/format/domain", "config:8-11");
	describe("uncore_imc_0/events/reads", "event=0x4,domain=?");
}

static bool parse(const char *text)
{
	pmu_event_release(&e);
	why.n = 0;
	return pmu_parse(devices, str_of(text), &e, &why);
}

static bool is_config(uint64_t config, uint64_t config1, uint64_t config2)
{
	return e.config[0] == config && e.config[1] == config1 && e.config[2] == config2;
}

static bool says(const char *what)
{
	return str_find(buf_str(&why), str_of(what)) >= 0;
}

static void test_fields(void)
{
	ok(parse("cpu/event=0x3c/") && e.type == 4 && is_config(0x3c, 0, 0), "a field");
	ok(parse("cpu/event=60,umask=0x1,inv/") && is_config(0x80013c, 0, 0),
	   "in decimal, another one, and a flag");
	ok(parse("cpu/wide=0xabc/") && is_config(UINT64_C(0xa000000bc), 0, 0),
	   "a field in two pieces: %llx", (unsigned long long)e.config[0]);
	ok(parse("cpu/all=0xffffffffffffffff/") && is_config(0, 0, UINT64_MAX), "one of 64 bits");
	ok(parse("cpu/config=0x3c,config1=7,config2=9/") && is_config(0x3c, 7, 9),
	   "the words themselves");
	ok(parse("cpu/event=0x3c,period=1000,name=c/") && e.period == 1000 &&
		   str_eq(e.name, S("c")),
	   "a period and a name");
	ok(parse("cpu//") && is_config(0, 0, 0), "no field at all");
}

static void test_events(void)
{
	ok(parse("cpu/cpu-cycles/") && is_config(0x3c, 0, 0), "an event that has a name");
	ok(parse("cpu/mem-loads,ldlat=30/") && is_config(0x1cd, 30, 0),
	   "its fields can be changed: %llx %llx", (unsigned long long)e.config[0],
	   (unsigned long long)e.config[1]);
	ok(parse("cpu/r1a8/") && is_config(0x1a8, 0, 0), "a raw event of a PMU");
	ok(parse("r1a8") && e.type == PERF_TYPE_RAW && is_config(0x1a8, 0, 0), "and of the CPU");
	ok(parse("uncore_imc_0/event=4/") && e.type == 13 && str_eq(buf_str(&e.cpus), S("0,8")),
	   "one CPU counts for a socket");
	ok(parse("uncore_imc_0/reads,domain=2/") && is_config(0x204, 0, 0),
	   "a value that is needed");
}

static void test_refusals(void)
{
	ok(!parse("gpu/event=1/") && says("no PMU 'gpu'"), "no such PMU");
	ok(!parse("cpu/colour=1/") && says("'colour'"), "no such field");
	ok(!parse("cpu/event=0x1ff/") && says("does not fit in config:0-7"), "a value too large");
	ok(!parse("cpu/event=x/") && says("not a number"), "no number");
	ok(!parse("cpu/broken=1/"), "a description that is none");
	ok(!parse("uncore_imc_0/reads/") && says("needs a value for domain"), "a value is missing");
	ok(!parse("../etc/x=1/"), "a name is not a path");
	ok(!parse("cpu/../type/"), "nor is a field");
	ok(!parse("cpu/period=0/"), "a period of nothing");
	ok(pmu_is_event(S("cpu/x/")) && pmu_is_event(S("r10")) && !pmu_is_event(S("cpu/x")) &&
		   !pmu_is_event(S("cycles")) && !pmu_is_event(S("r")) &&
		   !pmu_is_event(S("retired")),
	   "what such events look like");
}

int main(void)
{
	char command[64];

	if (!mkdtemp(devices))
		return 1;
	describe_machine();
	test_fields();
	test_events();
	test_refusals();
	pmu_event_release(&e);
	buf_release(&why);
	snprintf(command, sizeof(command), "rm -r %s", devices);
	return done() | (system(command) != 0);
}
