#!/bin/sh
# prof-query: what it selects, filters and reports, and what it says of mistakes.
. "$(dirname "$0")/../lib.sh"

cat >small.folded <<'END'
main;a;b 10
main;a;c 5
main;d;b 3
main 2
END
prof-merge -t pprof small.folded -o small.pb.gz

# Three samples with labels, of two programs.
cat >two.perf <<'END'
web 10/11 [000] 1.000000: 3 cycles:
	00000000004010 parse+0x10 (/bin/web)
	00000000004100 main+0x0 (/bin/web)

web 10/12 [001] 2.000000: 4 cycles:
	00000000005010 [unknown] (/lib/libc.so)
	00000000004100 main+0x0 (/bin/web)

db worker 20/20 [000] 3.000000: 5 cycles:
	ffffffff81000010 sys_read+0x1 ([kernel.kallsyms])
	00000000006000 query+0x0 (/bin/db)

END
prof-merge -t pprof two.perf -o two.pb.gz

# prints NAME COMMAND...: standard output is what stands on standard input
prints() {
	name=$1
	shift
	cat >expected
	"$@" >out 2>err
	same out expected "$name"
}

# left NAME OPTION...: the stacks of small.folded that are left, on one line
left() {
	name=$1
	want=$2
	shift 2
	is "$(prof-query "$@" small.folded 2>err | tr '\n' ' ')" "$want" "$name"
}

# Streams

is "$(prof-query small.folded)" "$(prof-fold small.folded)" 'text in, text out'
exits 0 'pprof in' prof-query small.pb.gz
cp out out.pb.gz
is "$(prof-fold out.pb.gz)" "$(prof-fold small.folded)" 'pprof out'
is "$(prof-query -t folded small.pb.gz)" "$(prof-fold small.folded)" 'to text'
is "$(prof-query <small.folded)" "$(prof-fold small.folded)" 'standard input'
is "$(prof-query small.folded small.pb.gz -t folded | tail -n 1)" 'main;d;b 6' 'inputs are added up'
exits 0 'to a file' prof-query -o o.folded --focus c small.folded
is "$(cat o.folded)" 'main;a;c 5' 'which has it'
exits 2 'a bad input among others' prof-query missing.folded small.folded --top=1
says 'missing.folded: cannot open' 'is complained about'
is "$(tail -n 1 out | awk '{ print $NF }')" b 'and the others are reported'
: >empty
exits 2 'an empty input' prof-query --top empty

# Filters

left 'focus' 'main;a;b 10 main;d;b 3 ' --focus '^b$'
left 'ignore' 'main 2 main;a;c 5 ' --ignore '^b$'
left 'focus and ignore' 'main;d;b 3 ' --focus '^b$' --ignore a$
left 'leaf' 'main 2 ' --leaf main
left 'hide' 'a;b 10 a;c 5 d;b 3 ' --hide main
left 'show' 'main 2 main;a 15 main;d 3 ' --show 'main|^[ad]$'
left 'show, but for what is hidden' 'a 15 ' --show 'main|^a' --hide main
left 'show from' 'a;b 10 a;c 5 ' --show-from '^a$'
left 'prune from' 'main 2 main;a 15 main;d;b 3 ' --prune-from '^a$'
left 'upper case' '' --focus B
says "focus: nothing matches 'B'" 'a note names a pattern that matches nothing'
exits 0 'and is no error' prof-query --hide zz small.folded
exits 0 'and gives no note with -q' prof-query -q --focus zz small.folded
is "$(cat err)" '' 'nothing is reported'
for option in focus ignore hide show show-from prune-from leaf tag no-tag peek; do
	exits 2 "--$option with a broken pattern" prof-query --$option '(' small.folded
	says "\-\-$option \(: at offset 1: missing closing parenthesis" 'says where it is broken'
done

# Labels

tags() {
	name=$1
	want=$2
	shift 2
	is "$(prof-query -t tsv --values tid "$@" two.pb.gz 2>err | sed 1d | cut -f 1 | tr '\n' ' ')" \
		"$want" "$name"
}
tags 'all threads' '11 12 20 '
tags 'a label that matches' '11 12 ' --tag comm=^web$
tags 'not' '20 ' --no-tag comm=web
tags 'any label' '20 ' --tag worker
tags 'with its key' '20 ' --tag 'comm:db'
tags 'numbers as text' '11 12 ' --tag 'tid=^1'
tags 'two conditions' '12 ' --tag comm=web --tag cpu=1
tags 'a range' '11 12 ' --tag-range tid=11:12
tags 'open at the end' '12 20 ' --tag-range tid=12:
tags 'open at the start' '11 12 ' --tag-range tid=:19
tags 'one number' '12 ' --tag-range tid=12
tags 'any number' '11 12 20 ' --tag-range 11:20
tags 'no such label' '' --tag nothing=x
says "tag: nothing matches 'nothing=x'" 'is noted'
for range in tid= tid=: tid=x:1 tid=1:x tid=1:2:3 99999999999999999999; do
	exits 2 "range '$range'" prof-query --tag-range "$range" two.perf
	says 'expected LOW:HIGH' 'is none'
done

# Selectors

tags 'equal' '11 12 ' '{comm="web"}'
tags 'not equal' '20 ' '{comm!="web"}'
tags 'a pattern is for the whole value' '20 ' '{comm=~"db.*"}'
tags 'and not for a part' '' '{comm=~"b"}'
says 'the selector matches no samples' 'a note says so'
tags 'not that pattern' '11 12 ' '{comm!~"db .*"}'
tags 'a label that is not there is empty' '11 12 20 ' '{region=""}'
tags 'so it is not something else' '11 12 20 ' '{region!="eu"}'
tags 'numbers' '12 ' '{tid="12",}'
tags 'several' '11 ' "{comm='web', tid!=\`12\`}"
tags 'nothing at all' '11 12 20 ' '{}'
tags 'the type' '11 12 20 ' 'cycles:cycles:count::'
tags 'the type and labels' '20 ' 'cycles:cycles:count::{cpu="0", comm=~".* .*"}'
tags 'a part of the type' '11 12 20 ' '{__type__="cycles", __unit__=~"c.*"}'
tags 'by an option' '20 ' --select '{comm="db worker"}'
cp two.pb.gz '{x}'
is "$(prof-query '{x}' -t folded | wc -l)" 3 'an existing file is a file'
exits 2 'two selectors' prof-query '{}' two.perf '{}'
says 'are both selectors' 'are one too many'
exits 2 'a type that is not there' prof-query 'cpu:cpu:nanoseconds:cpu:nanoseconds' two.perf
says 'none of the sample types cycles:cycles:count::' 'and which there are'
exits 2 'a type against --type' prof-query --type 1 '{__type__="samples"}' \
	"$top/tests/golden/pprof/go-cpu.in"
