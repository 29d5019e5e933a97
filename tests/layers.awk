# The arrows of the house: which layer may include which. Run on all sources:
#	awk -f tests/layers.awk cmd/*.[ch] lib/*/*.[ch] lib/*/*/*.[ch]
# prints FILE:LINE for every include that points elsewhere, and exits with 1.

BEGIN {
	may["base"] = "base"
	may["io"] = "io base"
	may["cli"] = "cli base"
	may["profile"] = "profile base"
	may["source"] = "source format profile io base"
	may["object"] = "object io base"
	may["format"] = "format profile io base"
	may["view"] = "view profile io base"
	may["query"] = "query profile io base"
	may["compare"] = "compare profile io base"
	may["symbol"] = "symbol object profile io base"
	may["record"] = "record symbol object profile io base"
	may["store"] = "store query profile io base"
	may["remote"] = "remote io base"
}

FNR == 1 {
	n = split(FILENAME, part, "/")
	layer = part[1] == "lib" ? part[2] : part[n - 1]
	if (part[1] == "lib" && !(layer in may)) {
		print FILENAME ": layer " layer " is not in tests/layers.awk"
		bad = 1
	}
	if (part[n] in seen) {
		print FILENAME ": has the name of " seen[part[n]]
		bad = 1
	}
	seen[part[n]] = FILENAME
}

/^#[ \t]*include "/ {
	split($0, quoted, "\"")
	if (split(quoted[2], to, "/") < 2 || layer == "cmd")
		next
	if (!index(" " may[layer] " ", " " to[1] " ")) {
		printf "%s:%d: %s may not include \"%s\"\n", FILENAME, FNR, layer, quoted[2]
		bad = 1
	}
}

END { exit bad }
