#!/bin/sh
# Includes point one way: programs -> models, batch -> counts -> text -> io ->
# base, and among the modules there is no cycle.
. "${srcdir=.}/tests/init.sh"

cd "$srcdir/src" || framework_failure_ 'no src'
find . -name '*.[ch]' >"$scratch_/files" || framework_failure_ 'find'
while read -r file; do
    sed -n "s,^ *# *include *\"\\([^\"]*\\)\".*,${file#./} \\1,p" "$file"
done <"$scratch_/files" >"$scratch_/includes"
cd "$scratch_" || framework_failure_ 'cd'
[ -s includes ] || framework_failure_ 'no includes found'

# A file may include what stands in its own folder or in a lower one.
awk '
    function folder(name)
    {
        sub (/^lib\//, "", name)
        return name ~ /\// ? substr (name, 1, index (name, "/") - 1) : "program"
    }
    BEGIN {
        level["base"] = 1; level["io"] = 2; level["text"] = 3
        level["counts"] = 4; level["models"] = 5; level["batch"] = 5
        level["program"] = 6
    }
    {
        from = folder($1); to = folder($2)
        if (! (from in level) || ! (to in level))
            print $1 " includes " $2 ": a folder that has no level"
        else if (from != to && level[to] >= level[from])
            print $1 " includes " $2 ": " to " is not below " from
    }' includes >found
if [ -s found ]; then
    fail_ 'these includes point up:'
    cat found >&9
fi

# Modules, x.c and x.h being one, in an order where each stands after those
# that it includes: tsort complains if there is none.
sed 's,^lib/,,; s/\.[ch] / /; s/\.h$//' includes >modules
tsort modules >/dev/null 2>loops
if [ -s loops ]; then
    fail_ 'these modules include each other:'
    cat loops >&9
fi

Exit $fail