says 'the selector leaves out sample type' 'is a contradiction'

# wrong SELECTOR OFFSET WHAT
wrong() {
	exits 2 "selector $1" prof-query "$1" small.folded
	says "offset $2: $3" 'says what is wrong with it'
}
wrong '{' 1 'expected a label name, found the end'
wrong '{a' 2 'expected =, !=, =~ or !~, found the end'
wrong '{a="b"' 6 "expected ',' or '}', found the end"
wrong '{a="b" b="c"}' 7 "expected ',' or '}'"
wrong '{a=b}' 3 'expected a string in quotes'
wrong '{a="b}' 3 'expected a string that ends'
wrong '{a="\d"}' 5 'expected an escape'
wrong '{a="\x4g"}' 7 'expected a digit of an escape'
wrong '{a="\ud800"}' 6 'expected the number of a character'
wrong '{a!~"["}' 4 "the pattern '\[' has an error at offset 1"
wrong '{1a="b"}' 1 'expected a label name'
wrong '{a="b"} c' 8 "expected nothing after '}'"
wrong 'a:b:c:d:e:f:g' 0 'expected a profile type id of five parts'

# Hostile patterns and labels

printf 'main;%s 1\n' "$(printf '%0100d' 0)!" >zeros.folded
started=$(date +%s)
exits 2 'a pattern that backtracks for ever' prof-query --focus '(0+0+)+$' zeros.folded
says "focus: the pattern '\(0\+0\+\)\+\\$' takes too long to match" 'is given up'
exits 2 'in a report' prof-query --peek '(0+0+)+$' -o peek.txt zeros.folded
says 'peek: the pattern takes too long to match' 'is given up'
[ ! -e peek.txt ]
ok $? 'and leaves no output'
sed 's/db worker/00000000000000000000000000000000000000000000000000000!/' two.perf >zeros.perf
exits 2 'in a selector' prof-query '{comm=~"(0+0+)+"}' zeros.perf
says "the pattern '\(0\+0\+\)\+' takes too long to match" 'is given up'
exits 2 'in a label' prof-query --tag 'comm=(0+0+)+$' zeros.perf
[ $(($(date +%s) - started)) -le 10 ]
ok $? 'all of that quickly'
awk 'BEGIN { for (i = 1; i <= 10000; i++)
	printf "web 1/%d [000] %d.0: 1 cycles:\n\t4010 main+0x0 (/bin/web)\n\n", i, i }' >many.perf
is "$(prof-query --values tid many.perf | tail -n 1)" 10000 'ten thousand labels'
is "$(prof-query '{tid=~".*7"}' --values tid many.perf | wc -l)" 1000 'selected by pattern'
is "$(prof-query --labels many.perf | grep -c '1 (0.01%)')" 10000 'and reported'

# Reports

prints 'top' prof-query --top small.folded <<'END'
Type: samples
Showing nodes accounting for 20, 100% of 20 total
      flat  flat%   sum%        cum   cum%
        13 65.00% 65.00%         13 65.00%  b
         5 25.00% 90.00%          5 25.00%  c
         2 10.00%   100%         20   100%  main
         0     0%   100%         15 75.00%  a
         0     0%   100%          3 15.00%  d
END
prints 'the first of them' prof-query --top=2 --cum small.folded <<'END'
Type: samples
Showing nodes accounting for 2, 10.00% of 20 total
Showing top 2 nodes out of 5
      flat  flat%   sum%        cum   cum%
         2 10.00% 10.00%         20   100%  main
         0     0% 10.00%         15 75.00%  a
END
prints 'shares are of what was there before' prof-query --top --focus c small.folded <<'END'
Type: samples
Active filters:
   focus=c
Showing nodes accounting for 5, 25.00% of 20 total
      flat  flat%   sum%        cum   cum%
         5 25.00% 25.00%          5 25.00%  c
         0     0% 25.00%          5 25.00%  a
         0     0% 25.00%          5 25.00%  main
END
prints 'top for programs' prof-query --top=1 -t tsv small.folded <<'END'
flat	flat_percent	sum_percent	cum	cum_percent	name
13	65.0000	65.0000	13	65.0000	b
END
prints 'and as JSON' prof-query --top=1 -t json small.folded <<'END'
{"report":"top","type":"samples","unit":"count","total":20,"rows":[
{"flat":13,"flat_percent":65.0000,"sum_percent":65.0000,"cum":13,"cum_percent":65.0000,"name":"b"}
]}
END
is "$(echo 'f;g;f;f 7' | prof-query --top -t tsv | sed 1d | cut -f 1,4,6 | tr '\n' ' ')" \
	'7	7	f 0	7	g ' 'a function that calls itself counts once'
prints 'peek' prof-query --peek '^a$' small.folded <<'END'
Type: samples
Showing nodes accounting for 20, 100% of 20 total
----------------------------------------------------------+-------------
      flat  flat%   sum%        cum   cum%   calls calls% + context
----------------------------------------------------------+-------------
                                                15   100% |   main
         0     0%     0%         15 75.00%                | a
                                                10 66.67% |   b
                                                 5 33.33% |   c
