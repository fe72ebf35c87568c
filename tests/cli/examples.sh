#!/bin/sh
# The examples in the manual pages and in README do what they say.
#
# In a manual page an example stands between .EX and .EE; in README it is a
# block of lines indented by four spaces or more.  A line that begins with "$ "
# is a command, up to a line that does not end in a backslash, or if it has a
# here-document up to the line END.  The lines after it, up to the next command
# or the end of the block, are the exact output, standard error included; a
# line "..." alone stands for any lines.  A block without a "$ " is no example.
# A command that calls python3 is left out where NumPy is not installed.
#
# The examples of one page run in order in one scratch folder, where there are
# data/timemachine.txt and a copy of it, corpus.txt.
. "${srcdir=.}/tests/init.sh"

# Print the blocks of a manual page: the text of each line behind a "|", and
# "." at the end of a block.
man_blocks ()
{
    awk '/^\.EE/ { on = 0; print "." }
         on { print "|" $0 }
         /^\.EX/ { on = 1 }' "$1" \
        | sed -e 's/\\f[A-Z]//g; s/\\f([A-Z][A-Z]//g' \
            -e "s/\\\\(aq/'/g; s/\\\\(dq/\"/g; s/\\\\(ga/\`/g" \
            -e 's/\\(ha/^/g; s/\\(ti/~/g; s/\\(bs/\\e/g; s/\\(rs/\\e/g' \
            -e 's/\\-/-/g; s/\\&//g; s/\\e/\\/g'
}

readme_blocks ()
{
    awk '/^    / { on = 1; print "|" substr($0, 5); next }
         on { on = 0; print "." }
         END { if (on) print "." }' "$1"
}

# Make of the blocks on standard input files N.cmd and N.exp in the folder
# steps, N = 1, 2, ..., and print how many.
split_steps ()
{
    awk '
        function finish() { close(cmd); close(exp_file); cmd = "" }
        BEGIN { n = 0 }
        $0 == "." { if (cmd != "") finish(); next }
        { line = substr($0, 2) }
        here { print line >cmd; here = line != "END"; next }
        more { print line >cmd; more = line ~ /\\$/; next }
        line ~ /^\$ / {
            if (cmd != "") finish()
            n++
            cmd = "steps/" n ".cmd"
            exp_file = "steps/" n ".exp"
            printf "" >exp_file
            line = substr(line, 3)
            print line >cmd
            more = line ~ /\\$/
            here = line ~ /<<.?END/
            next
        }
        cmd != "" { print line >exp_file }
        END { print n }'
}

# like EXPECTED ACTUAL: whether the files are the same, where a line "..." of
# EXPECTED stands for any lines.  Without one this is compare.
like ()
{
    grep -q '^\.\.\.$' "$1" || {
        compare "$1" "$2"
        return
    }
    awk '
        # Whether the lines from I of the pattern match those from J.
        function match_from(i, j)
        {
            for (; i <= n_exp; i++) {
                if (exp_line[i] == "...") {
                    if (i == n_exp)
                        return 1
                    for (; j <= n_got + 1; j++)
                        if (match_from(i + 1, j))
                            return 1
                    return 0
                }
                if (j > n_got || exp_line[i] != got[j++])
                    return 0
            }
            return j == n_got + 1
        }
        FILENAME == ARGV[1] { exp_line[++n_exp] = $0; next }
        { got[++n_got] = $0 }
        END { exit ! match_from(1, 1) }' "$1" "$2" && return
    diff -u -- "$1" "$2" | head -n 60 >&9
    return 1
}

# run_page NAME: run the blocks on standard input.
run_page ()
{
    mkdir page steps page/data \
        && cp "$data/timemachine.txt" page/data/ \
        && cp "$data/timemachine.txt" page/corpus.txt \
        && chmod -R u+w page \
        || framework_failure_ 'cannot set up a page'
    n=$(split_steps)
    i=0
    while [ "$i" -lt "$n" ]; do
        i=$((i + 1))
        if [ "$numpy" = no ] && grep -q python3 "steps/$i.cmd"; then
            warn_ "$1: left out, for want of NumPy: $(cat "steps/$i.cmd")"
            continue
        fi
        (cd page && sh "../steps/$i.cmd") \
            >got 2>&1 </dev/null 9>&-
        like "steps/$i.exp" got \
            || fail_ "$1: this example: $(cat "steps/$i.cmd")"
    done
    n_steps=$((n_steps + n))
    rm -rf page steps
}

# The python3 that has NumPy: the first one, or the system's.
numpy=no
mkdir bin || framework_failure_ 'mkdir'
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import numpy' 2>/dev/null; then
        numpy=yes
        printf '#!/bin/sh\nexec %s "$@"\n' "$(command -v "$python")" \
            >bin/python3
        chmod +x bin/python3
        PATH=$PWD/bin:$PATH
        break
    fi
done

n_steps=0
for program in $NG_PROGRAMS; do
    page=$srcdir/man/$program.1
    [ -f "$page" ] || { fail_ "$program has no manual page"; continue; }
    before=$n_steps
    man_blocks "$page" >blocks
    run_page "man/$program.1" <blocks
    [ "$n_steps" -gt "$before" ] || fail_ "man/$program.1 has no example"
done
for page in "$srcdir"/man/*.5; do
    man_blocks "$page" >blocks
    run_page "man/${page##*/}" <blocks
done
if [ -f "$srcdir/README" ]; then
    readme_blocks "$srcdir/README" >blocks
    run_page README <blocks
fi
echo "$n_steps examples"

Exit $fail
