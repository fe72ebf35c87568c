#!/bin/sh
# Where it can install nothing, ./bootstrap says what to type and ends with 2;
# nothing is changed.
. "${srcdir=.}/tests/init.sh"

mkdir bin tree 'a tree' || framework_failure_ 'mkdir'
# Tools that any system has, and no compiler, make, dpkg or apt-get.
for tool in cat dirname env echo find id ls mkdir rm sed sh tail tr; do
    path=$(command -v "$tool") || framework_failure_ "no $tool"
    case $path in
    /*) ln -s "$path" "bin/$tool" || framework_failure_ ln ;;
    esac
done
shell=$(command -v sh)

for tree in tree 'a tree'; do
    cp "$srcdir/bootstrap" "$srcdir/configure.ac" "$srcdir/Makefile.am" \
        "$tree" || framework_failure_ 'cp'
    PATH=$PWD/bin returns_ 2 "$shell" "$tree/bootstrap" >out 2>err || fail=1
    for package in gcc make autoconf automake pkgconf zlib1g-dev uthash-dev \
        libunistring-dev libgsl-dev check
    do
        grep "apt-get install .*" err | grep -q -w -e "$package" \
            || fail_ "no word of $package"
    done
    [ ! -e "$tree/configure" ] || fail_ 'it went on'
done
grep -q 'no Debian' err || fail_ 'does not say that this is no Debian system'

# A Debian system, where nothing is installed and sudo does not exist or wants
# a password that nobody can type.
cat >bin/dpkg-query <<'END'
#!/bin/sh
exit 1
END
cat >bin/apt-get <<'END'
#!/bin/sh
echo called >>"$log_of_calls"
echo 'E: Unable to locate package' >&2
exit 100
END
cat >id <<'END'
#!/bin/sh
echo 1000
END
rm -f bin/id
mv id bin/id
chmod +x bin/*
log_of_calls=$PWD/calls
export log_of_calls
PATH=$PWD/bin returns_ 2 "$shell" tree/bootstrap check >out 2>err </dev/null \
    || fail=1
grep -q "  su -c 'apt-get install gcc make.*check'" err \
    || fail_ 'no command to type'
[ ! -e calls ] || fail_ 'apt-get was called without a right to'
printf '#!/bin/sh\nexit 1\n' >bin/sudo
chmod +x bin/sudo
PATH=$PWD/bin returns_ 2 "$shell" tree/bootstrap >out 2>err </dev/null || fail=1
grep -q '  sudo apt-get install gcc make' err || fail_ 'no command to type'
[ ! -e calls ] || fail_ 'apt-get was called without a right to'

# As root: apt-get is tried, with fresh lists too, and fails.
printf '#!/bin/sh\necho 0\n' >bin/id
PATH=$PWD/bin returns_ 2 "$shell" tree/bootstrap >out 2>err || fail=1
grep -q '^  apt-get install gcc make' err || fail_ 'no command to type'
grep -q 'Unable to locate' err || fail_ 'does not say what apt-get said'
[ "$(grep -c called calls)" -ge 2 ] || fail_ 'did not fetch fresh lists'

# The help needs nothing; an unknown option is an error.
PATH=$PWD/bin returns_ 0 "$shell" tree/bootstrap --help >out || fail=1
grep -q '^Usage: ' out || fail_ '--help'
PATH=$PWD/bin returns_ 2 "$shell" tree/bootstrap --nope >out 2>err || fail=1
grep -q "unknown option '--nope'" err || fail_ '--nope'

Exit $fail
