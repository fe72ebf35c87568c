#include <config.h>

#include <stdbool.h>
#include <string.h>

#include "base/nglimits.h"
#include "counts/key.h"
#include "rand.h"
#include "unit.h"

/* The second implementation is the n-gram as an array of tokens.  */
struct both
{
    uint64_t key[NG_KEY_WORDS_MAX];
    uint32_t tokens[NG_ORDER_MAX];
};

/* A shape of which the bits are given, not the types.  */
static struct ng_key_shape
shape_of (unsigned order, unsigned bits)
{
    uint32_t n_types =
        bits == 32 ? UINT32_MAX : (uint32_t) ((UINT64_C (1) << bits) - 1);

    return ng_key_shape (order, n_types);
}

static uint32_t
random_token (uint64_t *state, unsigned bits)
{
    uint32_t max = (uint32_t) ((UINT64_C (1) << bits) - 1);

    switch (rand_below (state, 4))
    {
    case 0:
        return 0;
    case 1:
        return max;
    default:
        return (uint32_t) rand_next (state) & max;
    }
}

static void
push (struct both *b, struct ng_key_shape s, uint32_t token)
{
    memmove (b->tokens, b->tokens + 1, (s.order - 1) * sizeof *b->tokens);
    b->tokens[s.order - 1] = token;
    ng_key_push (b->key, s, s.words, token);
}

static void
check_same (const struct both *b, struct ng_key_shape s)
{
    unsigned unused = 64 * s.words - s.order * s.bits;

    for (unsigned i = 0; i < s.order; i++)
        NG_ENSURE (ng_key_token (b->key, s, i) == b->tokens[i]);
    NG_ENSURE (unused < 64);
    NG_ENSURE ((b->key[s.words - 1] & ((UINT64_C (1) << unused) - 1)) == 0);
    /* Nothing is written behind the words of the shape.  */
    for (unsigned i = s.words; i < NG_KEY_WORDS_MAX; i++)
        NG_ENSURE (b->key[i] == 0);
}

/* Cut B to its first N tokens, and put the others back one by one.  */
static void
check_parts (const struct both *b, struct ng_key_shape s, unsigned n)
{
    struct both part = *b;

    ng_key_truncate (part.key, s, s.words, n);
    memset (part.tokens + n, 0, (s.order - n) * sizeof *part.tokens);
    check_same (&part, s);
    for (unsigned i = n; i < s.order; i++)
    {
        part.tokens[i] = b->tokens[i];
        ng_key_put (part.key, s, i, b->tokens[i]);
        check_same (&part, s);
    }
}

static int
compare_tokens (const struct both *a, const struct both *b, unsigned order)
{
    for (unsigned i = 0; i < order; i++)
        if (a->tokens[i] != b->tokens[i])
            return a->tokens[i] < b->tokens[i] ? -1 : 1;
    return 0;
}

static void
check_order (const struct both *a, const struct both *b, struct ng_key_shape s)
{
    int order = compare_tokens (a, b, s.order);

    NG_ENSURE (ng_key_compare (a->key, b->key, s.words) == order);
    NG_ENSURE (ng_key_compare (b->key, a->key, s.words) == -order);
    NG_ENSURE (ng_key_equal (a->key, b->key, s.words) == (order == 0));
}

/* Cut A and B by what they share: they are as they were when joined again, in
   the same order when cut, and what is left has all that differs.  */
static void
check_cut (const struct both *a, const struct both *b, struct ng_key_shape s)
{
    const bool rising = a->key[0] <= b->key[0];
    const struct ng_key_cut c = ng_key_cut (s, rising ? a->key[0] : b->key[0],
                                            rising ? b->key[0] : a->key[0]);
    struct both x = *a, y = *b;
    uint64_t joined[NG_KEY_WORDS_MAX] = { 0 };

    NG_ENSURE (c.drop < s.order * s.bits);
    NG_ENSURE (c.words == (s.order * s.bits - c.drop + 63) / 64);
    NG_ENSURE (c.bytes == (s.order * s.bits - c.drop + 7) / 8);
    ng_key_drop (x.key, s.words, c.drop);
    ng_key_drop (y.key, s.words, c.drop);
    NG_ENSURE (ng_key_compare (x.key, y.key, c.words)
               == ng_key_compare (a->key, b->key, s.words));
    for (unsigned i = c.words; i < s.words; i++)
        NG_ENSURE (x.key[i] == 0);
    ng_key_join (joined, s, c, x.key);
    NG_ENSURE (ng_key_equal (joined, a->key, s.words));
    ng_key_join (joined, s, c, y.key);
    NG_ENSURE (ng_key_equal (joined, b->key, s.words));
}

/* Every order and width: push a run of tokens, and compare each window with
   the one before and with one that differs in a single token.  */
START_TEST (equals_arrays)
{
    const unsigned bits = (unsigned) _i;
    uint64_t state = bits;

    for (unsigned order = 1; order <= NG_ORDER_MAX; order++)
    {
        struct ng_key_shape s = shape_of (order, bits);
        struct both b = { { 0 }, { 0 } };

        ck_assert_uint_eq (s.bits, bits);
        ck_assert_uint_eq (s.order, order);
        for (unsigned i = 0; i < 200; i++)
        {
            struct both before = b, other = { { 0 }, { 0 } };
            unsigned at = (unsigned) rand_below (&state, order);

            push (&b, s, random_token (&state, bits));
            check_same (&b, s);
            check_order (&b, &before, s);
            check_order (&b, &b, s);
            for (unsigned j = 0; j < order; j++)
                push (&other, s,
                      j == at ? random_token (&state, bits) : b.tokens[j]);
            check_same (&other, s);
            check_parts (&b, s, at);
            check_parts (&b, s, 0);
            check_order (&b, &other, s);
            check_cut (&b, &b, s);
            check_cut (&b, &before, s);
            check_cut (&b, &other, s);
        }
    }
}
END_TEST

/* A token is rank + 1, so N types need the numbers 0 to N.  */
START_TEST (shape_has_room)
{
    static const struct
    {
        uint32_t n_types;
        unsigned bits;
    } cases[] = {
        { 0, 1 },
        { 1, 1 },
        { 2, 2 },
        { 3, 2 },
        { 4, 3 },
        { 255, 8 },
        { 256, 9 },
        { 4579, 13 },
        { 65535, 16 },
        { 65536, 17 },
        { UINT32_C (0x7fffffff), 31 },
        { UINT32_C (0x80000000), 32 },
        { NG_TYPES_MAX, 32 },
        { UINT32_MAX, 32 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (unsigned order = 1; order <= NG_ORDER_MAX; order++)
        {
            struct ng_key_shape s = ng_key_shape (order, cases[i].n_types);

            ck_assert_uint_eq (s.bits, cases[i].bits);
            ck_assert_uint_ge (64 * s.words, order * s.bits);
            ck_assert_uint_lt (64 * (s.words - 1), order * s.bits);
            ck_assert_uint_le (s.words, NG_KEY_WORDS_MAX);
        }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("key");
    TCase *tc = tcase_create ("key");

    tcase_add_loop_test (tc, equals_arrays, 1, 33);
    tcase_add_test (tc, shape_has_room);
    suite_add_tcase (suite, tc);
    return suite;
}
