#!/bin/sh
# --help, the manual page and the parser of each program name the same options.
. "${srcdir=.}/tests/init.sh"

# Print the options that the help text on standard input describes, sorted.
# They stand at the start of indented lines: "  -x, --long=ARG   what it is".
help_options ()
{
    sed -n 's/^ \{1,8\}\(-.*\)/\1/p' \
        | sed 's/   *[^ -].*//' | spec_options
}

# The same from a manual page: the line after each .TP or .TQ of its section
# OPTIONS, without the markup.
man_options ()
{
    awk '/^\.SH/ { on = /OPTIONS/ }
         on && tag { print }
         { tag = /^\.T[PQ]/ }' \
        | sed -e 's/\\f[A-Z]//g; s/\\f([A-Z][A-Z]//g; s/\\-/-/g; s/\\&//g' \
            -e 's/^\.[A-Z]* *//; s/"//g; s/ *\[/[/g' \
        | sed -n '/^ *-/p' | spec_options
}

# From lines such as "-x, --long[=ARG]" print "-x" and "--long", sorted.
spec_options ()
{
    tr -s ', =[' '[\n*]' \
        | sed -n '/^-[a-zA-Z0-9]$/p; /^--[a-z0-9][a-z0-9-]*$/p' | sort -u
}

# Print the arguments that give OPTION, $1, with an argument if the help, in
# the file help, shows one.
with_argument ()
{
    if grep -q -e "$1=" help; then
        echo "$1=1"
    elif grep -q -e "^ *$1, --[a-z0-9-]*=" help; then
        echo "${1}1"
    else
        echo "$1"
    fi
}

# An option that the parser knows may refuse its argument "1", but not itself.
accepted ()
{
    "$program" "$(with_argument "$1")" --help </dev/null >out 2>err && return
    if grep -q -e 'unknown' -e 'ambiguous' -e 'needs an argument' \
        -e 'takes no argument' err
    then
        fail_ "$program does not accept $1, which --help names:"
        cat err >&9
    fi
}

for program in $NG_PROGRAMS; do
    page=$srcdir/man/$program.1
    [ -f "$page" ] || { fail_ "$program has no manual page"; continue; }
    "$program" --help >help || fail_ "$program --help"
    help_options <help >in-help
    man_options <"$page" >in-man
    for option in --help --version --quiet --verbose; do
        grep -q -x -e "$option" in-help || fail_ "$program has no $option"
    done
    compare in-help in-man \
        || fail_ "$program: --help (-) and the manual page (+) differ"
    while read -r option; do
        accepted "$option"
    done <in-help
done

Exit $fail