----------------------------------------------------------+-------------
END
prints 'peek for programs' prof-query --peek '^b$' -t tsv small.folded <<'END'
function	flat	cum	relation	name	weight
b	13	13	self	b	13
b	13	13	caller	a	10
b	13	13	caller	d	3
END
exits 0 'peek at nothing' prof-query --peek zz small.folded
says 'peek: there is no such function' 'is noted'
prints 'tree' prof-query --tree small.folded <<'END'
Type: samples
Showing nodes accounting for 20, 100% of 20 total
       cum   cum%       flat  flat%
        20   100%          2 10.00%  main
        15 75.00%          0     0%    a
        10 50.00%         10 50.00%      b
         5 25.00%          5 25.00%      c
         3 15.00%          0     0%    d
         3 15.00%          3 15.00%      b
END
prints 'tree for programs' prof-query --tree -t tsv --focus d small.folded <<'END'
depth	flat	flat_percent	cum	cum_percent	name
1	0	0.0000	3	15.0000	main
2	0	0.0000	3	15.0000	d
3	3	15.0000	3	15.0000	b
END
prints 'traces' prof-query --traces '{comm="web"}' two.perf <<'END'
File: web
Type: cycles
Duration: 2s, Total samples = 7
-----------+-------------------------------------------------------
      comm:  web
       cpu:  0
       pid:  10
       tid:  11
         3   parse
             main
-----------+-------------------------------------------------------
      comm:  web
       cpu:  1
       pid:  10
       tid:  12
         4   [libc.so]
             main
-----------+-------------------------------------------------------
END
prints 'traces for programs' prof-query --traces -t tsv '{cpu="1"}' two.perf <<'END'
value	labels	stack
4	comm=web;cpu=1;pid=10;tid=12	main;[libc.so]
END
prints 'labels' prof-query --labels '{comm="web"}' two.perf <<'END'
comm: Total 7 of 7 (100%)
             7 (100%): web

cpu: Total 7 of 7 (100%)
             4 (57.14%): 1
             3 (42.86%): 0

pid: Total 7 of 7 (100%)
             7 (100%): 10

tid: Total 7 of 7 (100%)
             4 (57.14%): 12
             3 (42.86%): 11

END
prints 'labels for programs' prof-query --labels -t tsv --tag cpu=1 two.perf <<'END'
label	value	weight	percent
comm	web	4	33.3333
cpu	1	4	33.3333
pid	10	4	33.3333
tid	12	4	33.3333
END
prints 'values' prof-query --values comm two.perf <<'END'
db worker
web
END
prints 'values for programs' prof-query --values tid -t tsv two.perf <<'END'
value	weight	percent
11	3	25.0000
12	4	33.3333
20	5	41.6667
END
exits 0 'values of nothing' prof-query --values zz two.perf
says 'values: there is no such label' 'is noted'
prints 'types' prof-query --types "$top/tests/golden/pprof/go-cpu.in" <<'END'
0  samples/count  process_cpu:samples:count:cpu:nanoseconds
1  cpu/nanoseconds  process_cpu:cpu:nanoseconds:cpu:nanoseconds  (default)
END
prints 'types for programs' prof-query --types -t tsv small.folded <<'END'
index	type	unit	id	default
0	samples	count	samples:samples:count::	true
END
prints 'raw' prof-query --raw --focus query two.perf <<'END'
profile 0: duration=2000000000
type 0: type=cycles unit=count default=1
mapping 3: file=[kernel.kallsyms] start=0 size=0 offset=0
mapping 4: file=/bin/db start=0 size=0 offset=0
function 3: name=sys_read
function 4: name=query
location 4: mapping=3 address=0xffffffff81000010 function=3 flags=kernel
location 5: mapping=4 address=0x6000 function=4
sample 1: values=5 stack=5,4 number=tid=20 number=pid=20 label="comm=db worker" number=cpu=0
END
prints 'raw for programs' prof-query --raw -t tsv --focus '^c$' small.folded <<'END'
table	id	field	value
type	0	type	samples
type	0	unit	count
type	0	default	1
function	1	name	main
function	2	name	a
function	4	name	c
location	1	function	1
location	2	function	2
location	4	function	4
sample	1	values	5
sample	1	stack	1,2,4
END
prints 'summary' prof-query --summary two.perf <<'END'
file       /bin/web
type       cycles:cycles:count::
duration   2s
total      12 of cycles
samples    3
stacks     3
depth      2
mappings   4
label      comm (2 values)
label      cpu (2 values)
label      pid (2 values)
label      tid (3 values)
functions  5
top        41.67% sys_read
top        33.33% [libc.so]
top        25.00% parse
END
prints 'summary for programs' prof-query --summary -t tsv small.folded <<'END'
field	value
type	samples:samples:count::
total	20
samples	4
stacks	4
depth	3
mappings	0
functions	5
top	65.00% b
top	25.00% c
top	10.00% main
END
# is_json: is ./out?
is_json() {
	if command -v python3 >/dev/null; then
		python3 -c 'import json, sys; json.load(sys.stdin)' <out 2>err
		ok $? 'is JSON' "$(head -c 300 out)"
	else
		skip 'there is no python3: make deps-dev' 'is JSON'
	fi
}
for report in top tree 'peek .' traces labels 'values comm' types raw summary; do
	# shellcheck disable=SC2086
	exits 0 "--$report as JSON" prof-query --$report -t json two.perf
	is_json
	# shellcheck disable=SC2086
	exits 0 "--$report of nothing" prof-query -q --$report -t json --focus zz two.perf
	is_json
done

# No profile at all is selected.
printf 'a;b 1\n' | make_run time=1700000001 >timed.pb.gz
for report in top tree 'peek .' 'list .' 'disasm .' traces labels 'values comm' types raw summary dot; do
	# shellcheck disable=SC2086
	exits 0 "--$report of no profile, as JSON" prof-query --$report -t json --since 2025-01-01 timed.pb.gz
	is_json
	# shellcheck disable=SC2086
	is "$(prof-query -q --$report -t tsv --since 2025-01-01 timed.pb.gz | wc -l)" 1 'as TSV it has its names only'
done
is "$(prof-query -q --top -t openmetrics --since 2025-01-01 timed.pb.gz)" '# EOF' 'and no metrics'

printf 'a\tb\\;c\033d 1\n' >odd.folded
is "$(prof-query --top -t tsv odd.folded | sed -n 2p | cut -f 6)" 'c'"$(printf '\033')"'d' \
	'names in TSV are as they are'
