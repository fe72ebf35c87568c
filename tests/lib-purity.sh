#!/bin/sh
# The library never exits, prints, reads the environment, sets the locale, or
# asks for the time: it calls nothing that does.
. "${srcdir=.}/tests/init.sh"

library=$builddir/src/lib/libngram.a
[ -f "$library" ] || framework_failure_ 'no src/lib/libngram.a'
"$NG_NM" -u "$library" >undefined 2>/dev/null \
    || skip_ "$NG_NM cannot read the library"
sed -n 's/^ *U \([A-Za-z0-9_]*\).*/\1/p' undefined | sort -u >used
[ -s used ] || skip_ "$NG_NM -u prints another form"

# What is banned, as whole names, each with its variants for large files,
# fortified builds and C standards (__printf_chk, __isoc99_scanf).
cat >banned <<'END'
_exit _Exit abort at_quick_exit atexit exit quick_exit
fprintf fputc fputs perror printf putc putchar puts vfprintf vprintf
dprintf vdprintf err errx warn warnx syslog
stdin stdout stderr
getenv secure_getenv putenv setenv unsetenv environ
setlocale uselocale newlocale localeconv nl_langinfo
rand srand random srandom drand48 srand48 rand_r
time gettimeofday clock clock_gettime localtime gmtime strftime
strtok strerror signal sigaction system popen
atoi atol atoll atof gets strcpy strcat sprintf vsprintf
END
tr -s ' ' '\n' <banned | sed 's/.*/^&$/; s/^^\(.*\)\$$/^\1$\n^__\1_chk$/' \
    >patterns
grep -f patterns used >found
if [ -s found ]; then
    fail_ 'the library calls what only a program may call:'
    cat found >&9
fi

# The test must be able to fail: exit is found where it is called.
echo exit | grep -q -f patterns || framework_failure_ 'the patterns match nothing'

# No mutable global state: nothing of the library is in a section that is
# writable after the start (.data.rel.ro, pointers that are constant, is not).
# Coverage and sanitizers keep tables of their own there.
variables ()
{
    "$NG_NM" -f sysv "$1" | awk -F '|' '
        { section = $7; gsub(/ /, "", section) }
        section ~ /^\.data\.rel\.ro/ { next }
        section ~ /^\.(data|bss|tdata|tbss)/ || section ~ /COM/ { print $1 }'
}

if [ "$NG_SANITIZE" != yes ] && [ "${NG_COVERAGE-no}" != yes ]; then
    variables "$library" >found
    if [ -s found ]; then
        fail_ 'the library has variables of its own:'
        cat found >&9
    fi
fi

Exit $fail
