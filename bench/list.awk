# Print every 1- to 4-gram of the words of all lines run together, for sort
# and uniq to count.
{
    for (i = 1; i <= NF; i++) {
        d = $i
        n++
        print d
        if (n > 1) print c, d
        if (n > 2) print b, c, d
        if (n > 3) print a, b, c, d
        a = b; b = c; c = d
    }
}