is "$(prof-query --tree -t tsv odd.folded | sed -n 2p | cut -f 6)" "a\\tb\\\\" 'but for tabs and backslashes'
is "$(prof-query --top odd.folded | tail -n 2 | head -n 1)" \
	'         1   100%   100%          1   100%  c d' 'in text they stay on a line'

# Differential profiles: the net, and shares of the base

printf 'a;b;c 5 10\na;b 3 3\na;d 7 0\n' >diff.folded
prints 'top of a differential' prof-query --top diff.folded <<'END'
Type: samples
Showing nodes accounting for -2, 13.33% of 15 total
      flat  flat%   sum%        cum   cum%
        -7 46.67% 46.67%         -7 46.67%  d
         5 33.33% 13.33%          5 33.33%  c
         0     0% 13.33%         -2 13.33%  a
         0     0% 13.33%          5 33.33%  b
END
prints 'tree of a differential' prof-query --tree -t tsv diff.folded <<'END'
depth	flat	flat_percent	cum	cum_percent	name
1	0	0.0000	-2	-13.3333	a
2	0	0.0000	5	33.3333	b
3	5	33.3333	5	33.3333	c
2	-7	-46.6667	-7	-46.6667	d
END
is "$(prof-query --focus c diff.folded)" 'a;b;c 5 10' 'a differential stays one'

# Frames: what is one, and how it is named

cat >place.perf <<'END'
web 10/11 [000] 1.000000: 3 cycles:
	00000000004010 a::parse<int>(char*)+0x10 (/bin/web)
  src/./deep/../parse.cc:12
	00000000004100 main+0x0 (/bin/web)
  /src//main.cc:7

web 10/11 [000] 1.000000: 4 cycles:
	00000000004018 a::parse<long>(char*)+0x18 (/bin/web)
  src/parse.cc:13
	00000000004100 main+0x0 (/bin/web)
  /src//main.cc:7

END
# names OPTION...: flat and cumulative values and names of --top
names() { prof-query --top -t tsv "$@" place.perf | sed 1d | cut -f 1,4,6 | tr '\t' ' '; }
is "$(names --granularity functions)" '4 4 a::parse<long>
3 3 a::parse<int>
0 7 main' 'by function'
is "$(names --granularity filefunctions --simplify)" '7 7 a::parse src/parse.cc
0 7 main /src/main.cc' 'by function and file'
is "$(names --granularity files)" '7 7 src/parse.cc
0 7 /src/main.cc' 'by file'
is "$(names --granularity lines --simplify)" '4 4 a::parse src/parse.cc:13
3 3 a::parse src/parse.cc:12
0 7 main /src/main.cc:7' 'by line'
is "$(names --granularity addresses --simplify | cut -d ' ' -f 3-)" \
	'0000000000004018 a::parse src/parse.cc:13
0000000000004010 a::parse src/parse.cc:12
0000000000004100 main /src/main.cc:7' 'by address'
is "$(names --lines --simplify | tail -n 1)" '0 7 main:7' 'lines as prof-flame has them'
is "$(prof-query --focus 'long' place.perf | prof-query --simplify --top -t tsv | sed 1d | cut -f 1,4,6)" "$(printf '4\t4\ta::parse\n0\t4\tmain')" 'a filter by what names were, before'

# The filters that a picture copies work as written: they match what is shown

# copied SAMPLES FILE NAME OPTION...: the options and the name of a picture, as a filter of prof-query
copied() {
	samples=$1
	file=$2
	re=$(printf %s "$3" | sed 's/[].*+?^${}()|[]/\\&/g')
	shift 3
	prof-flame "$@" "$file" >copied.svg
	options=$(sed -n 's/.*"query":"\([^"]*\)".*/\1/p' copied.svg)
	eval "prof-query $options --focus '^$re\$' -t folded $file" >found
	is "$(awk '{ sum += $NF } END { print sum }' found)" "$samples" "focus on $re, $options"
}
copied 7 place.perf 'a::parse' --simplify
copied 3 place.perf 'a::parse<int>(char*)' --demangle full
copied 4 place.perf 'a::parse<long>:13' --lines
copied 7 place.perf 'main:7' --lines --simplify
copied 7 place.perf 'main' --no-inlines --simplify
cat >marks.perf <<'END'
web 10/11 [000] 1.000000: 3 cycles:
	ffffffff81000010 do_read+0x10 ([kernel.kallsyms])
	00000000004100 read+0x0 (/bin/web)
	00000000005000 [unknown] (/lib/libx.so)

web 10/11 [000] 1.000000: 4 cycles:
	00000000004100 do_read+0x0 (/bin/web)
	00000000006000 [unknown] (/lib/liby.so)

END
copied 3 marks.perf 'do_read_[k]' --kernel
copied 4 marks.perf 'do_read' --kernel
copied 3 marks.perf 'do_read_[k]' --all
exits 2 'no such granularity' prof-query --top --granularity blocks place.perf
is "$(prof-query --simplify -t folded place.perf)" 'main;a::parse 7' 'frames of a stream, too'

# Source lines

mkdir -p moved/src
seq 20 | sed 's/^/line /' >moved/src/parse.cc
printf 'one\n\ttwo\033\n' >moved/main.cc
prints 'a list' prof-query --list . --simplify --source moved place.perf <<'END'
Total: 7
ROUTINE ======================== a::parse in src/parse.cc
         7          7 (flat, cum) 100% of Total
Source: moved/src/parse.cc
         .          .      7:line 7
         .          .      8:line 8
         .          .      9:line 9
         .          .     10:line 10
         .          .     11:line 11
         3          3     12:line 12
         4          4     13:line 13
         .          .     14:line 14
         .          .     15:line 15
         .          .     16:line 16
         .          .     17:line 17
         .          .     18:line 18
ROUTINE ======================== main in /src/main.cc
         0          7 (flat, cum) 100% of Total
Source: moved/main.cc
         .          .      2:	two 
moved/main.cc has only 2 lines: it is of another version
         .          7      7:
