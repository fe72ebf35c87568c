# Count 1- to 4-grams of the words of all lines run together, as a user of awk
# would do it.
{
    for (i = 1; i <= NF; i++) {
        d = $i
        n++
        one[d]++
        if (n > 1) two[c " " d]++
        if (n > 2) three[b " " c " " d]++
        if (n > 3) four[a " " b " " c " " d]++
        a = b; b = c; c = d
    }
}
END {
    for (k in one) print k "\t" one[k]
    for (k in two) print k "\t" two[k]
    for (k in three) print k "\t" three[k]
    for (k in four) print k "\t" four[k]
}
