#!/bin/sh
# Each program has a manual page in order, which man shows from the source tree
# before anything is installed.
. "${srcdir=.}/tests/init.sh"

for program in $NG_PROGRAMS; do
    page=$srcdir/man/$program.1
    [ -f "$page" ] || { fail_ "$program has no manual page"; continue; }
    for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES \
        'SEE ALSO'
    do
        grep -q -x -e "\\.SH \"\\{0,1\\}$section\"\\{0,1\\}" "$page" \
            || fail_ "$program.1 has no section $section"
    done
    grep -q "^\\.TH .*ngramutils ${NG_VERSION-}" "$page" \
        || fail_ "$program.1: the title does not say ngramutils ${NG_VERSION-}"
    # A release has no such link; see Makefile.am.
    if [ -h "$srcdir/man/man1" ] && man --version 2>/dev/null | grep -q man-db
    then
        (cd "$srcdir" && MANPATH='man' man "$program") >out 2>err </dev/null
        grep -q "$program" out || {
            fail_ "MANPATH=man man $program shows no page"
            cat err >&9
        }
    fi
done

Exit $fail