END
prof-query --list . --simplify --source moved -t html place.perf >list.html
ok $? 'a list as a page'
for line in '<h2>a::parse</h2>' '<p>self 7, total 7: 100% of all</p>' \
	'<tr class="hot"><td style="--of:57.1">4</td><td style="--of:57.1">4</td><th scope="row">13</th><td class="code">line 13</td></tr>' \
	'<tr><td></td><td></td><th scope="row">7</th><td class="code">line 7</td></tr>' \
	'moved/main.cc has only 2 lines: it is of another version</td>'; do
	grep -qF -- "$line" list.html
	ok $? "with $line" "$(cat list.html)"
done
is "$(grep -c '<script' list.html)" 0 'has no script'
exits 2 'only a list is a page' prof-query --top -t html place.perf
printf '<script>&\n' >moved/main.cc
prof-query --list main --source moved -t html place.perf | grep -q '<script>'
is $? 1 'and of the source none'
if command -v git >/dev/null; then
	git init -q moved && git -C moved add . &&
		git -C moved -c user.name=x -c user.email=x -c commit.gpgsign=false commit -qm 1
	seq 20 | sed 's/^/newer /' >moved/src/parse.cc
	is "$(prof-query --list parse --simplify --source moved --revision HEAD place.perf | sed -n '4p; /13:/p')" \
		'Source: HEAD:moved/src/parse.cc
         4          4     13:line 13' 'source of a git revision'
	is "$(prof-query --list parse --simplify --source moved/src --revision HEAD place.perf | sed -n '4p; /13:/p')" \
		'Source: HEAD:moved/src/parse.cc
         4          4     13:line 13' 'below a folder of it'
	prof-flame -t html --source moved --revision HEAD place.perf >revision.html 2>err
	ok $? 'in a page, too' "$(cat err)"
	grep -q 'line 13' revision.html && ! grep -q 'newer 13' revision.html
	ok $? 'with those lines'
	exits 2 'no such revision' prof-query --list . --source moved --revision nope place.perf
	is "$(head -n 1 err)" "prof-query: --revision: git finds no revision 'nope' in moved" 'says which'
	for bad in "--help: begins with '-'" "--output=$tmp/pwned: begins with '-'" "HEAD:../../x: contains ':'" \
		": is empty"; do
		exits 2 "'${bad%%: *}' is no revision" \
			prof-query --list . --source moved --revision "${bad%%: *}" place.perf
		is "$(head -n 1 err)" "prof-query: --revision: '${bad%%: *}' is not a revision: it ${bad#*: }" 'says why'
		exits 2 'nor in a page' prof-flame -t html --source moved "--revision=${bad%%: *}" place.perf
	done
	[ ! -e pwned ]
	ok $? 'and git gets none of them'
	exits 2 'a revision has a folder' prof-query --list . --revision HEAD place.perf
	exits 2 'in a page, too' prof-flame -t html --revision HEAD place.perf
else
	skip 'there is no git' 'source of a git revision'
fi
seq 20 | sed 's/^/line /' >moved/src/parse.cc
printf 'one\n\ttwo\033\n' >moved/main.cc
prints 'without sources lines have their values' prof-query --list . --simplify place.perf <<'END'
Total: 7
ROUTINE ======================== a::parse in src/parse.cc
         7          7 (flat, cum) 100% of Total
The source file is not found
         3          3     12:
         4          4     13:
ROUTINE ======================== main in /src/main.cc
         0          7 (flat, cum) 100% of Total
The source file is not found
         .          7      7:
END
says 'list: 2 files cannot be shown: --source' 'and the files are missed'
prints 'for programs' prof-query --list parse -t tsv --simplify --source moved place.perf <<'END'
function	file	line	flat	cum	text
a::parse	src/parse.cc	12	3	3	line 12
a::parse	src/parse.cc	13	4	4	line 13
END
exits 0 'a function that is not there' prof-query --list nothing place.perf
says 'there is no such function' 'is noted'
mkfifo moved/fifo.cc
sed 's,src/parse.cc,fifo.cc,' place.perf >fifo.perf
exits 0 'a source file that is none' timeout 20 prof-query --list parse --source moved fifo.perf
grep -q 'source file is not found' out
ok $? 'is not read'

# Whoever makes a profile chooses its paths.
echo 'a secret' >secret.txt
ln -s .. moved/out
for path in ../secret.txt src/../../secret.txt /build/../secret.txt out/secret.txt; do
	sed "s,src/parse.cc,$path," place.perf >hostile.perf
	prof-query --list parse --source moved hostile.perf 2>/dev/null | grep -q 'source file is not found'
	ok $? "$path is outside of the folder"
done
for path in "$tmp/secret.txt" ../secret.txt out/secret.txt /proc/self/environ; do
	sed "s,src/parse.cc,$path," place.perf >hostile.perf
	prof-flame -t html --source moved hostile.perf >hostile.html 2>err
	says '2 of 3 source files are not found' "$path gets into no page"
	grep -q 'a secret\|PATH=' hostile.html
	is $? 1 'and nothing of it'
done
prof-query --list parse --source moved hostile.perf 2>/dev/null | grep -q 'source file is not found'
ok $? 'nor is a file of /proc listed'

# Instructions

if command -v gcc >/dev/null && command -v objdump >/dev/null && command -v nm >/dev/null; then
	cat >app.c <<'END'
