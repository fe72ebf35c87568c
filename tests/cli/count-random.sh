#!/bin/sh
# ngram-count agrees with a program of a few lines on texts made at random.
. "${srcdir=.}/tests/init.sh"

# reference MIN MAX SENTENCES: the n-grams of the text on standard input, as
# ngram-count -n MIN-MAX lists them, with -s if SENTENCES is 1.
reference ()
{
    awk -v min="$1" -v max="$2" -v sentences="$3" '
        # Count all n-grams that end with token[n].
        function ends_here(    i, k, ngram)
        {
            ngram = token[n]
            for (k = 1; k <= max && k <= n; k++) {
                if (k > 1)
                    ngram = token[n - k + 1] " " ngram
                if (k >= min)
                    count[k, ngram]++
            }
        }
        function add(t) { token[++n] = t; ends_here() }
        {
            if (sentences) {
                n = 0
                add("<s>")
            }
            for (i = 1; i <= NF; i++)
                add($i)
            if (sentences)
                add("</s>")
        }
        END {
            for (both in count) {
                split(both, part, SUBSEP)
                print part[1] "\t" part[2] "\t" count[both]
            }
        }' | sort -t "$(printf '\t')" -k1,1n -k3,3nr -k2 | cut -f 2-
}

# text SEED TOKENS TYPES LINE: a text of TOKENS words out of TYPES, the lower
# ones commoner, with about LINE to a line, some lines empty.
text ()
{
    awk -v seed="$1" -v tokens="$2" -v types="$3" -v line="$4" '
        BEGIN {
            srand(seed)
            for (i = 0; i < tokens; i++) {
                w = int(rand() * (1 + rand() * types))
                # Names of several lengths, of which some begin others.
                printf "%s%s", (w % 3 == 0 ? "w" : w % 3 == 1 ? "w-" : "v"), w
                printf "%s", (rand() * line < 1 ? "\n" : " ")
                if (rand() * line * 4 < 1)
                    printf "\n"
            }
        }'
}

n=0
# tokens types line min max
while read -r tokens types line min max; do
    n=$((n + 1))
    text $n "$tokens" "$types" "$line" >input
    reference "$min" "$max" 0 <input >exp
    ngram-count -n "$min-$max" input >out || fail=1
    compare exp out || fail_ "text $n"
    reference "$min" "$max" 1 <input >exp
    ngram-count -n "$min-$max" -s input >out || fail=1
    compare exp out || fail_ "text $n by sentences"
    ngram-count -n "$min-$max" -s --sort=text input | sort >out || fail=1
    sort exp >sorted
    compare sorted out || fail_ "text $n by sentences, sorted by text"
done <<'END'
0 1 1 1 4
1 1 1 1 8
2 1 9 1 8
3 3 2 1 8
7 2 9 1 8
8 5 99 8 8
9 9 99 7 8
10 3 3 1 8
50 1 10 1 8
100 2 10 1 4
1000 5 10 1 5
1000 1000 4 1 3
5000 50 1 1 4
5000 300 1000 2 5
20000 20 30 1 4
20000 20000 15 1 2
60000 3000 20 1 3
6000 100 12 1 8
END
[ $n = 18 ] || fail_ "$n texts"

# More than one chunk of ids and many buckets, some of one n-gram alone.
{
    text 99 100000 4000 18
    yes 'over and over again' | head -n 30000
    text 98 90000 50 18
} >input
reference 1 3 0 <input >exp
ngram-count -n 1-3 input >out || fail=1
compare exp out || fail_ 'a long text'

Exit $fail
