#include <config.h>

#include "io/npy.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checked.h"

enum
{
    PREAMBLE_BYTES = 10, /* magic, version, header length of version 1.0 */
    DICT_BYTES_MAX = 65536
};

static const unsigned char magic[NG_NPY_MAGIC_BYTES + 1] = "\x93NUMPY";

bool
ng_npy_is_magic (const unsigned char *buf, size_t n)
{
    return n >= NG_NPY_MAGIC_BYTES
           && memcmp (buf, magic, NG_NPY_MAGIC_BYTES) == 0;
}

/* A cursor over the text of the dictionary.  */
struct cursor
{
    const char *p, *end;
};

static void
skip_space (struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t'))
        c->p++;
}

/* Skip white space and then CH, if it is there.  */
static bool
accept (struct cursor *c, char ch)
{
    skip_space (c);
    if (c->p == c->end || *c->p != ch)
        return false;
    c->p++;
    return true;
}

/* A quoted string into BUF[CAP], NUL-terminated.  */
static bool
parse_string (struct cursor *c, char *buf, size_t cap)
{
    size_t n = 0;
    char quote;

    if (accept (c, '\''))
        quote = '\'';
    else if (accept (c, '"'))
        quote = '"';
    else
        return false;
    while (c->p < c->end && *c->p != quote && n + 1 < cap)
        buf[n++] = *c->p++;
    buf[n] = '\0';
    return c->p < c->end && *c->p++ == quote;
}

static bool
parse_word (struct cursor *c, const char *word)
{
    size_t len = strlen (word);

    skip_space (c);
    if ((size_t) (c->end - c->p) < len || memcmp (c->p, word, len) != 0)
        return false;
    c->p += len;
    return true;
}

static bool
parse_u64 (struct cursor *c, uint64_t *x)
{
    const char *start;

    skip_space (c);
    start = c->p;
    *x = 0;
    for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++)
        if (!ng_ckd_mul (*x, 10, x) || !ng_ckd_add (*x, *c->p - '0', x))
            return false;
    return c->p > start;
}

static bool
parse_dtype (const char *descr, struct ng_dtype *dtype)
{
    bool one_byte = strlen (descr) == 3 && descr[2] == '1';

    if (strlen (descr) != 3
        || !(descr[0] == '<' || (descr[0] == '|' && one_byte)))
        return false;
    if ((descr[1] != 'u' && descr[1] != 'i') || !strchr ("1248", descr[2]))
        return false;
    dtype->is_signed = descr[1] == 'i';
    dtype->item_bytes = (unsigned) (descr[2] - '0');
    return true;
}

/* One `key: value` of the dictionary.  NULL, or a phrase saying what is
   wrong.  */
static const char *
parse_item (struct cursor *c, struct ng_npy *npy, unsigned *seen)
{
    char key[24], descr[24];

    if (!parse_string (c, key, sizeof key) || !accept (c, ':'))
        return "the header is damaged";
    if (strcmp (key, "descr") == 0)
    {
        *seen |= 1;
        if (!parse_string (c, descr, sizeof descr)
            || !parse_dtype (descr, &npy->dtype))
            return "the dtype is not a little-endian integer"
                   " (convert with astype('<u4'))";
    }
    else if (strcmp (key, "fortran_order") == 0)
    {
        *seen |= 2;
        if (!parse_word (c, "False") && !parse_word (c, "True"))
            return "fortran_order is neither True nor False";
    }
    else if (strcmp (key, "shape") == 0)
    {
        *seen |= 4;
        if (!accept (c, '(') || !parse_u64 (c, &npy->n_items)
            || !accept (c, ',') || !accept (c, ')'))
            return "the shape is not that of one dimension"
                   " (convert with ravel())";
    }
    else
        return "the header has an unknown key";
    return NULL;
}

enum ng_err
ng_npy_parse_dict (const char *text, size_t len, struct ng_npy *npy,
                   const char **why)
{
    struct cursor c = { text, text + len };
    unsigned seen = 0;

    *why = NULL;
    if (!accept (&c, '{'))
        *why = "the header is damaged";
    while (!*why && !accept (&c, '}'))
    {
        *why = parse_item (&c, npy, &seen);
        if (!*why && !accept (&c, ','))
        {
            if (!accept (&c, '}'))
                *why = "the header is damaged";
            break;
        }
    }
    skip_space (&c);
    if (!*why && (c.p < c.end || seen != 7))
        *why = "the header is damaged";
    return *why ? NG_EFORMAT : NG_OK;
}

static enum ng_err
bad_header (struct ng_input *in, struct ng_fault *fault, const char *why)
{
    return ng_fault_set (fault, NG_EFORMAT, ng_input_name (in),
                         "not a usable .npy file: %s", why);
}

/* Read exactly LEN bytes of the header.  */
static enum ng_err
read_part (struct ng_input *in, struct ng_fault *fault, void *buf, size_t len)
{
    enum ng_err err = ng_input_read_full (in, buf, len, "the .npy header");

    return err == NG_END ? bad_header (in, fault, "the header is cut short")
                         : err;
}

/* Where the size of the content is known it must be what the header says.  */
static enum ng_err
check_length (struct ng_input *in, struct ng_npy *npy, struct ng_fault *fault)
{
    uint64_t size = ng_input_raw_size (in), data, want;

    if (!ng_ckd_mul (npy->n_items, npy->dtype.item_bytes, &data)
        || !ng_ckd_add (data, npy->data_offset, &want))
        return bad_header (in, fault, "the shape is too large");
    if (ng_input_plain_fd (in) >= 0 && size > 0 && size != want)
        return ng_fault_set (fault, NG_EFORMAT, ng_input_name (in),
                             "not a usable .npy file: the header says %" PRIu64
                             " bytes in all, the file has %" PRIu64,
                             want, size);
    return NG_OK;
}