volatile int total;
__attribute__((noinline)) int work(int x)
{
	while (x-- > 0)
		total += x;
	return total;
}
int main(int argc, char **argv)
{
	return work(argc) + !argv;
}
END
	gcc -O1 -no-pie -fno-pie -o app app.c
	at=$(nm app | awk '$3 == "work" { print $1 }')
	size=$(nm -S app | awk '$4 == "work" { print $2 }')
	last=$(printf %x $((0x$at + 0x$size - 1)))
	for n in 1 2; do
		printf 'app 1/1 [000] %d.000000: %d cycles:\n\t%s work+0x0 (%s)\n\n' $n $n "$at" "$tmp/app"
		printf 'app 1/1 [000] %d.000000: 10 cycles:\n\t%s work+0x0 (%s)\n\n' $n "$last" "$tmp/app"
	done >app.perf
	exits 0 'disasm' prof-query --disasm '^work$' app.perf
	is "$(sed -n '2,4p' out | tr -s ' ')" "ROUTINE ======================== work
 23 23 (flat, cum) 100% of Total
 3 3 $(echo "$at" | sed 's/^0*//'): $(objdump -d --no-show-raw-insn --start-address="0x$at" app |
	sed -n "s/^ *$(echo "$at" | sed 's/^0*//'):[[:blank:]]*//p" | head -n 1 | tr -s '\t ' ' ')" \
		'begins with the first instruction'
	is "$(tail -n 1 out | tr -s ' ' | cut -d ' ' -f 2,3,5)" '20 20 ret' 'ends with the last, and has their values'
	is "$(prof-query --disasm work -t tsv app.perf | sed 1d | awk -F '\t' '{ n++; f += $3; c += $4 }
		END { print (n > 4), f, c }')" '1 23 23' 'for programs'
	is "$(OBJDUMP=/nonexistent prof-query -q --disasm work app.perf | tr -s ' ' | tail -n 2 | head -n 1)" \
		" 3 3 $(echo "$at" | sed 's/^0*//'): " 'without objdump addresses have values'
	printf '#!/bin/sh\nhead -c 300000 /dev/urandom\nprintf "LOAD off 0x0 vaddr 0x0\\nfilesz zz\\n :\\n 0:\\n"\n' >junk
	chmod +x junk
	exits 0 'an objdump that prints junk' env OBJDUMP="$tmp/junk" prof-query --disasm work app.perf
	printf '\177ELF' >app
	exits 0 'a binary that is none' prof-query --disasm work app.perf
	grep -q 'objdump does not read it' out
	ok $? 'is not disassembled'
	says 'disasm: 1 file cannot be shown' 'and noted'
	rm app
	mkfifo app
	exits 0 'a FIFO' timeout 20 prof-query --disasm work app.perf
	grep -q 'there is no such file' out
	ok $? 'is not opened'
else
	skip 'needs gcc, nm and objdump' 'instructions'
fi

# A graph for Graphviz

prints 'a graph' prof-query --dot small.folded <<'END'
digraph prof {
node [style=filled fillcolor="#f8f8f8" shape=box fontname="sans"]
edge [fontname="sans"]
subgraph cluster_head { head [fontsize=16 label="Type: samples\lShowing nodes accounting for 20, 100% of 20 total\l"] }
N1 [label="main\n2 (10.00%)\nof 20 (100%)" id="node1" fontsize=15 tooltip="main 20 (100%)" color="#990000" fillcolor="#edadad"]
N2 [label="a\n0 of 15 (75.00%)" id="node2" fontsize=8 tooltip="a 15 (75.00%)" color="#9b1313" fillcolor="#edb4b4"]
N3 [label="b\n13 (65.00%)" id="node3" fontsize=24 tooltip="b 13 (65.00%)" color="#9d1c1c" fillcolor="#edb7b7"]
N4 [label="c\n5 (25.00%)" id="node4" fontsize=18 tooltip="c 5 (25.00%)" color="#a34b4b" fillcolor="#edc8c8"]
N5 [label="d\n0 of 3 (15.00%)" id="node5" fontsize=8 tooltip="d 3 (15.00%)" color="#a65e5e" fillcolor="#edcfcf"]
N1 -> N2 [label=" 15" weight=76 penwidth=4 color="#9b1313"]
N1 -> N5 [label=" 3" weight=16 penwidth=1 color="#a65e5e"]
N2 -> N3 [label=" 10" weight=51 penwidth=3 color="#9f2b2b"]
N2 -> N4 [label=" 5" weight=26 penwidth=2 color="#a34b4b"]
N5 -> N3 [label=" 3" weight=16 penwidth=1 color="#a65e5e"]
}
END
prints 'calls for programs' prof-query --dot -t tsv small.folded <<'END'
caller	callee	weight	percent	inlined	residual
main	a	15	75.0000	false	false
main	d	3	15.0000	false	false
a	b	10	50.0000	false	false
a	c	5	25.0000	false	false
d	b	3	15.0000	false	false
END
prints 'what goes through others' prof-query --dot 3 -t tsv --type 0 small.folded <<'END'
caller	callee	weight	percent	inlined	residual
main	a	15	75.0000	false	false
main	b	3	15.0000	false	true
a	b	10	50.0000	false	false
END
printf 'a"b\\c\001;<x>\303 3\n' >odd2.folded
exits 0 'odd names' prof-query --dot odd2.folded
grep -qF 'label="a\"b\\c' out
ok $? 'are escaped' "$(cat out)"
if command -v dot >/dev/null; then
	exits 0 'dot draws it' dot -Tsvg -o dot.svg out
	is "$(cat err)" '' 'without complaints'
else
	skip 'there is no dot(1)' 'a graph is drawn'
fi

# Streams of windows

printf 'main;a;b 1\n' | prof-merge -t pprof >first.pb
printf 'main;a;b 3\nmain;c 1\n' | prof-merge -t pprof >second.pb
cat first.pb second.pb >stream.pb
prints 'a block for each window' prof-query --top=1 --follow stream.pb <<'END'
1 of samples
Showing nodes accounting for 1, 100% of 1 total
Showing top 1 nodes out of 3
      flat  flat%   sum%        cum   cum%
         1   100%   100%          1   100%  b

4 of samples
Showing nodes accounting for 3, 75.00% of 4 total
Showing top 1 nodes out of 4
      flat  flat%   sum%        cum   cum%
         3 75.00% 75.00%          3 75.00%  b
