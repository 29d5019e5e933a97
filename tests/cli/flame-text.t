#!/bin/sh
# prof-flame -t text: drawn in a terminal.
. "$(dirname "$0")/../lib.sh"
unset COLUMNS NO_COLOR COLORTERM

cat >in.folded <<'END'
main;parse;read 30
main;parse;split 20
main;parse 10
main;run;wait;poll 38
main;run;rare 2
END

draw() {
	prof-flame -t text "$@"
}

printf 'main;a 0.4\nmain;b 0.3\nmain;c 0.3\n' >fractions.folded
is "$(draw -q fractions.folded | awk '{ print $2, $NF }' | tail -3 | tr '\n' ' ')" '40.0% |-a 30.0% |-b 30.0% `-c ' \
	'fractions of a sample are drawn'

is "$(draw "$top/tests/golden/pprof/go-cpu.in" | head -1)" '1.50s of cpu' 'values in the unit that suits them'
is "$(draw --countname ticks "$top/tests/golden/pprof/go-cpu.in" | head -1)" '1,500,000,000 ticks' \
	'or as they are called'

is "$(draw in.folded)" '100 samples
                           total    self  frame
########################  100.0%    0.0%  all
########################  100.0%    0.0%  main
###############            60.0%   10.0%  |-parse
########                   30.0%   30.0%  | |-read
       #####               20.0%   20.0%  | `-split
              ##########   40.0%    0.0%  `-run
              ##########   38.0%    0.0%    |-wait
              ##########   38.0%   38.0%    | poll
                       #    2.0%    2.0%    `-rare' 'the widest first, in ASCII'
is "$(LC_ALL=C.UTF-8 draw in.folded)" '100 samples
                           total    self  frame
████████████████████████  100.0%    0.0%  all
████████████████████████  100.0%    0.0%  main
██████████████▍            60.0%   10.0%  ├╴parse
███████▎                   30.0%   30.0%  │ ├╴read
       █████               20.0%   20.0%  │ └╴split
              ██████████   40.0%    0.0%  └╴run
              █████████▌   38.0%    0.0%    ├╴wait
              █████████▌   38.0%   38.0%    │ poll
                       █    2.0%    2.0%    └╴rare' 'and with what UTF-8 has'
is "$(draw --minwidth 35% in.folded)" '100 samples
                           total    self  frame
########################  100.0%    0.0%  all
########################  100.0%    0.0%  main
###############            60.0%   10.0%  |-parse
              ##########   40.0%    0.0%  `-run
              ##########   38.0%    0.0%    wait
              ##########   38.0%   38.0%    poll
(3 frames below 35% not shown)' '--minwidth in percent'
is "$(draw --minwidth 6 in.folded | tail -n 1)" '(2 frames below 25% not shown)' 'and in columns'
is "$(draw --sort name --title Title in.folded | sed -n '1,2p;7p')" 'Title
100 samples
########                   30.0%   30.0%  | |-read' '--sort and --title'
printf 'main;a 10 20\nmain;b 30 0\nmain;c 0 5\n' >diff.folded
is "$(draw diff.folded)" 'base 40 -> new 25 samples: -37.50%
                           total     change  frame
########################  100.0%    -37.50%  all
########################  100.0%    -37.50%  main
##############              0.0%       gone  |-b
             #########     80.0%   +100.00%  |-a
                     ###   20.0%        new  `-c' 'differential'

# Never wider than the terminal.
{
	printf 'main;%s;x 5\n' "std::vector<std::map<std::string, std::vector<int>>>::operator[](unsigned long)"
	printf 'main;日本語の関数名がとても長いのでここで切られるはずです;x 5\n'
	printf 'main;%s;y 5\n' "$(printf 'e\314\201%.0s' 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8)"
	awk 'BEGIN { for (i = 0; i < 40; i++) { s = s ";f" i; print "main" s ";g" i " 1" } }'
} >wide.folded
for locale in C C.UTF-8; do
	for columns in 20 30 47 48 60 80 132 300; do
		widest=$(LC_ALL=$locale draw --width $columns --minwidth 0 wide.folded | LC_ALL=C.UTF-8 wc -L)
		[ "$widest" -le "$columns" ]
		ok $? "no line is wider than $columns in $locale" "$widest"
		COLUMNS=$columns LC_ALL=$locale draw --minwidth 0 wide.folded >narrow
		LC_ALL=$locale draw --width $columns --minwidth 0 wide.folded >width
		same narrow width "COLUMNS=$columns is --width $columns in $locale"
	done
