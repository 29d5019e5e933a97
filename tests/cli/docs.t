#!/bin/sh
# The manual has every option that a program has, and no other; every page is
# there; and completion offers what the program says.
. "$(dirname "$0")/../lib.sh"

for prog in "$top"/cmd/prof-*.c; do
	prog=$(basename "$prog" .c)
	page=$top/man/$prog.1
	exits 0 "$prog lists its options" "$prog" --complete=bash
	sed -n 's/^--\([a-z-]*\)=\{0,1\}$/\1/p' out | sort -u >has
	[ -f "$page" ]
	ok $? "there is a $prog(1)"
	sed -n 's/^\.It Fl [^-] , -\([a-z-]*\).*/\1/p; s/^\.It Fl -\([a-z-]*\).*/\1/p' "$page" 2>&1 |
		sort -u >told
	same told has "$prog(1) tells of the options that $prog has"
	for shell in zsh fish; do
		exits 0 "$prog --complete=$shell" "$prog" --complete=$shell
		is "$(grep -cE -- '(--|-l )output' out)" 1 "$prog completes --output in $shell"
	done
	grep -q "Xr $prog 1" "$top/man/prof.7"
	ok $? "prof(7) knows $prog"
	exits 0 "$prog --help" "$prog" --help
	[ "$(wc -l <out)" -le 60 ] && [ "$(wc -L <out)" -le 80 ]
	ok $? "$prog --help fits a screen" "$(wc -lL <out)"
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

if command -v bash >/dev/null; then
	cat >complete <<'END'
	. "$1/completions/prof.bash"
	compopt() { :; }
	COMP_WORDS=(prof-fold "$2"); COMP_CWORD=1
	[[ $2 == *=* ]] && COMP_WORDS=(prof-fold "${2%%=*}" = "${2#*=}") COMP_CWORD=3
	_prof && printf '%s\n' "${COMPREPLY[@]}"
END
	is "$(bash complete "$top" --deman)" --demangle= 'bash completes an option'
	is "$(bash complete "$top" --demangle=f)" full 'and its words'
	: >some.perf
	is "$(bash complete "$top" some)" some.perf 'and files'
else
	skip 'there is no bash' 'bash completion'
fi
if command -v zsh >/dev/null; then
	is "$(zsh -n "$top/completions/_prof" 2>&1)" '' 'zsh parses its completion'
else
	skip 'there is no zsh' 'zsh completion'
fi
if command -v fish >/dev/null; then
	ln -s "$top/completions/prof.fish" prof-fold.fish
	is "$(fish -c 'source prof-fold.fish; complete -C "prof-fold --deman"' | cut -f 1)" \
		'--demangle' 'fish completes an option'
else
	skip 'there is no fish' 'fish completion'
fi
finish
