#compdef swapmeet
# Completion of swapmeet for zsh: the program itself says what may come next.
# Installed where zsh looks; or by hand: source <(swapmeet help --completion zsh)
_swapmeet() {
  local line paths
  local -a offered
  for line in "${(@f)$("${(Q)words[1]}" help --complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files) paths=files ;;
      :folders) paths=folders ;;
      *$'\t'*) offered+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
      *) offered+=("${line//:/\\:}") ;;
    esac
  done
  (( $#offered )) && _describe -t words swapmeet offered
  [[ -n $paths && ${words[CURRENT]} == --*=* ]] && compset -P '*='
  [[ $paths == files ]] && _files
  [[ $paths == folders ]] && _files -/
  return 0
}
if [[ ${funcstack[1]} == _swapmeet ]]; then _swapmeet "$@"; else compdef _swapmeet swapmeet; fi
