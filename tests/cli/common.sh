#!/bin/sh
# What every program does alike: help, version, bad options, inputs that
# cannot be read, outputs that cannot be written.
. "${srcdir=.}/tests/init.sh"

# ------------------------------------------------------------------- set-up

text=$data/timemachine.txt
golden timemachine.word.1-4.tsv >counts.tsv \
    || framework_failure_ 'no reference counts'

# 89,489 ids of two bytes: the text itself serves.
{
    printf '\223NUMPY\001\000v\000'
    printf '%-117s\n' \
        "{'descr': '<u2', 'fortran_order': False, 'shape': (89489,), }"
    head -c 178978 "$text"
} >tokens.npy
mkdir directory

# Counts that make a Kneser-Ney model, and a program that has one to ask.
ngram-count -s -n 1-2 "$text" >sentences.tsv \
    && ngram-model -o model.arpa sentences.tsv \
    && mkdir with-model \
    && printf '#!/bin/sh\nexec "%s" -m "%s" "$@"\n' \
        "$builddir/src/ngram-score" "$PWD/model.arpa" >with-model/ngram-score \
    && chmod +x with-model/ngram-score || framework_failure_ 'no model'
PATH=$PWD/with-model:$PATH

# Set $input to a file that PROGRAM, which is $1, can read, and $text_input to
# one that may be compressed, or to nothing.
find_input ()
{
    case $1 in
    ngram-batch) input=tokens.npy text_input= ;;
    ngram-model) input=sentences.tsv text_input=sentences.tsv ;;
    ngram-sample) input=model.arpa text_input=model.arpa ;;
    ngram-merge | ngram-zipf) input=counts.tsv text_input=counts.tsv ;;
    *) input=$text text_input=$text ;;
    esac
}

# expect_message PROGRAM PATTERN: standard error, in the file err, is to begin
# with "PROGRAM: " and what the basic regular expression PATTERN matches.
expect_message ()
{
    head -n 1 err | grep -q "^$1: $2" && return
    fail_ "$1: this message does not match '$2':"
    cat err >&9
    return 1
}

expect_empty ()
{
    [ -s "$1" ] || return 0
    fail_ "$program: this should be empty: $1"
    head -n 5 "$1" >&9
}

# ----------------------------------------------------------------- the cases

help_and_version ()
{
    returns_ 0 "$program" --help >out 2>err || fail=1
    expect_empty err
    head -n 1 out | grep -q "^Usage: $program " \
        || fail_ "$program --help does not begin with Usage: $program"
    awk 'length > 80 { exit 1 }' out \
        || fail_ "$program --help has a line of more than 80 columns"
    returns_ 0 "$program" --version >out 2>err || fail=1
    expect_empty err
    head -n 1 out | grep -q "^$program .*${NG_VERSION-}\$" \
        || fail_ "$program --version does not say $program ${NG_VERSION-}"
    # They hold wherever they stand.
    returns_ 0 "$program" missing --help >out 2>err || fail=1
    head -n 1 out | grep -q '^Usage: ' || fail_ "$program FILE --help"
}

bad_options ()
{
    returns_ 2 "$program" --no-such-option "$input" >out 2>err || fail=1
    expect_empty out
    expect_message "$program" '.*--no-such-option'
    returns_ 2 "$program" -% "$input" >out 2>err || fail=1
    expect_empty out
    expect_message "$program" '.*-%'
    returns_ 2 "$program" --help=x >out 2>err || fail=1
    expect_empty out
    expect_message "$program" '.*--help'
}

# unreadable NAME REASON [RUNNER...]
unreadable ()
{
    name=$1 reason=$2
    shift 2
    returns_ 2 "$@" "$program" "$name" >out 2>err || fail=1
    expect_empty out
    expect_message "$program" "$name: $reason\$"
    has_option_ "$program" --output || return
    echo untouched >exp
    echo untouched >result
    chmod 666 result
    returns_ 2 "$@" "$program" -o result "$name" >out 2>err || fail=1
    compare exp result || fail_ "$program: $name: -o FILE was touched"
    rm -f result
}

unreadable_inputs ()
{
    unreadable missing 'No such file or directory'
    unreadable missing/file 'No such file or directory'
    unreadable directory 'Is a directory'
    returns_ 2 "$program" <directory >out 2>err || fail=1
    expect_empty out
    grep -q 'Is a directory' err || fail_ "$program <directory"
    # After "--" all is a name.
    returns_ 2 "$program" -- --help >out 2>err || fail=1
    expect_empty out
    expect_message "$program" '.*--help.*: No such file or directory'
}

# Root may read all, so it runs the program as somebody else.
no_permission ()
{
    cp "$input" private || framework_failure_ 'cannot copy'
    chmod 0 private
    if [ "$(id -u)" != 0 ]; then
        unreadable private 'Permission denied'
        return
    fi
    chmod 755 .
    somebody='setpriv --reuid=65534 --regid=65534 --clear-groups'
    if $somebody "$program" --version >/dev/null 2>&1 \
        && $somebody test -d "$PWD"; then
        # shellcheck disable=SC2086 # A command and its arguments.
        unreadable private 'Permission denied' $somebody
    else
        warn_ 'not tried as root: a file without read permission'
    fi
    rm -f private
}

