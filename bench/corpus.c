/* corpus: print text that counts like English, of any size.

   Usage: corpus BYTES [SEED]

   BYTES may end in K, M or G, powers of 1000.  The text is the same on every
   machine; a shorter one is the beginning of a longer one, but for its last
   line.  Each line is one sentence.

   What makes counting English slow is how many different n-grams there are
   and how they grow, so that is what is copied.  A word is drawn through a
   chain of four levels, as a hierarchical Pitman-Yor process would do it
   (Teh, 2006): the fourth word depends on the three before it by a ranked
   list of successors of infinite length, each of which is a draw from the
   list of the two before, and so on down to the list of all words.

        random number
          | rank in the list of (w1 w2 w3): a heavy-tailed law
          v
        hash of (w1 w2 w3, rank)
          | rank in the list of (w2 w3)
          v
        hash of (w2 w3, rank)
          | rank in the list of (w3)
          v
        hash of (w3, rank)
          | Zipf's law, steeper from rank BREAK on
          v
        word

   Because the entries of a list are hashes, no list is ever stored.  The law
   of ranks is Lomax's, P(rank > k) = (1 + k / q)^(-1/a), whose tail is that
   of the Pitman-Yor process's weights with discount a / (a + 1).  The
   constants were fitted to the numbers of distinct 1- to 4-grams in the first
   million and the first ten million words of a collection of English books;
   bench/README compares them.

   Only additions, products, quotients and square roots of doubles are used,
   never a sum of a product, so that every IEEE machine rounds alike.  */
#include <config.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum
{
    N_WORDS = 4000000,  /* how many words there are */
    GUIDE_BITS = 20,    /* of a random number, to start a search from */
    MIN_SENTENCE = 3,   /* words */
    SPREAD = 16,        /* a sentence has up to 2 * (SPREAD - 1) more */
    COMMA = 14,         /* one word in so many has a comma after it */
    MAX_LINE = 64 << 10 /* bytes, more than any sentence has */
};

/* What bench/README says of how close the text is was measured with these.  */
static const double q_of_4 = 2.0, q_of_3 = 3.0, q_of_2 = 14.5;
static const double zipf_offset = 1.0, zipf_break = 3400.0;

enum
{
    QUARTERS_OF_4 = 40, /* four times the power a of each level */
    QUARTERS_OF_3 = 19,
    QUARTERS_OF_2 = 12
};

/* cumulated[w] is the weight of all words before W; guide[g] the word at the
   fraction g / 2^GUIDE_BITS of the whole.  */
struct words
{
    uint64_t *cumulated; /* [N_WORDS + 1] */
    uint32_t *guide;     /* [2^GUIDE_BITS + 1] */
};

struct text
{
    const struct words *words;
    uint64_t state;   /* of the generator */
    uint32_t past[3]; /* the last words, the latest first */
};

/* Zipf's law with exponent 1 up to zipf_break, 11/8 from there on.  */
static double
weight_of (size_t word)
{
    double rank = (double) word + zipf_offset;
    double steep;

    if (rank < zipf_break)
        return 1.0 / rank;
    steep = sqrt (sqrt (rank / zipf_break));
    return 1.0 / (rank * steep * sqrt (steep));
}

/* The part R / 2^64 of WHOLE.  */
static uint64_t
part_of (uint64_t whole, uint64_t r)
{
    __extension__ unsigned __int128 product = (unsigned __int128) whole * r;

    return (uint64_t) (product >> 64);
}

static enum ng_err
make_words (struct words *words)
{
    const uint32_t n_guide = (uint32_t) 1 << GUIDE_BITS;
    uint64_t sum = 0;
    uint32_t word = 0;

    words->cumulated =
        ng_alloc_array ((size_t) N_WORDS + 1, sizeof *words->cumulated);
    words->guide = ng_alloc_array ((size_t) n_guide + 1, sizeof *words->guide);
    if (words->cumulated == NULL || words->guide == NULL)
        return NG_ENOMEM;
    for (size_t i = 0; i < N_WORDS; i++)
    {
        words->cumulated[i] = sum;
        sum += (uint64_t) (weight_of (i) * 0x1p50);
    }
    words->cumulated[N_WORDS] = sum;
    for (uint32_t g = 0; g < n_guide; g++)
    {
        uint64_t place = part_of (sum, (uint64_t) g << (64 - GUIDE_BITS));

        while (words->cumulated[word + 1] <= place)
            word++;
        words->guide[g] = word;
    }
    words->guide[n_guide] = N_WORDS - 1;
    return NG_OK;
}