END
prints 'a line for each window' prof-query --timeline '^[ac]$' stream.pb <<'END'
time                    duration      total       flat  flat%        cum   cum%
-                       0                 1          0     0%          1   100%  ########################################
-                       0                 4          1 25.00%          4   100%  ########################################
END
prints 'for programs' prof-query --timeline a -t tsv --focus a stream.pb small.pb.gz --type samples <<'END'
time	duration	total	flat	flat_percent	cum	cum_percent
0	0	1	0	0.0000	1	100.0000
0	0	4	0	0.0000	4	100.0000
0	0	20	2	10.0000	20	100.0000
END
is "$(prof-query --timeline c -t json stream.pb | grep -c '^{"report":"timeline"')" 2 'an object for each window'
exits 0 'a function that is nowhere' prof-query --timeline zz stream.pb
says 'there is no such function' 'is noted'
exits 0 'no labels' prof-query --labels small.folded
is "$(cat out err)" 'prof-query: --labels: no sample has a label' 'are not nothing'
exits 2 'following without a report' prof-query --follow stream.pb
exits 2 'subtracting from windows' prof-query --follow --top --base first.pb second.pb
head -c $(($(wc -c <stream.pb) - 20)) stream.pb >cut.pb
exits 2 'a stream that breaks off' prof-query --top --follow cut.pb
is "$(grep -c '^1 of samples' out)" 1 'shows what came before'

# A window is shown when the next one begins, since a message may go on there, and after the
# first 4 KiB, in which the format is recognised; not only when the stream ends.
mkfifo live
prof-query --top --follow live >live.out 2>err &
follower=$!
exec 3>live
for _ in $(seq 100); do
	cat first.pb
done >&3
cat second.pb >&3
for _ in $(seq 100); do
	[ "$(grep -c '^1 of samples' live.out)" -eq 100 ] && break
	sleep 0.1
