# fish: the programs know their options. Installed once for each of them.
set -l program (basename (status filename) .fish)
$program --complete=fish 2>/dev/null | source
