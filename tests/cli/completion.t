#!/bin/sh
# Completion offers what the program says, in bash, zsh and fish, and names of files.
. "$(dirname "$0")/../lib.sh"

: >some.perf
: >'some thing.perf'
tab=$(printf '\t')

# What the shell's function answers for the words of a line, the last being completed.
cat >complete <<'END'
	cd "$1" && . "$2/completions/prof.bash"
	compopt() { printf '%s ' "$*"; }
	shift 2
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_prof && printf '%s\n' "${COMPREPLY[*]}"
END
# completes LINE EXPECTED NAME: words of LINE are divided at blanks
completes() {
	# shellcheck disable=SC2086
	is "$(bash complete "$tmp" "$top" $1)" "$2" "bash: $3"
}
# types KEYS: what bash makes of them on a command line, where prof-fold prints its arguments
types() {
	{
		printf 'PS1= PS2=; prof-fold() { printf "<%%s>" "$@"; echo; }; . "%s/completions/prof.bash"\n' "$top"
		printf 'complete -o default -F _prof prof-fold\n%s\n' "$1"
	} | INPUTRC=/dev/null TERM=dumb bash --norc --noprofile -i 2>/dev/null | grep -a '^<' | tail -n 1
}
if command -v bash >/dev/null; then
	completes 'prof-fold --deman' '-o nospace --demangle=' 'an option with an argument wants no blank'
	completes 'prof-fold --symb' '--symbolize' 'one without gets it'
	completes 'prof-fold -o' '-o' 'so does a short one'
	completes 'prof-fold --demangle = f' full 'the words of an option'
	completes 'prof-fold --demangle =' 'simple full none' 'all of them after ='
	completes 'prof-fold --demangle f' full 'the words as the next argument'
	completes 'prof-fold -t fol' folded 'the words of a short option'
	completes 'prof-fold some' '' 'names of files are left to readline'
	completes 'prof-fold --output = so' '' 'those of an option, too'
	is "$(types "prof-fold some.${tab}x")" '<some.perf><x>' 'bash: a file is followed by a blank'
	is "$(types "prof-fold 'some t${tab}x")" '<some thing.perf><x>' 'bash: a name with a blank'
	is "$(types "prof-fold some\\ ${tab}x")" '<some thing.perf><x>' 'bash: the same after a backslash'
	is "$(types "prof-fold --output=some\\ ${tab}x")" '<--output=some thing.perf><x>' \
		'bash: and as the value of an option'
else
	skip 'there is no bash: make deps-dev' bash
fi

# zsh completes in a terminal only: one of its own has it.
cat >zpty <<'END'
	zmodload zsh/zpty || exit 1
	zpty shell zsh -f -i
	typeset line got
	zpty -w shell "PS1= ; unsetopt zle_bracketed_paste; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; bindkey '^X' show; show() { print -r -- \"<\$BUFFER>\"; exit }; zle -N show; print READY\$((1 + 1))"
	repeat 400; do zpty -r shell got; [[ $got == *READY2* ]] && break; done
	zpty -w -n shell "$2"$'\t'
	zpty -w -n shell $'\x18'
	while zpty -r shell got 2>/dev/null; do
		[[ $got == *'<'*'>'* ]] && { print -r -- ${${got#*<}%>*}; break }
	done
	zpty -d shell
END
if command -v zsh >/dev/null; then
	is "$(zsh -n "$top/completions/_prof" 2>&1)" '' 'zsh parses its completion'
	if zsh -fc 'zmodload zsh/zpty && zpty shell true' 2>/dev/null; then
		zpty() { timeout 20 zsh -f zpty "$top/completions" "$1"; }
		is "$(zpty 'prof-fold --symbo')" 'prof-fold --symbolize ' 'zsh: an option'
		is "$(zpty 'prof-fold --demangle=fu')" 'prof-fold --demangle=full ' 'zsh: the words of one'
		is "$(zpty 'prof-fold -t fol')" 'prof-fold -t folded ' 'zsh: those of a short one'
		is "$(zpty 'prof-fold -o some\ ')" 'prof-fold -o some\ thing.perf ' 'zsh: files after a short one'
		is "$(zpty 'prof-fold some\ ')" 'prof-fold some\ thing.perf ' 'zsh: files'
	else
		skip 'there is no pseudo-terminal' 'completion in zsh'
	fi
else
	skip 'there is no zsh: make deps-dev' zsh
fi

if command -v fish >/dev/null; then
	ln -s "$top/completions/prof.fish" prof-fold.fish
	# offers LINE: the first words of what fish offers
	offers() { HOME=$tmp fish --no-config -c "source prof-fold.fish; complete -C '$1'" | cut -f 1; }
	is "$(offers 'prof-fold --deman' | head -n 1)" '--demangle' 'fish: an option'
	is "$(offers 'prof-fold --demangle=f')" '--demangle=full' 'fish: the words of one'
	is "$(offers 'prof-fold -t fol')" folded 'fish: those of a short one'
	is "$(offers 'prof-fold -o some\ ' | tail -n 1)" 'some thing.perf' 'fish: files'
else
	skip 'there is no fish: make deps-dev' fish
fi
finish
