#!/bin/sh
# The programs have what configure says makes faults in them harder to use.
. "${srcdir=.}/tests/init.sh"

case ${NG_HARDENING-} in
*-*) ;;
*) skip_ 'configured without hardening' ;;
esac
LC_ALL=C readelf -h /proc/self/exe >/dev/null 2>&1 || skip_ 'no readelf here'

# has FLAG PATTERN: where FLAG was accepted, what readelf says has a line like that.
has ()
{
    case " $NG_HARDENING " in
    *" $1 "*) grep -q "$2" elf || fail_ "$program: $1 made no $2" ;;
    esac
}

for program in $NG_PROGRAMS; do
    LC_ALL=C readelf -W -h -l -d -n -s "$builddir/src/$program" >elf \
        || framework_failure_ 'readelf'
    has -pie 'Type: *DYN'
    has -Wl,-z,relro GNU_RELRO
    has -Wl,-z,now BIND_NOW
    has -Wl,-z,noexecstack 'GNU_STACK .* RW '
    has -fstack-protector-strong __stack_chk_fail
    has -D_FORTIFY_SOURCE=2 '__[a-z]*_chk@'
    grep -e TEXTREL -e RPATH -e RUNPATH elf && fail_ "$program: see above"
done

Exit $fail