# -o FILE is left as the caller had it wherever the results fail.
full_device ()
{
    [ -c /dev/full ] || return
    for arg in --help --version "$input"; do
        returns_ 2 "$program" "$arg" >/dev/full 2>err || fail=1
        expect_message "$program" 'write error'
    done
    has_option_ "$program" --output || return
    returns_ 2 "$program" -o /dev/full "$input" >out 2>err || fail=1
    grep -q 'No space left on device' err \
        || fail_ "$program -o /dev/full: wrong message"
}

# A disk is full where nothing may be written to a file: -o leaves none, and
# an old one as it was.  What is said goes through a pipe.
full_disk ()
{
    has_option_ "$program" --output || return
    for old in '' yes; do
        rm -f result
        [ -z "$old" ] || echo untouched >result
        limited -o result "$input" 2>&1 | cat >err
        [ "$(cat status)" = 2 ] || fail_ "$program: a full disk: status"
        expect_message "$program" '.*write .*: File too large$'
        if [ -z "$old" ]; then
            [ ! -e result ] || fail_ "$program: a full disk: leaves a file"
        else
            [ "$(cat result)" = untouched ] || fail_ "$program: the old file"
        fi
    done
    rm -f result
}

# The program with ARG..., which may write no file; its status to the file
# status.
limited ()
{
    (
        # shellcheck disable=SC3045
        ulimit -f 0 && exec "$program" "$@" >/dev/null
    )
    echo $? >status
}

closed_output ()
{
    for arg in --help --version "$input"; do
        returns_ 2 "$program" "$arg" >&- 2>err || fail=1
        expect_message "$program" 'write error'
    done
}

# A reader that leaves early is no fault, and nothing to speak of.
early_reader ()
{
    [ "$sigpipe" = yes ] || return
    { "$program" "$input"; echo $? >status; } 2>err | head -n 1 >out
    expect_empty err
    [ -s out ] || fail_ "$program $input prints nothing"
    case $(cat status) in
    0 | 141) ;;
    *) fail_ "$program | head: status $(cat status)" ;;
    esac
}

# An unknown part of the input is missing, or not what was written.
damaged_gzip ()
{
    [ -n "$text_input" ] || return
    gzip -n -c "$text_input" >whole.gz || framework_failure_ 'gzip'
    size=$(wc -c <whole.gz)
    for n in 2 9 10 11 1000 $((size / 2)) $((size - 9)) $((size - 8)) \
        $((size - 4)) $((size - 1))
    do
        head -c "$n" whole.gz >cut.gz
        bad_gzip cut.gz "cut after $n of $size bytes"
    done
    # One wrong byte: in the compressed data, the checksum, the length.
    for n in $((size / 2)) $((size - 7)) $((size - 3)); do
        head -c "$n" whole.gz >bad.gz
        tail -c "+$((n + 1))" whole.gz | head -c 1 | tr '\0-\377' '\1-\377\0' \
            >>bad.gz
        tail -c "+$((n + 2))" whole.gz >>bad.gz
        bad_gzip bad.gz "damaged at byte $n of $size"
    done
    "$program" whole.gz >out 2>err && "$program" "$text_input" >exp \
        && compare exp out || fail_ "$program: gzip changes the result"
}

bad_gzip ()
{
    returns_ 2 "$program" "$1" >out 2>err || fail_ "$program: $1 $2"
    # What wrong bytes say may be noticed before the checksum is reached.
    expect_message "$program" "$1:\\( byte \\)\\{0,1\\}[0-9][0-9]*: " \
        || warn_ "$1 was $2"
    has_option_ "$program" --output || return
    returns_ 2 "$program" -o result "$1" >out 2>err || fail=1
    [ ! -e result ] || fail_ "$program -o FILE $1: makes FILE"
    rm -f result
}

# --------------------------------------------------------------- all of them

# Where the caller ignores SIGPIPE, so do we, and cannot undo it.
sigpipe=yes
{ yes 2>/dev/null; echo $? >status; } | head -n 1 >out
[ "$(cat status)" = 141 ] || sigpipe=no

n_programs=0
for program in $NG_PROGRAMS; do
    n_programs=$((n_programs + 1))
    find_input "$program"
    help_and_version
    bad_options
    unreadable_inputs
    no_permission
    full_device
    full_disk
    closed_output
    early_reader
    damaged_gzip
done
[ "$n_programs" -gt 0 ] || fail_ 'no programs'
# Temporary files beside an output are removed in all of this.
for file in *.tmp* .*.tmp* result*; do
    [ ! -e "$file" ] || fail_ "left behind: $file"
done

Exit $fail
