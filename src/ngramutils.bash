# shellcheck shell=bash
# Completion of the ngramutils for bash.  What there is to complete comes from
# each program's --help, so it cannot fall behind:
#
#   -c, --case=lower|keep      completes --case= and, behind it, the two words
#   -o, --output=FILE          completes --output= and, behind it, file names
#   --laplace[=E1,E2,...]      completes both --laplace and --laplace=

# Put into COMPREPLY those of the words $2... that begin with $1.
_ngramutils_match ()
{
    local start=$1 word
    shift
    COMPREPLY=()
    for word; do
        [[ $word == "$start"* ]] && COMPREPLY+=("$word")
    done
}

# Print the argument that --help of program $1 shows for the option $2: the
# empty line if it has none.
_ngramutils_argument ()
{
    "$1" --help 2>/dev/null | sed -n \
        -e "s/^ \{1,8\}\(-., *\)\{0,1\}$2\[\{0,1\}=\([^] ]*\).*/\2/p" \
        -e "s/^ \{1,8\}$2, --[a-z0-9-]*\[\{0,1\}=\([^] ]*\).*/\1/p"
}

# Complete the word $2 as an argument that --help describes as $1.
_ngramutils_value ()
{
    local IFS='|' words
    if [[ $1 == *'|'* ]]; then
        read -r -a words <<<"$1"
        _ngramutils_match "$2" "${words[@]}"
        COMPREPLY=("${COMPREPLY[@]/%/ }")
    else
        COMPREPLY=()
        compopt +o nospace -o default 2>/dev/null
    fi
}

_ngramutils ()
{
    local program=$1 current=${COMP_WORDS[COMP_CWORD]} previous='' options
    ((COMP_CWORD > 0)) && previous=${COMP_WORDS[COMP_CWORD - 1]}

    # bash makes of "--case=lo" the three words "--case", "=" and "lo".
    if [[ $current == = ]]; then
        current='' previous="$previous="
    elif [[ $previous == = ]] && ((COMP_CWORD > 1)); then
        previous="${COMP_WORDS[COMP_CWORD - 2]}="
    fi
    case $previous in
    --*=)
        _ngramutils_value \
            "$(_ngramutils_argument "$program" "${previous%=}")" "$current"
        return
        ;;
    -[a-zA-Z0-9])
        local argument
        argument=$(_ngramutils_argument "$program" "$previous")
        if [[ -n $argument ]]; then
            _ngramutils_value "$argument" "$current"
            return
        fi
        ;;
    esac
    if [[ $current == -* ]]; then
        options=$("$program" --help 2>/dev/null \
            | sed -n 's/^ \{1,8\}\(-.*\)/\1/p' | sed 's/   *[^ -].*//' \
            | tr -s ', ' '[\n*]' \
            | sed -n -e 's/^\(--[a-z0-9-]*=\).*/\1/p' \
                -e 's/^\(--[a-z0-9-]*\)\[=.*/\1\n\1=/p' \
                -e '/^--[a-z0-9-]*$/p' -e '/^-[a-zA-Z0-9]$/p')
        local -a words
        mapfile -t words <<<"$options"
        _ngramutils_match "$current" "${words[@]}"
        # A space follows what is complete.
        local i
        for i in "${!COMPREPLY[@]}"; do
            [[ ${COMPREPLY[i]} == *= ]] || COMPREPLY[i]+=' '
        done
    else
        COMPREPLY=()
        compopt +o nospace -o default 2>/dev/null
    fi
}

complete -o nospace -F _ngramutils \
    ngram-batch ngram-count ngram-merge ngram-model ngram-sample ngram-score \
    ngram-tokenize ngram-zipf
