# The arrows of the house: which layer may include which. Run on all sources:
#	awk -f tests/layers.awk cmd/*.[ch] cmd/*/*.[ch] lib/*/*.[ch] lib/*/*/*.[ch]
# prints FILE:LINE for every include that points elsewhere, and exits with 1. A layer is
# the first folder below lib, with all folders in it.

BEGIN {
	may["base"] = "base"
	may["io"] = "io base"
	may["cli"] = "cli base"
	may["profile"] = "profile base"
	may["http"] = "http base"
	may["s3"] = "s3 http base"
	may["object"] = "object io base"
	may["unwind"] = "unwind object io base"
	may["interp"] = "interp object io base"
	may["analyze"] = "analyze profile base"
	may["query"] = "query analyze profile io base"
	may["view"] = "view analyze profile io base"
	may["compare"] = "compare analyze profile io base"
	may["changes"] = "changes compare base"
	may["symbol"] = "symbol object profile io base"
	may["perf"] = "perf unwind object profile io base"
	may["alloc"] = "alloc"
	may["record"] = "record interp alloc perf unwind object profile io base"
	may["format"] = "format analyze profile io base"
	may["store"] = "store s3 http query profile io base"
	may["remote"] = "remote http format analyze profile io base"
	may["listen"] = "listen remote store format query profile io base"
	may["source"] = "source changes store remote http format query profile io base"

	# One format that is a recording: its reader unwinds stacks, and names addresses.
	may["format/perf_data"] = may["format"] " perf unwind object symbol"
}

FNR == 1 {
	n = split(FILENAME, part, "/")
	layer = part[1] == "lib" ? part[2] : part[1]
	if (part[1] == "lib" && !(layer in may)) {
		print FILENAME ": layer " layer " is not in tests/layers.awk"
		bad = 1
	}
	if (part[n] in seen) {
		print FILENAME ": has the name of " seen[part[n]]
		bad = 1
	}
	seen[part[n]] = FILENAME
	own = layer "/" part[3]
	allowed = " " (own in may ? may[own] : may[layer]) " "
}

/^#[ \t]*include "/ {
	split($0, quoted, "\"")
	if (split(quoted[2], to, "/") < 2 || layer == "cmd")
		next
	if (!index(allowed, " " to[1] " ")) {
		printf "%s:%d: %s may not include \"%s\"\n", FILENAME, FNR, layer, quoted[2]
		bad = 1
	}
}

END { exit bad }
