# bash: the programs know their options. Install as completions/prof-fold etc.,
# or source this file.
_prof()
{
	local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} line
	local takes_value= values=() options=()

	# --opt=wo: bash hands over "--opt", "=", "wo"
	[[ $word == = ]] && word=
	[[ $option == = ]] && option=${COMP_WORDS[COMP_CWORD - 2]}
	while IFS= read -r line; do
		case $line in
		"$option="*)
			takes_value=yes
			line=${line#"$option="}
			[[ $line && $line == "$word"* ]] && values+=("$line")
			;;
		*=?*) ;;
		-?=) [[ ${line%=} == "$word"* ]] && options+=("${line%=}") ;;
		"$word"*) options+=("$line") ;;
		esac
	done < <("${COMP_WORDS[0]}" --complete=bash 2>/dev/null)
	# With nothing to offer, readline completes file names ("complete -o default").
	COMPREPLY=()
	if [[ $takes_value ]]; then
		COMPREPLY=("${values[@]}")
	elif [[ $word == -* ]]; then
		COMPREPLY=("${options[@]}")
		[[ ${#options[@]} -eq 1 && ${options[0]} == *= ]] && compopt -o nospace 2>/dev/null
	fi
	return 0
}
complete -o default -F _prof $(compgen -c prof- | sort -u)
