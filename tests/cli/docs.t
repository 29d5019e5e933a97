#!/bin/sh
# The manual has every option that a program has, and no other; and every page is there.
. "$(dirname "$0")/../lib.sh"

prog_options()
{
	grep -c . has
}

for prog in "$top"/cmd/prof-*.c; do
	prog=$(basename "$prog" .c)
	command -v "$prog" >/dev/null || continue # RECORD=no
	page=$top/man/$prog.1
	exits 0 "$prog lists its options" "$prog" --complete=bash
	sed -n 's/^--\([a-z-]*\)=\{0,1\}$/\1/p' out | sort -u >has
	[ -f "$page" ]
	ok $? "there is a $prog(1)"
	sed -n 's/^\.It Fl [^-] , -\([a-z-]*\).*/\1/p; s/^\.It Fl -\([a-z-]*\).*/\1/p' "$page" 2>&1 |
		sort -u >described
	same described has "$prog(1) describes the options that $prog has"
	for shell in zsh fish; do
		exits 0 "$prog --complete=$shell" "$prog" --complete=$shell
		is "$(grep -cE -- '(--compress=|-l compress)' out)" 1 "$prog completes --compress in $shell"
	done
	grep -q "Xr $prog 1" "$top/man/prof.7"
	ok $? "prof(7) knows $prog"
	exits 0 "$prog --help" "$prog" --help
	[ "$(wc -l <out)" -le 52 ] && [ "$(wc -L <out)" -le 80 ]
	ok $? "$prog --help fits on a screen" "$(wc -lL <out)"
	left_out=$(sed -n 's/^\([0-9]*\) more options.*/\1/p' out)
	is "$(grep -c '^ .*--' out)" "$(($(prog_options) - ${left_out:-0}))" 'and counts what it leaves out'
	exits 0 "$prog --help=all" "$prog" --help=all
	[ "$(grep -c '^ .*--' out)" -eq "$(prog_options)" ] && [ "$(wc -L <out)" -le 80 ]
	ok $? "$prog --help=all prints every option" "$(cat out)"
done

# A title whose first word is a macro's name, and quotes around more than was meant.
quote=$(printf '\342\200\231')
if command -v mandoc >/dev/null; then
	for page in "$top"/man/*.[1-9]; do
		mandoc -T utf8 "$page" | sed 's/.\x08//g' | tr -s ' \t\n' ' ' >text
		sed -n 's/^\.S[sh] //p' "$page" | sed 's/\\&//g; s/"//g' >titles
		grep -c . titles >/dev/null && ! while IFS= read -r title; do
			grep -qF -- "$title" text || echo "$title"
		done <titles | grep .
		ok $? "$(basename "$page"): titles read as they stand"
		! grep -qF "$quote$quote" text
		ok $? "$(basename "$page"): no quotes within quotes"
	done
else
	skip 'there is no mandoc' 'titles and quotes'
fi
finish
