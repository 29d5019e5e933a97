# Sourced after lib.sh by the tests of interpreters: what they hold profiles against.

# needs_bpf: ends the test if functions of interpreters cannot be read.
needs_bpf() {
	exits 0 '--version -v says whether it reads functions of interpreters' prof-record --version -v
	grep -q 'read by BPF' out && return
	skip_rest "$(tail -1 out)"
}

# was_read FILE: ends the test if its recording, whose messages are in FILE, could not read them.
was_read() {
	grep -q 'were not read' "$1" || return 0
	skip_rest "$(grep 'were not read' "$1")"
}

# only_known PATTERN FOLDED: the frames whose names match, as ";a;b;c; VALUE"
only_known() {
	awk -F ';' -v known="^($1)$" '{
		value = $NF
		sub(/.* /, "", value)
		sub(/ [0-9]+$/, "")
		line = ""
		for (i = 1; i <= NF; i++)
			if ($i ~ known)
				line = line ";" $i
		print line ";", value }' "$2"
}

# nearly_whole NAME REPORT TEST: nearly all samples of an interpreter have all functions. Two of
# few samples are more than a few in a hundred, so that many may always lack some.
nearly_whole() {
	sed -n "s/.*$1: \([0-9]*\) samples, \([0-9.]*\)% with all.*/\1 \2/p" "$2" |
		awk '{ n = $1 * (100 - $2) / 100; good = $1 && (n <= 2.5 || $2 >= 97) } END { exit !good }'
	ok $? "$3" "$(cat "$2")"
}

# shares_hold TRUTH KNOWN: at 999 Hz, the shares of the functions in TRUTH, lines "NAME SECONDS", are
# within 4.5 standard errors of a sample of that size.
shares_hold() {
	awk 'FNR == NR { truth[$1] = $2; total += $2; next }
		{
			value = $NF
			for (w in truth)
				if ($0 ~ ";" w ";") { n[w] += value; all += value }
		}
		END {
			samples = all / 1001001
			if (samples < 100)
				exit 1
			for (w in truth) {
				p = truth[w] / total
				e = (n[w] / all - p) / sqrt(p * (1 - p) / samples)
				printf "%s: %.3f, and is %.3f: %.1f standard errors\n", w, n[w] / all, p, e
				if (e > 4.5 || e < -4.5)
					bad = 1
			}
			exit bad
		}' "$1" "$2" >shares
	ok $? 'shares are those that the program has measured' "$(cat shares "$1")"
}

# lines_within FILE FIRST LAST FUNCTION PROFILE: the function has lines, and none elsewhere.
lines_within() {
	prof-query --granularity=lines --top=200 "$5" 2>/dev/null | grep -o "$4 .*$1:[0-9]*" | sed 's/.*://' >lines
	awk -v first="$2" -v last="$3" '{ n++; if ($1 < first || $1 > last) bad = 1 }
		END { exit bad || !n }' lines
	ok $? 'lines of files' "$(sort lines | uniq -c)"
}
