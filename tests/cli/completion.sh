#!/bin/sh
# Completion for bash offers what --help names.
. "${srcdir=.}/tests/init.sh"
require_ bash

cat >complete.bash <<'END'
# complete.bash WORD...: print what completes the last WORD, one a line.
. "$srcdir/src/ngramutils.bash"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_ngramutils "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
END
export srcdir

completes ()
{
    bash complete.bash "$@" >out 2>err || fail_ "completing: $*"
    [ ! -s err ] || { fail_ "completing: $*"; cat err >&9; }
}

# A program of which the help is known.
mkdir bin || framework_failure_ mkdir
cat >bin/ngram-known <<'END'
#!/bin/sh
cat <<'HELP'
Usage: ngram-known [OPTION]... [FILE]...
Text with --words that are no options.

  -c, --case=lower|keep       letters
      --count                 a flag, not --option
      --laplace[=E1,E2]       with an optional argument
  -o, --output=FILE           write FILE
      --very-long-name-of-an-option=NUMBER
                              what it is
HELP
END
chmod +x bin/ngram-known
PATH=$PWD/bin:$PATH

completes ngram-known --
printf '%s\n' '--case=' '--count ' '--laplace ' '--laplace=' '--output=' \
    '--very-long-name-of-an-option=' >exp
compare exp out || fail=1
completes ngram-known --c
printf '%s\n' '--case=' '--count ' >exp
compare exp out || fail=1
completes ngram-known --case =
printf '%s\n' 'lower ' 'keep ' >exp
compare exp out || fail=1
for words in '--case = k' '-c k'; do
    # shellcheck disable=SC2086 # Several words.
    completes ngram-known $words
    echo 'keep ' >exp
    compare exp out || fail=1
done
# Files are the shell's business.
for words in '--output = a' '-o a' 'a'; do
    # shellcheck disable=SC2086 # Several words.
    completes ngram-known $words
    echo >exp
    compare exp out || fail=1
done

# Each program is known to the shell, and all its long options are offered.
for program in $NG_PROGRAMS; do
    bash -c ". '$srcdir/src/ngramutils.bash' && complete -p $program" >out \
        || fail_ "bash does not complete $program"
    "$program" --help \
        | sed -n 's/^ \{1,8\}\(-., \)*[ ]*\(--[a-z0-9-]*\).*/\2/p' | sort >exp
    completes "$program" --
    sed 's/[= ]*$//' out | sort -u >got
    compare exp got || fail_ "options of $program"
done

Exit $fail