done
is "$(grep -c '^1 of samples$' live.out)" 100 'windows are shown while the stream goes on'
exec 3>&-
wait $follower
is "$(grep -c 'of samples$' live.out)" 101 'and the last one when it ends'
if has_terminal; then
	script -qc 'prof-query --top --follow stream.pb' /dev/null </dev/null >out
	is "$(grep -c "$(printf '\033')\[H" out)" 2 'on a terminal a window is drawn over the last one'
else
	skip 'script(1) has no terminal here' 'following on a terminal'
fi

# Labels as frames, means, units, differences

is "$(prof-query --tagroot comm,nothing --tagleaf tid -t folded two.perf 2>err)" \
	'db worker;[unknown];query;sys_read;20 5
web;[unknown];main;[libc.so];12 4
web;[unknown];main;parse;11 3' 'labels at both ends of stacks'
says 'no sample has a label nothing' 'one that is not there is noted'
prints 'a mean' prof-query --top=2 --mean --type cpu "$top/tests/golden/pprof/go-cpu.in" -t tsv <<'END'
flat	flat_percent	sum_percent	cum	cum_percent	name
10000000	100.0000	100.0000	10000000	100.0000	crypto/internal/fips140/sha256.blockSHANI
10000000	100.0000	200.0000	10000000	100.0000	strings.Fields
END
exits 2 'the mean of the first type' prof-query --top --mean small.folded
says "mean divides by the first sample type, and 'samples' is that" 'is none'
exits 2 'the mean of a tree' prof-query --tree --mean small.pb.gz
says 'mean is for --top, --peek' 'is not made'
golden=$top/tests/golden/pprof/go-cpu.in
is "$(prof-query --types "$golden" | tail -n 1 | cut -d ' ' -f 3)" cpu/nanoseconds 'a profile of times'
exits 0 'in a unit' prof-query --top=1 --unit us "$golden"
tail -n 1 out | grep -Eq '^ *[0-9.]+us .* [0-9.]+us '
ok $? 'values have it' "$(cat out)"
exits 2 'a unit of something else' prof-query --top --unit kb "$golden"
says "unit kb: sample type 'cpu' is in nanoseconds" 'is refused'
exits 2 'a unit for programs' prof-query --top --unit ms -t tsv "$golden"
is "$(prof-query --top=1 -t tsv --focus '^d$' --relative-percentages small.folded | tail -n 1)" \
	'3	100.0000	100.0000	3	100.0000	b' 'shares of what is left'
printf 'main;a;b 4\nmain;x 6\n' >base.folded
is "$(prof-query --base base.folded small.folded)" 'main 0 2
main;a;b 4 10
main;a;c 0 5
main;d;b 0 3
main;x 6 0' 'a base is subtracted'
is "$(prof-query --base base.folded --normalize small.folded)" 'main 0 1
main;a;b 4 5
main;a;c 0 3
main;d;b 0 1
main;x 6 0' 'after the rest was scaled to its total'
is "$(prof-query --top=1 --base base.folded small.folded | tail -n 1)" \
	'         9 90.00% 90.00%          9 90.00%  b' 'shares are of the base'
exits 2 'without a base' prof-query --normalize small.folded

cat >events.perf <<'END'
web 10/11 [000] 1.000000: 4000 cycles:
	00000000004010 parse+0x10 (/bin/web)
	00000000004100 main+0x0 (/bin/web)

web 10/11 [000] 1.000000: 6000 instructions:
	00000000004010 parse+0x10 (/bin/web)
	00000000004100 main+0x0 (/bin/web)

web 10/11 [000] 1.000000: 1000 instructions:
	00000000004100 main+0x0 (/bin/web)

web 10/11 [000] 1.000000: 14 cache-misses:
	00000000004010 parse+0x10 (/bin/web)
	00000000004100 main+0x0 (/bin/web)

END
prints 'a ratio' prof-query -q --top --type instructions --ratio instructions/cycles events.perf <<'END'
File: web
Type: instructions
Showing nodes accounting for 7000, 100% of 7000 total
Ratio: 1.75 instructions per 1 cycles
      flat  flat%   sum%        cum   cum%      ratio  cum ratio
      6000 85.71% 85.71%       6000 85.71%        1.5        1.5  parse
      1000 14.29%   100%       7000   100%          -       1.75  main
END
prints 'a small one' prof-query -q --top --type cycles --ratio cache-misses/instructions events.perf <<'END'
File: web
Type: cycles
Showing nodes accounting for 4000, 100% of 4000 total
Ratio: 2 cache-misses per 1000 instructions
      flat  flat%   sum%        cum   cum%      ratio  cum ratio
      4000   100%   100%       4000   100%      2.333      2.333  parse
         0     0%   100%       4000   100%          0          2  main
END
prints 'for programs' prof-query -q --top --by comm -t tsv --type instructions --ratio instructions/cycles events.perf <<'END'
by	flat	flat_percent	sum_percent	cum	cum_percent	ratio	cum_ratio	name
web	6000	85.7143	85.7143	6000	85.7143	1.5	1.5	parse
web	1000	14.2857	100.0000	7000	100.0000		1.75	main
END
exits 2 'a ratio of one type' prof-query --top --ratio cycles events.perf
says 'ratio cycles: these are not two of the sample types' 'is none'
exits 2 'a ratio in a tree' prof-query --tree --ratio instructions/cycles events.perf

# Order, number, groups, terminals

is "$(prof-query --top 2 -t tsv small.folded | cut -f 6 | tr '\n' ' ')" 'name b c ' 'a number as the next word'
is "$(prof-query --top small.folded -t tsv | wc -l)" 6 'a file as the next word'
cp small.folded 2
is "$(prof-query --top 2 -t tsv | wc -l)" 6 'a file that has a number as its name is a file'
is "$(prof-query --top=2 2 -t tsv | wc -l)" 3 'after = it is the number'
rm 2
order() { prof-query --top -t tsv "$@" small.folded | sed 1d | cut -f 6 | tr '\n' ' '; }
is "$(order --sort flat)" 'b c main a d ' 'by flat value'
is "$(order --sort cum)" 'main a b c d ' 'by cumulative value'
is "$(order --incl)" "$(order --sort cum)" 'the same in short'
is "$(order --cum)" "$(order --sort cum)" "by pprof's name, too"
is "$(order --self)$(order --flat)" "$(order --sort flat)$(order --sort flat)" 'and the other'
is "$(prof-query --help=all | grep -cE -- '--(cum|flat)\b[^.]*$')" 0 'which --help does not list'
is "$(order --sort name)" 'a b c d main ' 'by name'
exits 2 'no such order' prof-query --top --sort size small.folded
exits 2 'two orders' prof-query --top --sort name --incl small.folded
prints 'top by a label' prof-query --top=1 --by comm two.perf <<'END'
File: web
Type: cycles
Duration: 2s, Total samples = 12
Showing nodes accounting for 12, 100% of 12 total

comm: web, 7, 58.33%
      flat  flat%   sum%        cum   cum%
         4 33.33% 33.33%          4 33.33%  [libc.so]

comm: db worker, 5, 41.67%
      flat  flat%   sum%        cum   cum%
         5 41.67% 41.67%          5 41.67%  sys_read
END
prints 'for programs' prof-query --top=1 --by tid -t tsv two.perf <<'END'
by	flat	flat_percent	sum_percent	cum	cum_percent	name
20	5	41.6667	41.6667	5	41.6667	sys_read
12	4	33.3333	33.3333	4	33.3333	[libc.so]
11	3	25.0000	25.0000	3	25.0000	parse
END
exits 0 'by a label that is not there' prof-query --top --by zz two.perf
says "there is no label 'zz'" 'is noted'
grep -q '^zz: (none), 12, 100%' out
ok $? 'and all samples are without it'
exits 2 'a tree by a label' prof-query --tree --by comm two.perf
if has_terminal; then
	echo 'main;std::vector<int>::a_rather_long_name_of_a_function 3' >long.folded
	# on_terminal COMMAND: what it prints there
	on_terminal() { script -qc "COLUMNS=70 $1" /dev/null </dev/null | tr -d '\r' | sed -n 4p; }
	is "$(on_terminal 'prof-query --top long.folded')" \
		'         3   100%   100%          3   100%  std::vec..me_of_a_function' \
		'a name is simplified and cut to the width of a terminal'
	is "$(on_terminal 'prof-query --top long.folded --demangle none' | wc -c)" 71 \
		'it is not simplified where that is asked for'
	wide() { script -qc "COLUMNS=$1 prof-query --timeline main long.folded" /dev/null </dev/null | tr -d '\r' |
		awk 'length($0) > most { most = length($0) } END { print most }'; }
	is "$(wide 60) $(wide 80) $(wide 100) $(wide 200)" '60 79 100 200' 'a line ends where that of the terminal ends'
else
	skip 'script(1) has no terminal here' 'names on a terminal'
fi

# Usage

exits 2 'two reports' prof-query --top --tree small.folded
says 'top or --tree, not both' 'are one too many'
exits 2 'no report' prof-query -t tsv small.folded
says 'tsv is for reports' 'has no form'
exits 2 'a report as a profile' prof-query --top -t pprof small.folded
says 'printed as text, tsv or json' 'is not a profile'
for n in 0 x -1 1.5 99999999999999999999; do
	exits 2 "--top=$n" prof-query --top=$n small.folded
	says "'$n' is not a valid N" 'is not a number of rows'
done
exits 2 'both orders' prof-query --top --cum --flat small.folded
exits 2 'no such type' prof-query --type zz --top small.folded
says "sample type 'zz' \(all types: samples\)" 'and which there are'
exits 2 'no such option' prof-query --nothing
exits 0 'a type in a stream' prof-query --type samples -t pprof -o one.pb.gz \
	"$top/tests/golden/pprof/go-cpu.in"
is "$(prof-query --types one.pb.gz)" \
	'0  samples/count  process_cpu:samples:count:cpu:nanoseconds  (default)' 'is the only one'
for report in --types --raw --summary; do
	prof-query $report "$top/tests/golden/jfr/all-kinds.in" 2>err >out
	is "$(grep -c 'only sample type' err)" 0 "$report leaves no sample type out, and does not say so"
done
# Java's recordings have one period, of CPU time; ids are those that Pyroscope gives their parts.
jfr=$top/tests/golden/jfr/all-kinds.in
is "$(prof-query -q --types "$jfr" | grep -c ':space:bytes$')" 10 "ids of Java's allocations"
is "$(prof-query -q --types "$jfr" | grep -c ':\(mutex\|block\):count$')" 4 'of its locks'
is "$(prof-query -q --types "$jfr" | grep -c '^.* wall:wall:nanoseconds:wall:nanoseconds$')" 1 'and of its wall-clock time'
prof-fold -q --type memory:live:count:space:bytes "$jfr" >one
prof-fold -q --type memory:live:count:cpu:nanoseconds "$jfr" >two
same one two "an id with the recording's own period is understood"

finish
