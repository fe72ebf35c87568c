# shellcheck shell=sh
# tests/init.sh: what every shell test starts with.
#
#   #!/bin/sh
#   # What the test is about.
#   . "${srcdir=.}/tests/init.sh"
#
#   ngram-count "$data/timemachine.txt" >out || fail=1
#   golden timemachine.word.1-4.tsv >exp || framework_failure_ 'no golden file'
#   compare exp out || fail=1
#   returns_ 2 ngram-count missing 2>err || fail=1
#
#   Exit $fail
#
# The test runs in a scratch folder of its own, which is removed at its end
# (KEEP=yes keeps it), in the C locale, with the programs that were just built
# first in PATH.  VERBOSE=yes shows each command.
#
#   $data      the folder data/ of the source tree, which may be read-only
#   $srcdir    the top of the source tree
#   $builddir  the top of the build
#   $NG_PROGRAMS   the names of all programs
#   $NG_SANITIZE   yes if they were built with sanitizers: memory limits and
#                  running times say nothing then
#
# With NG_VALGRIND=yes each program runs under valgrind's memcheck; what that
# finds ends it with status 86, and is told on standard error.
#
# "make check TESTS=tests/cli/NAME.sh" runs one test, and its output is in
# tests/cli/NAME.log.

# Standard error as the test began with; redirections do not hide reports.
exec 9>&2

warn_ ()
{
    printf '%s: %s\n' "$test_name" "$*" >&9
}

# The test cannot be run here, for the reason that is given.
skip_ ()
{
    warn_ "skipped: $*"
    Exit 77
}

# Something that is not under test failed.
framework_failure_ ()
{
    warn_ "set-up failure: $*"
    Exit 99
}

# Say what is wrong, and go on; the test fails in the end.
fail_ ()
{
    warn_ "FAIL: $*"
    fail=1
}

# End the test with STATUS.  (Plain "exit" in a trap would lose it.)
Exit ()
{
    set +e
    (exit "$1")
    exit "$1"
}

# compare EXPECTED ACTUAL: succeed if the files are the same to the byte, else
# show how they differ.
compare ()
{
    cmp -s -- "$1" "$2" && return
    diff -u -- "$1" "$2" | head -n 60 >&9
    return 1
}

# same_arpa_ FAR A B: these models in ARPA form have the same n-grams, whose
# numbers differ by no more than FAR; the first that does not is shown.
same_arpa_ ()
{
    awk -F'\t' -v far="$1" '
        function differ(x, y) { return x - y > far || y - x > far }
        /^\\.*-grams:$/ { order = $0; next }
        NF < 2 { next }
        FNR == NR { p[order, $2] = $1; b[order, $2] = $3; n++; next }
        ! ((order, $2) in p) || differ($1, p[order, $2]) \
            || differ($3, b[order, $2]) { print; bad = 1; exit }
        { n-- }
        END { exit n != 0 || bad }' "$2" "$3" >&9
}

# returns_ STATUS COMMAND [ARG]...: succeed if COMMAND exits with STATUS.
returns_ ()
{
    expected_status_=$1
    shift
    "$@"
    actual_status_=$?
    [ "$actual_status_" -eq "$expected_status_" ] && return
    warn_ "status $actual_status_, not $expected_status_, of: $*"
    return 1
}

# golden NAME: write the reference output NAME, kept compressed or not.
golden ()
{
    if [ -f "$NG_GOLDEN/$1" ]; then
        cat -- "$NG_GOLDEN/$1"
    else
        gzip -dc -- "$NG_GOLDEN/$1.gz"
    fi
}

# require_ COMMAND: skip the test where COMMAND is not installed.
require_ ()
{
    command -v "$1" >/dev/null 2>&1 || skip_ "$1 is not installed"
}

# has_option_ PROGRAM OPTION: whether PROGRAM --help names the long OPTION.
has_option_ ()
{
    "$1" --help | grep -q -e "^ .*$2\\([=[, ]\\|\$\\)"
}

clean_up_ ()
{
    status_=$?
    trap '' HUP INT PIPE TERM
    cd "$builddir" || exit 99
    if [ "${KEEP-}" = yes ]; then
        warn_ "kept $scratch_"
    else
        chmod -R u+rwx "$scratch_" 2>/dev/null
        rm -rf "$scratch_"
    fi
    exit "$status_"
}

test_name=${0##*/}
# shellcheck disable=SC2034 # Tests read it.
fail=0

LC_ALL=C
TZ=UTC0
export LC_ALL TZ
unset CDPATH GREP_OPTIONS LANG LANGUAGE LC_CTYPE LC_MESSAGES LC_NUMERIC
unset POSIXLY_CORRECT TMPDIR

srcdir=$(cd "${srcdir-.}" && pwd) || exit 99
builddir=$(cd "${builddir-.}" && pwd) || exit 99
data=${NG_DATA-$srcdir/data}
: "${NG_GOLDEN=$srcdir/tests/golden}" "${NG_AWK=awk}" "${NG_NM=nm}"
: "${NG_SANITIZE=no}"
if [ -z "${NG_PROGRAMS+set}" ]; then
    NG_PROGRAMS=$(cd "$builddir/src" && echo ngram-*[a-z])
fi
PATH=$builddir/src:$PATH
export PATH
if [ "${NG_VALGRIND-no}" = yes ]; then
    # To tests it is as a sanitizer: memory and time say nothing.
    NG_SANITIZE=yes
    PATH=$builddir/tests/valgrind:$PATH
fi
# For the tests, which are other files.
: "$data" "$NG_PROGRAMS"

scratch_=$builddir/tests/scratch.$test_name.$$
trap clean_up_ EXIT
trap 'Exit 129' HUP
trap 'Exit 130' INT
trap 'Exit 141' PIPE
trap 'Exit 143' TERM
mkdir -p "$builddir/tests" && mkdir "$scratch_" && cd "$scratch_" \
    || framework_failure_ "cannot make $scratch_"

[ "${VERBOSE-}" = yes ] && set -x
: # So that the status of the line above is no matter.