enum ng_err
ng_npy_read_header (struct ng_input *in, struct ng_npy *npy,
                    struct ng_fault *fault)
{
    unsigned char pre[PREAMBLE_BYTES + 2];
    size_t pre_bytes = PREAMBLE_BYTES;
    uint32_t len;
    char *dict;
    const char *why = NULL;
    enum ng_err err = read_part (in, fault, pre, PREAMBLE_BYTES);

    if (err != NG_OK)
        return err;
    if (!ng_npy_is_magic (pre, PREAMBLE_BYTES))
        return bad_header (in, fault,
                           "it does not start with the magic"
                           " (ngram-tokenize -o FILE.npy makes one of text)");
    if (pre[6] < 1 || pre[6] > 3)
        return bad_header (in, fault, "its version is not 1, 2 or 3");
    len = ng_get_u16le (pre + 8);
    if (pre[6] > 1)
    {
        err = read_part (in, fault, pre + PREAMBLE_BYTES, 2);
        if (err != NG_OK)
            return err;
        len = ng_get_u32le (pre + 8);
        pre_bytes += 2;
    }
    if (len > DICT_BYTES_MAX)
        return bad_header (in, fault, "the header is too long");
    dict = malloc (len + 1);
    if (!dict)
        return NG_ENOMEM;
    err = read_part (in, fault, dict, len);
    if (err == NG_OK && ng_npy_parse_dict (dict, len, npy, &why) != NG_OK)
        err = bad_header (in, fault, why);
    free (dict);
    npy->data_offset = pre_bytes + len;
    return err == NG_OK ? check_length (in, npy, fault) : err;
}

enum ng_err
ng_npy_read_end (struct ng_input *in, struct ng_fault *fault)
{
    unsigned char more;
    size_t n;
    enum ng_err err = ng_input_read (in, &more, 1, &n);

    if (err == NG_OK)
        return ng_fault_set (fault, NG_EFORMAT, ng_input_name (in),
                             "bytes follow the array");
    return err == NG_END ? NG_OK : err;
}

size_t
ng_npy_decode (struct ng_dtype dtype, const unsigned char *raw, size_t n,
               uint32_t *ids)
{
    size_t i;

    switch (dtype.item_bytes)
    {
    case 1:
        for (i = 0; i < n; i++)
        {
            if (dtype.is_signed && raw[i] > INT8_MAX)
                return i;
            ids[i] = raw[i];
        }
        return n;
    case 2:
        for (i = 0; i < n; i++)
        {
            ids[i] = ng_get_u16le (raw + 2 * i);
            if (dtype.is_signed && ids[i] > INT16_MAX)
                return i;
        }
        return n;
    case 4:
        for (i = 0; i < n; i++)
        {
            ids[i] = ng_get_u32le (raw + 4 * i);
            if (dtype.is_signed && ids[i] > INT32_MAX)
                return i;
        }
        return n;
    default:
        for (i = 0; i < n; i++)
        {
            uint64_t x = ng_get_u64le (raw + 8 * i);

            if (x > UINT32_MAX)
                return i;
            ids[i] = (uint32_t) x;
        }
        return n;
    }
}

size_t
ng_npy_encode (struct ng_dtype dtype, const uint32_t *ids, size_t n,
               unsigned char *raw)
{
    uint64_t max = ng_dtype_max (dtype);

    for (size_t i = 0; i < n; i++)
    {
        if (ids[i] > max)
            return i;
        switch (dtype.item_bytes)
        {
        case 1:
            raw[i] = (unsigned char) ids[i];
            break;
        case 2:
            ng_put_u16le (raw + 2 * i, (uint16_t) ids[i]);
            break;
        case 4:
            ng_put_u32le (raw + 4 * i, ids[i]);
            break;
        default:
            ng_put_u64le (raw + 8 * i, ids[i]);
        }
    }
    return n;
}

uint64_t
ng_dtype_max (struct ng_dtype dtype)
{
    uint64_t all = UINT64_MAX >> (64 - 8 * dtype.item_bytes);

    return dtype.is_signed ? all >> 1 : all;
}

struct ng_dtype
ng_dtype_for (uint64_t n_types)
{
    struct ng_dtype dtype = { n_types <= UINT64_C (65536) ? 2 : 4, false };

    return dtype;
}

void
ng_npy_format_header (unsigned char header[NG_NPY_HEADER_BYTES],
                      struct ng_dtype dtype, const uint64_t *shape,
                      size_t n_dims)
{
    char *text = (char *) header + PREAMBLE_BYTES;
    const size_t room = NG_NPY_HEADER_BYTES - PREAMBLE_BYTES;
    size_t at;

    assert (n_dims >= 1 && n_dims <= NG_NPY_DIMS_MAX);
    memcpy (header, magic, NG_NPY_MAGIC_BYTES);
    header[6] = 1;
    header[7] = 0;
    ng_put_u16le (header + 8, (uint16_t) room);
    at = (size_t) snprintf (
        text, room, "{'descr': '%c%c%u', 'fortran_order': False, 'shape': (",
        dtype.item_bytes == 1 ? '|' : '<', dtype.is_signed ? 'i' : 'u',
        dtype.item_bytes);
    for (size_t i = 0; i < n_dims; i++)
        at +=
            (size_t) snprintf (text + at, room - at, "%" PRIu64 "%s", shape[i],
                               i + 1 < n_dims ? ", "
                               : n_dims == 1  ? ","
                                              : "");
    at += (size_t) snprintf (text + at, room - at, "), }");
    assert (at < room);
    memset (text + at, ' ', room - at - 1);
    text[room - 1] = '\n';
}
