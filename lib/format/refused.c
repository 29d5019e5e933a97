/*
 * Files that hold profiles, or are mistaken for profiles, but cannot be read. They are
 * recognised by their magic numbers, and a message says what to do. lib/io/codec.c recognises
 * compressed files that cannot be unpacked.
 */
#include "format/format.h"

static const struct {
	struct str magic;
	const char *what, *advice;
} refused[] = {
	{ { "Nettrace", 8 },
	  "a trace of .NET",
	  "convert it with 'dotnet-trace convert --format Speedscope FILE'" },
	{ { "JAVA PROFILE 1.0.1, created", 27 },
	  "text of Java's hprof",
	  "record with JFR or async-profiler" },
	{ { "JAVA PROFILE 1.0", 16 },
	  "a heap dump of Java, which has no stacks of samples",
	  "open it with Eclipse MAT; for allocations record with JFR or async-profiler" },
	{ { "JiTD", 4 }, "a jitdump, symbols without samples", "record with prof-record or perf" },
	{ { "DTiJ", 4 }, "a jitdump, symbols without samples", "record with prof-record or perf" },
	{ { "QPERFSTREAM", 11 },
	  "hotspot's own stream",
	  "save as perf.data, print it with 'perf script -i FILE', and read that" },
	{ { "SIMPLEPERF", 10 },
	  "a report of simpleperf in protobuf",
	  "convert perf.data with 'pprof_proto_generator.py'" },
	{ { "rbspy0", 6 },
	  "rbspy's raw samples",
	  "convert them with 'rbspy report --format speedscope --input FILE --output FILE.json'" },
	{ { "\x5e\x97\xca\xfd", 4 },
	  "a capture of sysprof",
	  "record with prof-record or perf; sysprof-cli --speedscope converts" },
	{ { "\x04\x08{", 3 },
	  "a dump of stackprof in Ruby's Marshal format",
	  "convert it with 'stackprof --json FILE'" },
	{ { "\x7f"
	    "ELF",
	    4 },
	  "a program or library",
	  "record it with 'prof-record -- FILE'" },
	{ { "v8-version,", 11 },
	  "V8's log of node --prof",
	  "convert it with 'node --prof-process --preprocess -j FILE', or record with --cpu-prof" },
	{ { "bplist00", 8 },
	  "a property list, such as those in a trace of Instruments",
	  "export the trace with 'xctrace export --input FILE.trace --xpath ...'" },
	{ { "{\n  \"total_num_allocations\"", 27 },
	  "statistics of memray, which have no stacks",
	  "convert its recording with 'memray transform csv FILE'" },
	{ { "memray", 6 },
	  "memray's own recording",
	  "convert it with 'memray transform csv FILE' (--leaks for what was not freed)" },
	{ { "# To display the perf.data header info", 38 },
	  "a report of perf",
	  "print the samples with 'perf script', or read perf.data" },
	{ { "Sampling at ", 12 },
	  "stacks of bcc's profile",
	  "print folded ones with its option -f" },
	{ { "Tracing off-CPU time ", 21 },
	  "stacks of bcc's offcputime",
	  "print folded ones with its option -f" },
	{ { "gmon", 4 },
	  "gmon.out of gprof, which has no names",
	  "print it with 'gprof PROGRAM FILE', and read that" },
};

/* The only magic number that does not begin a file. */
static bool is_tar(struct str head)
{
	enum { AT = 257 };

	return head.n > AT && str_starts(str_skip(head, AT), S("ustar"));
}

static int refused_sniff(struct sniff *s)
{
	for (size_t i = 0; i < LEN(refused); i++)
		if (str_starts(s->head, refused[i].magic))
			return sniff_refuse(s, (int)refused[i].magic.n * 8, "%s: %s",
					    refused[i].what, refused[i].advice);
	if (is_tar(s->head))
		return sniff_refuse(s, 40, "a tar archive: unpack it with 'tar -xf FILE'");
	return 0;
}

const struct format format_refused = {
	.name = "refused",
	.help = "what is recognised, with advice what to do about it",
	.sniff = refused_sniff,
};
