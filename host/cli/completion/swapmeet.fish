# Completion of swapmeet for fish: the program itself says what may come next.
# Installed where fish looks; or by hand: swapmeet help --completion fish | source
function __swapmeet_words
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l program $before[1]
    set -e before[1]
    for line in ($program help --complete -- $before "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path "$current"
            case ':folders'
                __fish_complete_directories "$current" ''
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c swapmeet -f -a '(__swapmeet_words)'
