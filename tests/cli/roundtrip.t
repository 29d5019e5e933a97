#!/bin/sh
# Every format that can be written, by the table: what is written from a golden input is
# recognised, gives the same stacks of each type that both have, and gives itself when it is
# written again.
. "$(dirname "$0")/../lib.sh"

types() { # FILE: the types, as "cpu/nanoseconds"
	prof-query -q --types "$1" 2>/dev/null | awk '{ print $2 }'
}

# fold TYPE FILE: without labels as roots
fold() {
	prof-fold -q --root none --type "$1" "$2" 2>/dev/null
}

# What a format says it cannot hold.
refused() {
	grep -Eq 'holds times|no values below 0|differential profile' err
}

# What the copies are compared with: the input's types, and its stacks of each, once for all
# formats.
open_case() { # FILE
	prof-query -q --types "$1" 2>/dev/null >listed
	default=$(awk '/\(default\)/ { print $2 }' listed)
	awk '{ print $2 }' listed >types.a
	rm -f stacks.*
	cut -d/ -f1 types.a | while read -r type; do
		fold "$type" "$1" >"stacks.$type"
	done
}

# same_types COPY: those that both have. A format without names of types (firefox) may give
# the default type another one: then the names say nothing.
same_types() {
	types "$1" >types.b
	grep -qFx "$default" types.b || return 0
	grep -Fx -f types.a types.b | cut -d/ -f1 >types
	while read -r type; do
		fold "$type" "$1" | cmp -s "stacks.$type" - || return 1
	done <types
}

# round FORMAT INPUT NAME
round() {
	if ! prof-merge -q -t "$1" "$2" -o once 2>err; then
		refused
		is $? 0 "$3 to $1: refused with a reason"
		return
	fi
	prof-merge -q -t "$1" once -o twice 2>err && prof-merge -q -t "$1" twice -o again 2>>err
	is $? 0 "$3 to $1: recognised" || cat err
	same_types once
	is $? 0 "$3 to $1: the same stacks"
	cmp -s twice again
	is $? 0 "$3 to $1: stable"
}

# Folded is what is compared; callgrind has no stacks (callgrind.t).
formats=$(prof-fold --list-formats |
	awk '$2 == "read" && $3 == "write" && $1 !~ /^(folded|callgrind)$/ { print $1 }')
for path in "$top"/tests/golden/*/*.in; do
	name=$(basename "$(dirname "$path")")/$(basename "$path" .in)
	# Large; not what can be read alone; not UTF-8, which JSON needs.
	[ "$name" = perf-script/clang ] && continue
	[ -f "${path%.in}.err" ] && continue
	iconv -f UTF-8 -t UTF-8 "${path%.in}.out" >/dev/null 2>&1 || continue
	open_case "$path"
	for format in $formats; do
		round "$format" "$path" "$name"
	done
done

# Values at the limit of 64 bits, whose sum is above it.
printf 'a 9223372036854775807\nb 9223372036854775807\n' >largest
open_case largest
for format in $formats; do
	round "$format" largest 'the largest values'
done

# perf script: each event of several, and commands that look like other fields.
cat >commands <<'END'
Web Content  42/43 [001]     1.000000:         10 cycles:
	    1010 leaf (/bin/a)
	    1000 main (/bin/a)

Web Content  42/43 [001]     1.000001:          7 instructions:
	    1010 leaf (/bin/a)
	    1000 main (/bin/a)

deadbeef     7/8 [000]     1.100000:         11 cycles:
	    1000 main (/bin/a)

1234     9/9 [000]     1.200000:         12 cycles:
	    1000 main (/bin/a)

kworker/0:1-eve    11/11 [000]     1.300000:         13 cycles:
	    1000 main (/bin/a)

a [003] 5.000000: b    12/12 [000]     1.400000:         14 cycles:
	    1000 main (/bin/a)

:-1    13/13 [000]     1.500000:         15 cycles:
	    1000 main (/bin/a)

x;y    14/14 [000]     1.600000:         16 instructions:
	    1000 main (/bin/a)

#hash    15/15 [000]     1.700000:         17 cycles:
	    1000 main (/bin/a)

END
prof-merge -q --type all -t perf-script commands -o copy
prof-merge -q --type all -t perf-script copy -o again
is "$(cmp copy again 2>&1)" '' 'perf script of odd commands: stable'
for type in cycles instructions; do
	prof-fold -q --tid --type $type commands >want
	prof-fold -q --tid --type $type copy >out
	same out want "$type of odd commands: the same"
	is "$([ -s out ] && echo some)" some "$type of odd commands: there are some"
done
finish
