# Completion of swapmeet for bash: the program itself says what may come next.
# Installed where bash-completion looks; or by hand: source <(swapmeet help --completion bash)
_swapmeet() {
  local words cword cur line word
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n '=:@' words cword cur
  else
    words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]}
  fi
  local before=('') program=${words[0]/#\~\//$HOME/} path=$cur
  [[ $cur == --*=* ]] && path=${cur#*=}
  before=("${words[@]:1:cword}")
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) _swapmeet_paths -f "$path" ;;
      :folders) _swapmeet_paths -d "$path" ;;
      *)
        printf -v word '%q' "${line%%$'\t'*}"
        COMPREPLY+=("$word")
        ;;
    esac
  done < <("$program" help --complete -- "${before[@]}" 2>/dev/null)
  if declare -F __ltrim_colon_completions >/dev/null; then
    __ltrim_colon_completions "$cur"
  fi
  [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *[:=] ]] || compopt -o nospace 2>/dev/null
}
_swapmeet_paths() { # -f|-d TYPED
  local found
  compopt -o filenames 2>/dev/null
  while IFS= read -r found; do COMPREPLY+=("$found"); done < <(compgen "$1" -- "$2")
}
complete -F _swapmeet swapmeet