/* The word at the fraction R / 2^64 of all weight.  */
static uint32_t
find_word (const struct words *words, uint64_t r)
{
    uint64_t place = part_of (words->cumulated[N_WORDS], r);
    uint32_t g = (uint32_t) (r >> (64 - GUIDE_BITS));
    uint32_t low = words->guide[g], high = words->guide[g + 1] + 1;

    while (high - low > 1)
    {
        uint32_t middle = low + (high - low) / 2;

        if (words->cumulated[middle] <= place)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* A Weyl sequence, mixed (wyrand of Wang Yi, 2019): good enough for prose.  */
static uint64_t
next_random (struct text *text)
{
    text->state += NG_HASH_K0;
    return ng_hash_mix (text->state, text->state ^ NG_HASH_K1);
}

/* A rank by Lomax's law with parameters Q and A = QUARTERS / 4, that is
   floor (Q * (U^-A - 1)) where U is the fraction R / 2^64.  */
static uint64_t
rank_of (uint64_t r, double q, unsigned quarters)
{
    double u = ((double) (r >> 11) + 0.5) * 0x1p-53;
    double quarter = sqrt (sqrt (u));
    double power = 1.0, rank;

    for (; quarters >= 4; quarters -= 4)
        power *= u;
    for (; quarters > 0; quarters--)
        power *= quarter;
    rank = q * (1.0 / power - 1.0);
    /* So far down the list every entry is new.  */
    return rank < 0x1p60 ? (uint64_t) rank : r | (uint64_t) 1 << 63;
}

static uint64_t
entry (uint64_t context, uint64_t rank)
{
    return ng_hash_mix (ng_hash_mix (context ^ NG_HASH_K0, NG_HASH_K1) ^ rank,
                        NG_HASH_K0);
}

static uint32_t
next_word (struct text *text)
{
    uint64_t one = ng_hash_mix ((uint64_t) text->past[0] + 1, NG_HASH_K1);
    uint64_t two = entry (one, text->past[1]);
    uint64_t three = entry (two, text->past[2]);
    uint64_t r = next_random (text);
    uint32_t word;

    r = entry (three, rank_of (r, q_of_4, QUARTERS_OF_4));
    r = entry (two, rank_of (r, q_of_3, QUARTERS_OF_3));
    r = entry (one, rank_of (r, q_of_2, QUARTERS_OF_2));
    word = find_word (text->words, r);
    text->past[2] = text->past[1];
    text->past[1] = text->past[0];
    text->past[0] = word;
    return word;
}

/* Spell WORD at P, two letters for each digit of its number in base 20, and
   return where it ends.  Common words are short, as everywhere.  */
static char *
spell (char *p, uint32_t word)
{
    static const char consonants[3][6] = { "thswb", "ndlrm", "ckpgv" };
    static const char vowels[3][5] = { "eoai", "eaiu", "yeoi" };
    unsigned place = 0;

    for (;; place = (place + 1) % 3)
    {
        *p++ = consonants[place][word % 20 / 4];
        *p++ = vowels[place][word % 4];
        if (word < 20)
            return p;
        word = word / 20 - 1;
    }
}

/* Put a sentence with its newline at LINE and return its length.  */
static size_t
write_sentence (struct text *text, char *line)
{
    uint64_t r = next_random (text);
    unsigned n = (unsigned) (MIN_SENTENCE + r % SPREAD + (r >> 32) % SPREAD);
    char *p = line;

    for (int i = 0; i < 3; i++)
        text->past[i] = N_WORDS;
    for (unsigned i = 0; i < n; i++)
    {
        if (i > 0)
        {
            if ((next_random (text) >> 32) % COMMA == 0)
                *p++ = ',';
            *p++ = ' ';
        }
        p = spell (p, next_word (text));
    }
    line[0] = (char) (line[0] - 'a' + 'A');
    *p++ = '.';
    *p++ = '\n';
    return (size_t) (p - line);
}

/* BYTES of the command line, or 0 if that is no size.  */
static uint64_t
read_size (const char *text)
{
    char *end;
    uint64_t size, unit = 1;

    errno = 0;
    size = strtoull (text, &end, 10);
    if (errno != 0 || end == text)
        return 0;
    switch (*end)
    {
    case 'G':
        unit *= 1000;
        /* fall through */
    case 'M':
        unit *= 1000;
        /* fall through */
    case 'K':
        unit *= 1000;
        end++;
        break;
    default:
        break;
    }
    return *end == '\0' && size <= UINT64_MAX / unit ? size * unit : 0;
}

static int
print_text (struct text *text, uint64_t size)
{
    char *line = ng_alloc_array (MAX_LINE, 1);
    int status = line == NULL;
    uint64_t done = 0;
    size_t len;

    while (status == 0 && done + (len = write_sentence (text, line)) <= size)
    {
        done += len;
        status = fwrite (line, 1, len, stdout) != len;
    }
    free (line);
    return status != 0 || fflush (stdout) != 0;
}

int
main (int argc, char **argv)
{
    struct words words = { NULL, NULL };
    struct text text = { .words = &words, .state = 1 };
    uint64_t size = argc < 2 || argc > 3 ? 0 : read_size (argv[1]);
    int status;

    if (size == 0)
    {
        fputs ("usage: corpus BYTES[K|M|G] [SEED]\n", stderr);
        return 2;
    }
    if (argc == 3)
        text.state = ng_hash_mix (strtoull (argv[2], NULL, 10) + 1, NG_HASH_K1);
    status = make_words (&words) != NG_OK || print_text (&text, size) != 0;
    if (status != 0)
        fprintf (stderr, "corpus: %s\n", strerror (errno));
    free (words.cumulated);
    free (words.guide);
    return status != 0 ? 2 : 0;
}