done
is "$(LC_ALL=C.UTF-8 draw wide.folded --width 80 | grep -c '…')" 3 'long names are cut in the middle'
is "$(LC_ALL=C.UTF-8 draw wide.folded | grep -o 'std.*long)')" 'std::vector<…erator[](unsigned long)' \
	'where their ends can be seen'
is "$(draw wide.folded | LC_ALL=C tr -d '\012\040-\176' | wc -c)" 0 'ASCII is ASCII'

# No escape sequences from names, and colours only on a terminal.
printf 'main;a\033[31mb\033]0;title\007;\302\233x\r\tc 5\n' >escape.folded
for locale in C C.UTF-8; do
	is "$(LC_ALL=$locale draw --title "$(printf '\033[2J')" --countname "$(printf '\007')" escape.folded |
		LC_ALL=C tr -cd '\001-\011\013-\037\177' | wc -c)" 0 "no control characters in $locale"
	is "$(LC_ALL=$locale draw escape.folded | LC_ALL=C grep -c "$(printf '\302\233')")" 0 "nor C1 in $locale"
done
is "$(COLORTERM=truecolor TERM=xterm draw in.folded | LC_ALL=C tr -cd '\033' | wc -c)" 0 'no colours into a pipe'
if script -qec true /dev/null </dev/null >script.log 2>&1; then
	terminal() { # COMMAND with variables before it: what it draws on a terminal
		script -qec "stty cols 60; env $1" /dev/null </dev/null | tr -d '\r'
	}
	terminal 'TERM=xterm COLORTERM=truecolor prof-flame in.folded' >out
	grep -q "$(printf '\033')\[38;2;[0-9]*;[0-9]*;[0-9]*m#" out
	ok $? 'text on a terminal, in all colours' "$(head -5 out)"
	terminal 'TERM=xterm prof-flame in.folded' >out
	grep -q "$(printf '\033')\[38;5;[0-9]*m#" out
	ok $? 'or in 256'
	terminal 'TERM=xterm NO_COLOR=1 COLORTERM=truecolor prof-flame in.folded' >out
	grep -q 'parse' out && ! grep -q "$(printf '\033')" out
	ok $? 'NO_COLOR is heard'
	terminal 'TERM=dumb COLORTERM=truecolor prof-flame in.folded' >out
	grep -q 'parse' out && ! grep -q "$(printf '\033')" out
	ok $? 'a dumb terminal has none'
	terminal 'TERM=xterm NO_COLOR=1 prof-flame in.folded' >out
	prof-flame -t text --width 60 in.folded >sixty
	same out sixty 'as wide as the terminal'
	terminal 'prof-flame -t svg in.folded' >out
	grep -q '<svg' out
	ok $? '-t svg is SVG even there'
else
	skip "no terminal: $(cat script.log)" 'on a terminal'
fi
exits 0 'text into a file' prof-flame -t text in.folded -o out.text
draw in.folded >expected
same out.text expected 'is the same'
exits 2 'columns are at least 20' prof-flame -t text --width 19 in.folded
printf 'main;a 10 20\n' | prof-merge -t pprof - |
	stamp 'diff.about=REGRESSION: CPU time 454.70ms -> 951.18ms, +109% [+104%, +113%], 6 v 6 runs' >told.pb.gz
is "$(prof-flame -t text --width 40 told.pb.gz | sed -n 2,4p)" 'REGRESSION: CPU time 454.70ms ->
951.18ms, +109% [+104%, +113%], 6 v 6
runs' 'a verdict is not cut'
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "f;"; print "f 1" }' >deep.folded
is "$(draw deep.folded | wc -l)" 20004 'a deep stack'
finish
