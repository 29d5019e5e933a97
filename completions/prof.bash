# bash: the programs know their options. Install as completions/prof-fold etc.,
# or source this file.
_prof()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words

	words=$("${COMP_WORDS[0]}" --complete=bash 2>/dev/null)
	compopt -o nospace
	if [[ $word == "=" || $before == "=" ]]; then
		# --opt=wo: bash hands over "--opt", "=", "wo"
		[[ $before == "=" ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
		words=$(sed -n "s/^$before=\(..*\)/\1/p" <<<"$words")
		COMPREPLY=($(compgen -W "$words" -- "${word#=}"))
		[[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "${word#=}"))
	elif [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W "$(grep -v '=.' <<<"$words")" -- "$word"))
	else
		COMPREPLY=($(compgen -f -- "$word"))
	fi
}
complete -F _prof $(compgen -c prof- | sort -u)
